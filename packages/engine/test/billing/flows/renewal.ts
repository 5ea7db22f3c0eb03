// Owns the flows of renewals: periods that are paid, and those that are paid after a failure.
import { type Flow, kept, type Step } from './flow.ts'
import { day } from './stage.ts'
import {
  authenticates,
  DEBIT_SECONDS,
  dashboardCustomerByDebit,
  IBAN,
  keepsInvoice,
  passes,
  paysInvoice,
  paysOutOfBand,
  renews,
  signsUp,
  subscribes,
  swapsCard,
} from './steps.ts'

const RENEWED = [
  'invoice.upcoming',
  'invoice.created',
  'customer.subscription.updated',
  'invoice.finalized',
  'payment_intent.created',
  'charge.succeeded',
  'payment_intent.succeeded',
  'invoice.updated',
  'invoice.paid',
  'invoice.payment_succeeded',
  'invoice_payment.paid',
]
/** What a renewal that fails tells. */
export const FAILED = [
  'invoice.created',
  'invoice.finalized',
  'charge.failed',
  'payment_intent.payment_failed',
  'invoice.payment_failed',
  'invoice.updated',
  'customer.subscription.updated',
]

export const renewal = { status: 'paid', billing_reason: 'subscription_cycle' }
export const active = { subscription: { status: 'active' } }

/** The schedule's first, by the account's rules as they are unless told. */
const firstRetry = passes(3 * day)

/** Signed up, with a card that the renewal is refused to. */
export const failsToRenew = (card: string): readonly Step[] => [
  ...signsUp('pro_monthly'),
  swapsCard(card),
  ...renews,
  keepsInvoice,
]
export const failing = failsToRenew('pm_card_chargeCustomerFail')

const voids: Step = async (stage) => {
  await stage.stripe.invoices.voidInvoice(kept(stage, 'invoice'))
}

const RENEWALS: readonly Flow[] = [
  {
    name: 'renewal paid',
    section: '3.9',
    steps: [...signsUp('pro_monthly'), ...renews, keepsInvoice],
    tells: RENEWED,
    ends: { ...active, invoice: { ...renewal, amount_paid: 2000 } },
  },
  {
    name: 'two renewals paid',
    section: '3.9',
    steps: [...signsUp('pro_monthly'), ...renews, ...renews, keepsInvoice],
    tells: RENEWED,
    ends: { ...active, invoice: renewal },
  },
  {
    name: 'renewal of a year paid',
    section: '3.9',
    steps: [...signsUp('pro_yearly'), ...renews, keepsInvoice],
    tells: RENEWED,
    ends: { ...active, invoice: { ...renewal, amount_paid: 20_000 } },
  },
  {
    name: 'renewal of seats paid',
    section: '3.9',
    steps: [...signsUp('team_monthly', 3), ...renews, keepsInvoice],
    tells: RENEWED,
    ends: { ...active, invoice: { ...renewal, amount_paid: 3600 } },
  },
  {
    name: 'renewal paid out of band, after a failure',
    section: '3.9',
    steps: [...failing, paysOutOfBand],
    tells: [...FAILED, 'invoice.paid'],
    ends: { ...active, invoice: { ...renewal, amount_paid_off_stripe: 2000 } },
  },
]

const RECOVERIES: readonly Flow[] = [
  {
    name: 'renewal fails, the retry of a new card recovers it',
    section: '3.10',
    steps: [...failing, swapsCard('pm_card_visa'), firstRetry],
    tells: [...FAILED, 'invoice.paid'],
    ends: { ...active, invoice: { ...renewal, attempt_count: 2 } },
  },
  {
    name: 'renewal fails twice, the buyer pays the invoice',
    section: '3.10',
    steps: [...failing, firstRetry, paysInvoice('pm_card_visa')],
    tells: [...FAILED, 'invoice.paid'],
    ends: { ...active, invoice: renewal },
  },
  {
    name: 'renewal fails, recovers, renews again',
    section: '3.10',
    steps: [...failing, swapsCard('pm_card_visa'), firstRetry, ...renews, keepsInvoice],
    tells: [...FAILED, ...RENEWED],
    ends: { ...active, invoice: { ...renewal, attempt_count: 1 } },
  },
  {
    name: 'renewal fails, recovers, fails again',
    section: '3.10',
    steps: [
      ...failing,
      swapsCard('pm_card_visa'),
      firstRetry,
      swapsCard('pm_card_chargeCustomerFail'),
      ...renews,
      keepsInvoice,
    ],
    tells: [...FAILED, 'invoice.paid'],
    ends: { subscription: { status: 'past_due' }, invoice: { status: 'open' } },
  },
  {
    name: 'renewal fails, its invoice is voided',
    section: '3.10',
    steps: [...failing, voids],
    tells: [...FAILED, 'invoice.voided'],
    ends: { ...active, invoice: { status: 'void' } },
  },
  {
    name: 'renewal needs authentication, which the buyer gives',
    section: '3.11',
    steps: [...failsToRenew('pm_card_authenticationRequired'), authenticates('succeeds')],
    tells: [
      'payment_intent.requires_action',
      'invoice.payment_action_required',
      'invoice.payment_failed',
      'invoice.paid',
    ],
    ends: { ...active, invoice: renewal },
  },
  {
    name: 'renewal needs authentication, which the buyer fails',
    section: '3.11',
    steps: [...failsToRenew('pm_card_authenticationRequired'), authenticates('fails')],
    tells: ['invoice.payment_action_required', 'payment_intent.payment_failed'],
    ends: { subscription: { status: 'past_due' }, invoice: { status: 'open' } },
  },
]

const BEHIND_A_TRIAL_DAYS = 7

/** A debit takes longer than the moment of a sign-up: its first payment is the trial's end. */
const renewsByDebit = (iban: string): readonly Step[] => [
  dashboardCustomerByDebit(iban),
  subscribes({ trial_period_days: BEHIND_A_TRIAL_DAYS }),
  ...renews,
  keepsInvoice,
  passes(DEBIT_SECONDS),
]

const DEBITS: readonly Flow[] = [
  {
    name: 'renewal by debit, which settles',
    section: '3.9',
    steps: renewsByDebit(IBAN.settlesLater),
    tells: ['payment_intent.processing', 'charge.pending', 'charge.succeeded', 'invoice.paid'],
    ends: { ...active, invoice: renewal },
  },
  {
    name: 'renewal by debit, which fails',
    section: '3.10',
    steps: renewsByDebit(IBAN.failsLater),
    tells: ['payment_intent.processing', 'charge.failed', 'invoice.payment_failed'],
    ends: { subscription: { status: 'past_due' }, invoice: { status: 'open' } },
  },
]

export const RENEWAL_FLOWS: readonly Flow[] = [...RENEWALS, ...RECOVERIES, ...DEBITS]
