// Owns the flows of trials: those that become paid subscriptions, and those that end as their sign-up said.
import { type Flow, kept, type Step, subscriptionOf } from './flow.ts'
import { day } from './stage.ts'
import {
  changes,
  collects,
  dashboardCustomer,
  keepsInvoice,
  opens,
  pays,
  signsUp,
  subscribes,
  swapsCard,
  toPeriodEnd,
} from './steps.ts'

const BEGUN = [
  'checkout.session.completed',
  'customer.subscription.created',
  'invoice.created',
  'invoice.finalized',
  'invoice.paid',
]
const ANNOUNCED = 'customer.subscription.trial_will_end'
const BILLED = ['customer.subscription.updated', 'invoice.created', 'invoice.finalized']

const firstPeriod = { billing_reason: 'subscription_cycle', total: 2000 }
const noCard = (itemId: string): readonly Step[] => [
  opens({ itemId, userId: 'user_1' }),
  pays(null),
]

/** The notice of three days before. */
const toNotice = toPeriodEnd(3 * day)
const toEnd = toPeriodEnd()

const BECOMES_PAID: readonly Flow[] = [
  {
    name: 'trial begins',
    section: '3.12',
    steps: [...signsUp('pro_trial'), keepsInvoice],
    tells: BEGUN,
    ends: {
      subscription: { status: 'trialing' },
      session: { status: 'complete', payment_status: 'no_payment_required' },
      invoice: { status: 'paid', total: 0, billing_reason: 'subscription_create' },
    },
  },
  {
    name: 'trial becomes active',
    section: '3.12',
    steps: [...signsUp('pro_trial'), toNotice, toEnd, collects, keepsInvoice],
    tells: [...BEGUN, ANNOUNCED, ...BILLED, 'charge.succeeded'],
    ends: { subscription: { status: 'active' }, invoice: { ...firstPeriod, status: 'paid' } },
  },
  {
    name: 'trial shorter than its notice becomes active',
    section: '3.12',
    steps: [...signsUp('pro_trial_short'), toEnd, collects, keepsInvoice],
    tells: [...BEGUN, ANNOUNCED, ...BILLED],
    ends: { subscription: { status: 'active' }, invoice: { ...firstPeriod, status: 'paid' } },
  },
  {
    name: 'trial ended early',
    section: '3.12',
    steps: [...signsUp('pro_trial'), changes({ trial_end: 'now' }), keepsInvoice],
    tells: [...BEGUN, ANNOUNCED, 'customer.subscription.updated', 'charge.succeeded'],
    ends: { subscription: { status: 'active' }, invoice: { status: 'paid', total: 2000 } },
  },
  {
    name: 'trial prolonged, then active',
    section: '3.12',
    steps: [
      ...signsUp('pro_trial'),
      async (stage) => {
        const { trial_end: end } = await subscriptionOf(stage)
        await changes({ trial_end: (end ?? stage.account.now()) + 7 * day })(stage)
      },
      toNotice,
      toEnd,
      collects,
      keepsInvoice,
    ],
    tells: [...BEGUN, ANNOUNCED, ...BILLED],
    ends: { subscription: { status: 'active' }, invoice: { ...firstPeriod, status: 'paid' } },
  },
  {
    name: 'trial without a card gets one, and becomes active',
    section: '3.12',
    steps: [
      ...noCard('pro_trial_cancel'),
      swapsCard('pm_card_visa'),
      toNotice,
      toEnd,
      collects,
      keepsInvoice,
    ],
    tells: [...BEGUN, 'payment_method.attached', ANNOUNCED, ...BILLED],
    ends: { subscription: { status: 'active' }, invoice: { ...firstPeriod, status: 'paid' } },
  },
  {
    name: 'trial through the API becomes active',
    section: '3.12',
    steps: [
      dashboardCustomer('pm_card_visa'),
      subscribes({ trial_period_days: 14 }),
      toNotice,
      toEnd,
      collects,
      keepsInvoice,
    ],
    tells: ['customer.subscription.created', ANNOUNCED, ...BILLED],
    ends: { subscription: { status: 'active' }, invoice: { ...firstPeriod, status: 'paid' } },
  },
]

const BECOMES_NOTHING: readonly Flow[] = [
  {
    name: 'trial ends, and its card fails',
    section: '3.12',
    steps: [
      ...signsUp('pro_trial'),
      swapsCard('pm_card_chargeCustomerFail'),
      toNotice,
      toEnd,
      collects,
      keepsInvoice,
    ],
    tells: [...BEGUN, ANNOUNCED, ...BILLED, 'charge.failed', 'invoice.payment_failed'],
    ends: { subscription: { status: 'past_due' }, invoice: { ...firstPeriod, status: 'open' } },
  },
  {
    name: 'trial without a card ends canceled',
    section: '3.12',
    steps: [...noCard('pro_trial_cancel'), toNotice, toEnd],
    tells: [...BEGUN, ANNOUNCED, 'customer.subscription.deleted'],
    ends: { subscription: { status: 'canceled' } },
  },
  {
    name: 'trial without a card ends paused',
    section: '3.12',
    steps: [...noCard('pro_trial_pause'), toNotice, toEnd],
    tells: [...BEGUN, ANNOUNCED, 'customer.subscription.paused'],
    ends: {
      subscription: {
        status: 'paused',
        status_details: { paused: { subscription: { type: 'trial_end_without_payment_method' } } },
      },
    },
  },
  {
    name: 'trial without a card ends paused, a card resumes it',
    section: '3.12',
    steps: [
      ...noCard('pro_trial_pause'),
      toNotice,
      toEnd,
      swapsCard('pm_card_visa'),
      async (stage) => {
        await stage.stripe.subscriptions.resume(kept(stage, 'subscription'))
      },
      keepsInvoice,
    ],
    tells: ['customer.subscription.paused', 'customer.subscription.resumed', 'invoice.paid'],
    ends: { subscription: { status: 'active' }, invoice: { status: 'paid', total: 2000 } },
  },
  {
    name: 'trial without a card ends in an invoice that nobody pays',
    section: '3.12',
    steps: [...noCard('pro_trial_invoice'), toNotice, toEnd, collects, keepsInvoice],
    tells: [...BEGUN, ANNOUNCED, ...BILLED, 'invoice.payment_failed'],
    ends: { subscription: { status: 'past_due' }, invoice: { ...firstPeriod, status: 'open' } },
  },
  {
    name: 'trial canceled before its end',
    section: '3.12',
    steps: [...signsUp('pro_trial'), changes({ cancel_at_period_end: true }), toNotice, toEnd],
    tells: [...BEGUN, 'customer.subscription.updated', 'customer.subscription.deleted'],
    ends: { subscription: { status: 'canceled' } },
  },
]

export const TRIAL_FLOWS: readonly Flow[] = [...BECOMES_PAID, ...BECOMES_NOTHING]
