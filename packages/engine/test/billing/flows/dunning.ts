// Owns the flows of dunning: renewals that nobody pays, and what the account's rules make of them after the last retry.
import type { Flow, Step } from './flow.ts'
import { active, FAILED, failing, failsToRenew, renewal } from './renewal.ts'
import { day } from './stage.ts'
import { passes, paysInvoice, renews } from './steps.ts'

const RETRY_DAYS = [3, 5, 7] as const
const retries: readonly Step[] = RETRY_DAYS.map((days) => passes(days * day))

/** What the account does when the last retry has failed: a setting of the Dashboard. */
const dunningEndsIn =
  (
    afterRetries: 'cancel' | 'unpaid' | 'past_due' | 'pause',
    invoiceAfterRetries: 'open' | 'uncollectible' = 'open',
  ): Step =>
  async ({ account }) => {
    account.billing({ retryDays: RETRY_DAYS, afterRetries, invoiceAfterRetries })
  }

export const DUNNING_FLOWS: readonly Flow[] = [
  {
    name: 'dunning to canceled',
    section: '3.10',
    steps: [dunningEndsIn('cancel'), ...failing, ...retries],
    tells: [...FAILED, 'customer.subscription.deleted'],
    ends: {
      subscription: {
        status: 'canceled',
        cancellation_details: { reason: 'payment_failed' },
      },
      invoice: { status: 'open', attempt_count: 4, next_payment_attempt: null },
    },
  },
  {
    name: 'dunning to unpaid',
    section: '3.10',
    steps: [dunningEndsIn('unpaid'), ...failing, ...retries],
    tells: FAILED,
    ends: { subscription: { status: 'unpaid' }, invoice: { status: 'open', attempt_count: 4 } },
  },
  {
    name: 'dunning to unpaid, a period later the debt is paid',
    section: '3.10',
    steps: [
      dunningEndsIn('unpaid'),
      ...failing,
      ...retries,
      ...renews,
      paysInvoice('pm_card_visa'),
    ],
    tells: [...FAILED, 'invoice.paid'],
    ends: { ...active, invoice: renewal },
  },
  {
    name: 'dunning stays past due',
    section: '3.10',
    steps: [dunningEndsIn('past_due'), ...failing, ...retries],
    tells: FAILED,
    ends: {
      subscription: { status: 'past_due' },
      invoice: { status: 'open', attempt_count: 4, next_payment_attempt: null },
    },
  },
  {
    name: 'dunning to unpaid, its invoice uncollectible',
    section: '3.10',
    steps: [dunningEndsIn('unpaid', 'uncollectible'), ...failing, ...retries],
    tells: [...FAILED, 'invoice.marked_uncollectible'],
    ends: { subscription: { status: 'unpaid' }, invoice: { status: 'uncollectible' } },
  },
  {
    name: 'dunning to paused',
    section: '3.10',
    steps: [dunningEndsIn('pause'), ...failing, ...retries],
    tells: [...FAILED, 'customer.subscription.paused'],
    ends: {
      subscription: {
        status: 'paused',
        status_details: { paused: { subscription: { type: 'final_payment_failure' } } },
      },
    },
  },
  {
    name: 'dunning of a card that needs its owner to canceled',
    section: '3.10',
    steps: [dunningEndsIn('cancel'), ...failsToRenew('pm_card_authenticationRequired'), ...retries],
    tells: ['invoice.payment_action_required', 'customer.subscription.deleted'],
    ends: { subscription: { status: 'canceled' }, invoice: { status: 'open' } },
  },
]
