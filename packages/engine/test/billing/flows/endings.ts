// Owns the flows of ends and rests: cancellations planned, withdrawn and at once, both pauses, a customer who is deleted.
import type Stripe from 'stripe'
import { type Flow, kept, type Step } from './flow.ts'
import { day } from './stage.ts'
import {
  cancelsNow,
  changes,
  collects,
  keepsInvoice,
  passes,
  renews,
  signsUp,
  swapsCard,
  toPeriodEnd,
} from './steps.ts'

const UPDATED = 'customer.subscription.updated'
const DELETED = 'customer.subscription.deleted'

const cancelsAtPeriodEnd = changes({ cancel_at_period_end: true })
const keepsIt = changes({ cancel_at_period_end: false })

const cancelsAt =
  (seconds: number): Step =>
  (stage) =>
    changes({ cancel_at: stage.account.now() + seconds })(stage)

const canceled = {
  status: 'canceled',
  cancellation_details: { reason: 'cancellation_requested' },
}
const goesOn = { status: 'active', cancel_at: null, cancel_at_period_end: false }

const CANCELLATIONS: readonly Flow[] = [
  {
    name: 'cancellation planned',
    section: '3.14',
    steps: [...signsUp('pro_monthly'), cancelsAtPeriodEnd],
    tells: [UPDATED],
    ends: { subscription: { status: 'active', cancel_at_period_end: true } },
  },
  {
    name: 'canceled at the end of the period',
    section: '3.14',
    steps: [...signsUp('pro_monthly'), cancelsAtPeriodEnd, toPeriodEnd()],
    tells: [UPDATED, DELETED],
    ends: { subscription: canceled },
  },
  {
    name: 'cancellation planned, then withdrawn',
    section: '3.14',
    steps: [...signsUp('pro_monthly'), cancelsAtPeriodEnd, passes(day), keepsIt],
    tells: [UPDATED],
    ends: { subscription: goesOn },
  },
  {
    name: 'cancellation planned, withdrawn, renewed, planned again',
    section: '3.14',
    steps: [
      ...signsUp('pro_monthly'),
      cancelsAtPeriodEnd,
      passes(day),
      keepsIt,
      ...renews,
      cancelsAtPeriodEnd,
      toPeriodEnd(),
    ],
    tells: [UPDATED, 'invoice.paid', DELETED],
    ends: { subscription: canceled },
  },
  {
    name: 'canceled at a moment of the period',
    section: '3.14',
    // What is given back is drafted with the end, and finalised an hour after it.
    steps: [
      ...signsUp('pro_monthly'),
      cancelsAt(15 * day),
      passes(15 * day),
      collects,
      keepsInvoice,
    ],
    tells: [UPDATED, DELETED, 'invoiceitem.created', 'invoice.created', 'invoice.finalized'],
    ends: { subscription: canceled, invoice: { status: 'paid', total: -1000 } },
  },
  {
    name: 'end at a moment planned, then withdrawn',
    section: '3.14',
    steps: [
      ...signsUp('pro_monthly'),
      cancelsAt(40 * day),
      passes(day),
      changes({ cancel_at: '' }),
      ...renews,
    ],
    tells: [UPDATED, 'invoice.paid'],
    ends: { subscription: goesOn },
  },
  {
    name: 'canceled now',
    section: '3.15',
    steps: [...signsUp('pro_monthly'), passes(10 * day), cancelsNow()],
    tells: [DELETED],
    ends: { subscription: canceled },
  },
  {
    name: 'canceled now, with the rest of the period given back',
    section: '3.15',
    steps: [
      ...signsUp('pro_monthly'),
      passes(15 * day),
      cancelsNow({ prorate: true, invoice_now: true }),
      keepsInvoice,
    ],
    tells: ['invoiceitem.created', 'invoice.created', 'invoice.paid', 'customer.updated', DELETED],
    ends: { subscription: canceled, invoice: { total: -1000 }, customer: { balance: -1000 } },
  },
  {
    name: 'canceled now, while its renewal is not paid',
    section: '3.15',
    steps: [
      ...signsUp('pro_monthly'),
      swapsCard('pm_card_chargeCustomerFail'),
      ...renews,
      keepsInvoice,
      cancelsNow(),
    ],
    tells: ['invoice.payment_failed', DELETED],
    ends: { subscription: canceled, invoice: { status: 'open', auto_advance: false } },
  },
  {
    name: 'canceled now, then signed up anew',
    section: '3.15',
    steps: [
      ...signsUp('pro_monthly'),
      async ({ kept: keep }) => {
        keep.set('first subscription', keep.get('subscription') ?? '')
      },
      cancelsNow(),
      ...signsUp('team_monthly', 2),
    ],
    tells: [DELETED, 'customer.subscription.created'],
    ends: { 'first subscription': canceled, subscription: goesOn },
  },
  {
    name: 'customer deleted with a live subscription',
    section: '3.15',
    steps: [
      ...signsUp('pro_monthly'),
      passes(day),
      async (stage) => {
        await stage.stripe.customers.del(kept(stage, 'customer'))
      },
    ],
    tells: [DELETED, 'customer.deleted'],
    ends: { subscription: { status: 'canceled' }, customer: { deleted: true } },
  },
]

