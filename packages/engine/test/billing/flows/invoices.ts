// Owns the flows of money that goes back after an invoice, and of invoices without a subscription.
import { type Flow, kept, type Step } from './flow.ts'
import {
  answersDispute,
  bankDecides,
  cancelsNow,
  dashboardCustomer,
  keepsDispute,
  keepsInvoice,
  refunds,
  renews,
  signsUp,
} from './steps.ts'

const REFUNDED = ['refund.created', 'charge.refunded', 'refund.updated', 'charge.refund.updated']
const OPENED = ['charge.dispute.created', 'charge.dispute.funds_withdrawn']

/** A refund changes neither the invoice nor its subscription at Stripe. */
const untouched = {
  subscription: { status: 'active' },
  invoice: { status: 'paid', amount_paid: 2000 },
}
const FULLY = { refunded: true, amount_refunded: 2000 }

const signedUp = [...signsUp('pro_monthly'), keepsInvoice]
const signedUpWith = (card: string): readonly Step[] => [
  ...signsUp('pro_monthly', 1, card),
  keepsInvoice,
]

const MONEY_BACK: readonly Flow[] = [
  {
    name: 'invoice refunded in full',
    section: '3.6',
    steps: [...signedUp, refunds()],
    tells: REFUNDED,
    ends: { ...untouched, charge: FULLY },
  },
  {
    name: 'invoice refunded in part',
    section: '3.6',
    steps: [...signedUp, refunds(500)],
    tells: REFUNDED,
    ends: { ...untouched, charge: { refunded: false, amount_refunded: 500 } },
  },
  {
    name: 'invoice refunded in two parts',
    section: '3.6',
    steps: [...signedUp, refunds(500), refunds(1500, 'second refund')],
    tells: REFUNDED,
    ends: { ...untouched, charge: FULLY },
  },
  {
    name: 'refund of an invoice fails later',
    section: '3.6',
    steps: [...signedUpWith('pm_card_refundFail'), refunds(), bankDecides],
    tells: ['refund.created', 'charge.refunded', 'refund.failed'],
    ends: {
      ...untouched,
      charge: { refunded: false, amount_refunded: 0 },
      refund: { status: 'failed' },
    },
  },
  {
    name: 'invoice of a renewal refunded, the period before stays paid',
    section: '3.6',
    steps: [...signedUp, ...renews, keepsInvoice, refunds()],
    tells: ['invoice.paid', ...REFUNDED],
    ends: { ...untouched, charge: FULLY, invoice: { billing_reason: 'subscription_cycle' } },
  },
  {
    name: 'invoice refunded, the next renewal paid',
    section: '3.6',
    steps: [...signedUp, refunds(), ...renews, keepsInvoice],
    tells: [...REFUNDED, 'invoice.paid'],
    ends: { ...untouched, charge: { refunded: false, amount_refunded: 0 } },
  },
  {
    name: 'invoice refunded, subscription canceled now',
    section: '3.6',
    steps: [...signedUp, refunds(), cancelsNow()],
    tells: [...REFUNDED, 'customer.subscription.deleted'],
    ends: { subscription: { status: 'canceled' }, charge: FULLY },
  },
  {
    name: 'invoice credited by a credit note with a refund',
    section: '3.6',
    steps: [
      ...signedUp,
      async (stage) => {
        await stage.stripe.creditNotes.create({
          invoice: kept(stage, 'invoice'),
          amount: 500,
          refund_amount: 500,
        })
      },
    ],
    tells: ['credit_note.created', 'refund.created', 'charge.refunded'],
    ends: { charge: { refunded: false, amount_refunded: 500 } },
  },
  {
    name: 'dispute on an invoice won',
    section: '3.7',
    steps: [
      ...signedUpWith('pm_card_createDispute'),
      keepsDispute,
      answersDispute('winning_evidence'),
      bankDecides,
    ],
    tells: [...OPENED, 'charge.dispute.closed', 'charge.dispute.funds_reinstated'],
    ends: { ...untouched, dispute: { status: 'won' } },
  },
  {
    name: 'dispute on an invoice lost',
    section: '3.7',
    steps: [
      ...signedUpWith('pm_card_createDispute'),
      keepsDispute,
      answersDispute('losing_evidence'),
      bankDecides,
    ],
    tells: [...OPENED, 'charge.dispute.closed'],
    ends: { ...untouched, dispute: { status: 'lost' } },
  },
  {
    name: 'inquiry on an invoice closed',
    section: '3.7',
    steps: [
      ...signedUpWith('pm_card_createDisputeInquiry'),
      keepsDispute,
      answersDispute('winning_evidence'),
      bankDecides,
    ],
    tells: ['charge.dispute.created', 'charge.dispute.closed'],
    ends: { ...untouched, dispute: { status: 'warning_closed' } },
  },
]

/** As the Dashboard bills for something once; keeps the draft as `invoice`. */
const bills: Step = async (stage) => {
  const customer = kept(stage, 'customer')
  const { id } = await stage.stripe.invoices.create({ customer, currency: 'eur' })
  await stage.stripe.invoiceItems.create({ customer, invoice: id, amount: 4000, currency: 'eur' })
  stage.kept.set('invoice', id)
}

/** Nobody's order and nobody's subscription: news of these is news of others. */
const NOT_OURS: readonly Flow[] = [
  {
    name: 'invoice of the Dashboard paid',
    section: '3.9',
    steps: [
      dashboardCustomer('pm_card_visa'),
      bills,
      async (stage) => {
        await stage.stripe.invoices.pay(kept(stage, 'invoice'))
      },
    ],
    tells: ['invoice.created', 'invoiceitem.created', 'invoice.finalized', 'invoice.paid'],
    ends: { invoice: { status: 'paid', amount_paid: 4000, billing_reason: 'manual' } },
  },
  {
    name: 'draft of the Dashboard deleted',
    section: '3.9',
    steps: [
      dashboardCustomer('pm_card_visa'),
      bills,
      async (stage) => {
        await stage.stripe.invoices.del(kept(stage, 'invoice'))
      },
    ],
    tells: ['invoice.created', 'invoice.deleted'],
    ends: { customer: { balance: 0 } },
  },
]

export const INVOICE_FLOWS: readonly Flow[] = [...MONEY_BACK, ...NOT_OURS]
