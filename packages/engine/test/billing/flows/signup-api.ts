// Owns the flows of sign-ups past the shop, by API or Dashboard: without our marker, paid at once, later or by nobody.
import { type Flow, firstItemOf, idOf, kept, subscriptionOf } from './flow.ts'
import { paidFirst, SIGNED_UP } from './signup.ts'
import { hour } from './stage.ts'
import {
  authenticates,
  collects,
  DEBIT_SECONDS,
  dashboardCustomer,
  dashboardCustomerByDebit,
  IBAN,
  keepsInvoice,
  passes,
  paysInvoice,
  paysOutOfBand,
  renews,
  signsUp,
  subscribes,
} from './steps.ts'

const active = { subscription: { status: 'active' } }
const FAILED_FIRST = [
  'invoice.created',
  'invoice.finalized',
  'charge.failed',
  'payment_intent.payment_failed',
  'invoice.payment_failed',
  'customer.subscription.created',
]

export const API_SIGNUP_FLOWS: readonly Flow[] = [
  {
    name: 'signup through the API',
    section: '3.8',
    steps: [dashboardCustomer('pm_card_visa'), subscribes()],
    tells: SIGNED_UP.filter((type) => !type.startsWith('checkout.')),
    ends: paidFirst,
  },
  {
    name: 'signup through the API, first payment fails, another card pays',
    section: '3.10',
    steps: [
      dashboardCustomer('pm_card_chargeCustomerFail'),
      subscribes(),
      paysInvoice('pm_card_visa'),
    ],
    tells: [...FAILED_FIRST, 'invoice.paid', 'customer.subscription.updated'],
    ends: paidFirst,
  },
  {
    name: 'signup through the API, first payment fails, nobody pays',
    section: '3.11',
    steps: [dashboardCustomer('pm_card_chargeCustomerFail'), subscribes(), passes(23 * hour)],
    tells: [...FAILED_FIRST, 'invoice.voided', 'customer.subscription.updated'],
    ends: { subscription: { status: 'incomplete_expired' }, invoice: { status: 'void' } },
  },
  {
    name: 'signup through the API, first payment needs authentication',
    section: '3.11',
    steps: [
      dashboardCustomer('pm_card_threeDSecure2Required'),
      subscribes(),
      authenticates('succeeds'),
    ],
    tells: [
      'payment_intent.requires_action',
      'invoice.payment_action_required',
      'customer.subscription.created',
      'invoice.paid',
      'customer.subscription.updated',
    ],
    ends: paidFirst,
  },
  {
    name: 'signup through the API by debit, which settles',
    section: '3.4',
    steps: [dashboardCustomerByDebit(IBAN.settlesLater), subscribes(), passes(DEBIT_SECONDS)],
    tells: [
      'payment_intent.processing',
      'charge.pending',
      'customer.subscription.created',
      'charge.succeeded',
      'invoice.paid',
    ],
    ends: paidFirst,
  },
  {
    name: 'signup through the API by debit, which fails',
    section: '3.4',
    steps: [dashboardCustomerByDebit(IBAN.failsLater), subscribes(), passes(DEBIT_SECONDS)],
    tells: [
      'payment_intent.processing',
      'customer.subscription.created',
      'charge.failed',
      'invoice.payment_failed',
    ],
    ends: { subscription: { status: 'incomplete' }, invoice: { status: 'open' } },
  },
  {
    name: 'signup by invoice, paid out of band',
    section: '3.9',
    steps: [
      dashboardCustomer(null),
      subscribes({ collection_method: 'send_invoice', days_until_due: 30 }),
      collects,
      paysOutOfBand,
    ],
    tells: ['customer.subscription.created', 'invoice.finalized', 'invoice.sent', 'invoice.paid'],
    ends: { ...active, invoice: { status: 'paid', amount_paid_off_stripe: 2000 } },
  },
  {
    name: 'second subscription of one customer',
    section: '3.8',
    steps: [
      ...signsUp('pro_monthly'),
      async (stage) => {
        const first = await subscriptionOf(stage)
        stage.kept.set('first subscription', first.id)
        const { id } = await stage.stripe.subscriptions.create({
          customer: kept(stage, 'customer'),
          items: [{ price: firstItemOf(first).price.id }],
          default_payment_method: idOf(first.default_payment_method),
        })
        stage.kept.set('subscription', id)
      },
    ],
    tells: SIGNED_UP,
    ends: { ...active, 'first subscription': { status: 'active' } },
  },
  {
    name: 'one subscription by the month and by the year',
    section: '3.9',
    steps: [
      dashboardCustomer('pm_card_visa'),
      (stage) =>
        subscribes({ items: [{ price: stage.prices.pro }, { price: stage.prices.proYear }] })(
          stage,
        ),
      ...renews,
      keepsInvoice,
    ],
    tells: ['customer.subscription.created', 'customer.subscription.updated', 'invoice.paid'],
    ends: { ...active, invoice: { status: 'paid', amount_paid: 2000 } },
  },
]
