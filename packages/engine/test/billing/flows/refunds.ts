// Owns the flows of money that goes back after a single payment: refunds that stay and fail, disputes and their verdicts.
import type Stripe from 'stripe'
import { type Flow, kept, type Step } from './flow.ts'
import { day } from './stage.ts'
import {
  answersDispute,
  BANK_SECONDS,
  bankDecides,
  buys,
  DEBIT_SECONDS,
  IBAN,
  keepsDispute,
  opens,
  passes,
  paysByDebit,
  refunds,
} from './steps.ts'

const disputed = (card: string): readonly Step[] => [...buys(card), keepsDispute]

const REFUNDED = ['refund.created', 'charge.refunded', 'refund.updated', 'charge.refund.updated']
const FULLY = { refunded: true, amount_refunded: 3000 }
const paidSession = { status: 'complete', payment_status: 'paid' }

const REFUNDS: readonly Flow[] = [
  {
    name: 'full refund',
    section: '3.6',
    steps: [...buys('pm_card_visa'), refunds()],
    tells: REFUNDED,
    ends: { charge: FULLY, refund: { status: 'succeeded', amount: 3000 }, session: paidSession },
  },
  {
    name: 'partial refund',
    section: '3.6',
    steps: [...buys('pm_card_visa'), refunds(700)],
    tells: REFUNDED,
    ends: {
      charge: { refunded: false, amount_refunded: 700 },
      refund: { status: 'succeeded', amount: 700 },
      session: paidSession,
    },
  },
  {
    name: 'two partial refunds, short of the whole',
    section: '3.6',
    steps: [...buys('pm_card_visa'), refunds(700), refunds(800, 'second refund')],
    tells: REFUNDED,
    ends: {
      charge: { refunded: false, amount_refunded: 1500 },
      'second refund': { amount: 800 },
    },
  },
  {
    name: 'two partial refunds, up to the whole',
    section: '3.6',
    steps: [...buys('pm_card_visa'), refunds(700), refunds(2300, 'second refund')],
    tells: REFUNDED,
    ends: { charge: FULLY, 'second refund': { status: 'succeeded', amount: 2300 } },
  },
  {
    name: 'refund is pending, then succeeds',
    section: '3.6',
    steps: [...buys('pm_card_pendingRefund'), refunds(), bankDecides],
    tells: REFUNDED,
    ends: { charge: FULLY, refund: { status: 'succeeded' } },
  },
  {
    name: 'refund fails later',
    section: '3.6',
    steps: [...buys('pm_card_refundFail'), refunds(), bankDecides],
    tells: ['refund.created', 'charge.refunded', 'refund.failed'],
    ends: {
      charge: { refunded: false, amount_refunded: 0 },
      refund: { status: 'failed', failure_reason: 'expired_or_canceled_card' },
    },
  },
  {
    name: 'two refunds, one after the other, fail later',
    section: '3.6',
    steps: [
      ...buys('pm_card_refundFail'),
      refunds(700),
      bankDecides,
      refunds(800, 'second refund'),
      bankDecides,
    ],
    tells: ['refund.created', 'charge.refunded', 'refund.failed'],
    ends: {
      charge: { refunded: false, amount_refunded: 0 },
      refund: { status: 'failed' },
      'second refund': { status: 'failed' },
    },
  },
  {
    name: 'debit refunded',
    section: '3.6',
    steps: [
      opens({ itemId: 'poster', quantity: 2, userId: 'user_1' }),
      paysByDebit(IBAN.settlesLater),
      passes(DEBIT_SECONDS),
      refunds(1000),
    ],
    tells: ['checkout.session.async_payment_succeeded', 'refund.created', 'charge.refunded'],
    ends: { charge: { refunded: false, amount_refunded: 1000 }, session: paidSession },
  },
  {
    name: 'early fraud warning, then a refund',
    section: '3.7',
    steps: [...buys('pm_card_createIssuerFraudRecord'), refunds()],
    tells: ['radar.early_fraud_warning.created', ...REFUNDED],
    ends: { charge: FULLY },
  },
]