const restsWith = (behavior: 'keep_as_draft' | 'mark_uncollectible' | 'void'): Step =>
  changes({ pause_collection: { behavior } })
const collectsAgain = changes({ pause_collection: '' })

const collectionPaused = (
  behavior: 'keep_as_draft' | 'mark_uncollectible' | 'void',
  status: Stripe.Invoice.Status,
  tells: readonly string[],
): Flow => ({
  name: `collection paused (${behavior})`,
  section: '3.16',
  steps: [...signsUp('pro_monthly'), restsWith(behavior), ...renews, keepsInvoice],
  tells: [UPDATED, 'invoice.created', ...tells],
  ends: {
    subscription: { status: 'active', pause_collection: { behavior } },
    invoice: { status },
  },
})

const pauses: Step = async (stage) => {
  await stage.stripe.subscriptions.pause(kept(stage, 'subscription'))
}
const resumes =
  (params: Stripe.SubscriptionResumeParams = {}): Step =>
  async (stage) => {
    await stage.stripe.subscriptions.resume(kept(stage, 'subscription'), params)
  }
const running = { status: 'active', pause_collection: null }

const PAUSES: readonly Flow[] = [
  collectionPaused('keep_as_draft', 'draft', []),
  collectionPaused('mark_uncollectible', 'uncollectible', ['invoice.marked_uncollectible']),
  collectionPaused('void', 'void', ['invoice.voided']),
  {
    name: 'collection paused, then taken up',
    section: '3.16',
    steps: [
      ...signsUp('pro_monthly'),
      restsWith('void'),
      ...renews,
      collectsAgain,
      ...renews,
      keepsInvoice,
    ],
    tells: [UPDATED, 'invoice.voided', 'invoice.paid'],
    ends: { subscription: running, invoice: { status: 'paid' } },
  },
  {
    name: 'collection paused until a moment',
    section: '3.16',
    steps: [
      ...signsUp('pro_monthly'),
      (stage) =>
        changes({
          pause_collection: {
            behavior: 'keep_as_draft',
            resumes_at: stage.account.now() + 10 * day,
          },
        })(stage),
      passes(10 * day),
    ],
    tells: [UPDATED],
    ends: { subscription: running },
  },
  {
    name: 'paused',
    section: '3.16',
    steps: [...signsUp('pro_monthly'), passes(15 * day), pauses],
    tells: [UPDATED, 'customer.subscription.paused'],
    ends: {
      subscription: {
        status: 'paused',
        status_details: { paused: { subscription: { type: 'pause_requested' } } },
      },
    },
  },
  {
    name: 'paused, then resumed',
    section: '3.16',
    steps: [
      ...signsUp('pro_monthly'),
      passes(15 * day),
      pauses,
      passes(40 * day),
      resumes(),
      keepsInvoice,
    ],
    tells: ['customer.subscription.paused', 'customer.subscription.resumed', 'invoice.paid'],
    ends: { subscription: running, invoice: { status: 'paid', amount_paid: 1000 } },
  },
  {
    name: 'paused, its resumption is not paid',
    section: '3.16',
    steps: [
      ...signsUp('pro_monthly'),
      passes(15 * day),
      pauses,
      swapsCard('pm_card_chargeCustomerFail'),
      resumes({ payment_behavior: 'resume_on_payment_success' }),
      keepsInvoice,
      passes(day),
    ],
    tells: ['customer.subscription.paused', 'invoice.payment_failed', 'invoice.voided'],
    ends: { subscription: { status: 'paused' }, invoice: { status: 'void' } },
  },
  {
    name: 'paused, then canceled',
    section: '3.16',
    steps: [...signsUp('pro_monthly'), passes(15 * day), pauses, cancelsNow()],
    tells: ['customer.subscription.paused', DELETED],
    ends: { subscription: canceled },
  },
]

export const ENDING_FLOWS: readonly Flow[] = [...CANCELLATIONS, ...PAUSES]