const OPENED = ['charge.dispute.created', 'charge.dispute.funds_withdrawn']
const CLOSED = [...OPENED, 'charge.dispute.updated', 'charge.dispute.closed']
const disputedCharge = { disputed: true, refunded: false, amount_refunded: 0 }

const inquired = disputed('pm_card_createDisputeInquiry')
const ends = (status: Stripe.Dispute.Status) => ({
  dispute: { status },
  charge: disputedCharge,
})

const DISPUTES: readonly Flow[] = [
  {
    name: 'dispute opened',
    section: '3.7',
    steps: disputed('pm_card_createDispute'),
    tells: OPENED,
    ends: ends('needs_response'),
  },
  {
    name: 'dispute won',
    section: '3.7',
    steps: [...disputed('pm_card_createDispute'), answersDispute('winning_evidence'), bankDecides],
    tells: [...CLOSED, 'charge.dispute.funds_reinstated'],
    ends: ends('won'),
  },
  {
    name: 'dispute lost',
    section: '3.7',
    steps: [
      ...disputed('pm_card_createDisputeProductNotReceived'),
      answersDispute('losing_evidence'),
      bankDecides,
    ],
    tells: CLOSED,
    ends: ends('lost'),
  },
  {
    name: 'dispute lost by silence',
    section: '3.7',
    steps: [...disputed('pm_card_createDispute'), passes(30 * day)],
    tells: [...OPENED, 'charge.dispute.closed'],
    ends: ends('lost'),
  },
  {
    name: 'dispute accepted',
    section: '3.7',
    steps: [
      ...disputed('pm_card_createDispute'),
      async (stage) => {
        await stage.stripe.disputes.close(kept(stage, 'dispute'))
      },
    ],
    tells: [...OPENED, 'charge.dispute.closed'],
    ends: ends('lost'),
  },
  {
    name: 'inquiry closed',
    section: '3.7',
    steps: [...inquired, answersDispute('winning_evidence'), bankDecides],
    tells: ['charge.dispute.created', 'charge.dispute.updated', 'charge.dispute.closed'],
    ends: ends('warning_closed'),
  },
  {
    name: 'inquiry escalates, dispute won',
    section: '3.7',
    steps: [
      ...inquired,
      answersDispute('escalate_inquiry_evidence'),
      bankDecides,
      answersDispute('winning_evidence'),
      bankDecides,
    ],
    tells: [...CLOSED, 'charge.dispute.funds_reinstated'],
    ends: ends('won'),
  },
  {
    name: 'inquiry closed, then refunded',
    section: '3.7',
    steps: [...inquired, answersDispute('winning_evidence'), bankDecides, refunds()],
    tells: ['charge.dispute.closed', ...REFUNDED],
    ends: { dispute: { status: 'warning_closed' }, charge: FULLY },
  },
  {
    name: 'two disputes of one charge, one won and one lost',
    section: '3.7',
    steps: [
      ...disputed('pm_card_createMultipleDisputes'),
      answersDispute('losing_evidence'),
      answersDispute('winning_evidence', 'earlier dispute'),
      bankDecides,
    ],
    tells: [...CLOSED, 'charge.dispute.funds_reinstated'],
    ends: { ...ends('lost'), 'earlier dispute': { status: 'won' } },
  },
  {
    name: 'debit disputed',
    section: '3.7',
    steps: [
      opens({ itemId: 'poster', quantity: 2 }),
      paysByDebit(IBAN.settlesThenDisputed),
      passes(BANK_SECONDS),
      keepsDispute,
    ],
    tells: ['checkout.session.async_payment_succeeded', ...OPENED],
    ends: ends('needs_response'),
  },
]

export const REFUND_FLOWS: readonly Flow[] = [...REFUNDS, ...DISPUTES]
