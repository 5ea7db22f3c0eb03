/** The account's ledger: one row for every movement of money, and the balance as their sum. */
import type { Stripe } from 'stripe'
import type { BalanceTransaction, Charge, Dispute, Refund } from '../account/tables.ts'
import type { BalanceSum } from '../account/tables-money.ts'
import type { Transaction } from '../account/transaction.ts'
import { behaviourOf } from '../customers/instruments.ts'
import type { Stored } from '../wire.ts'

const daySeconds = 24 * 60 * 60
/** Card money becomes available at the start of this day after the payment, unless the card skips the wait. */
const availableAfterDays = 2
/** Stripe's list price for cards in the US: 2.9 % and 30 of the smallest unit. */
const fee = { rate: 0.029, fixed: 30 } as const
const disputeFee = 1500

type Sum = Pick<BalanceSum, 'available' | 'pending'>

interface Entry
  extends Pick<
    BalanceTransaction,
    'amount' | 'currency' | 'source' | 'type' | 'reporting_category' | 'description'
  > {
  readonly fee?: number
  readonly feeOf?: string
  /** The day after this one on which the money is available; at once, unless told. */
  readonly inDays?: number
}

export function book(tx: Transaction, row: Entry): BalanceTransaction {
  const { inDays = 0, fee: charged = 0, feeOf = 'Stripe processing fees', ...rest } = row
  const day = Math.floor(tx.now / daySeconds) + inDays
  const entry = tx.db.put('balance_transaction', {
    id: tx.newId('txn_1'),
    object: 'balance_transaction',
    available_on: inDays === 0 ? tx.now : day * daySeconds,
    balance_type: 'payments',
    created: tx.now,
    exchange_rate: null,
    fee: charged,
    fee_details:
      charged === 0
        ? []
        : [
            {
              amount: charged,
              application: null,
              currency: row.currency,
              description: feeOf,
              type: 'stripe_fee',
            },
          ],
    net: row.amount - charged,
    status: inDays === 0 ? 'available' : 'pending',
    ...rest,
  })
  addUp(tx, entry.currency, { [entry.status === 'available' ? 'available' : 'pending']: entry.net })
  if (inDays > 0) releaseLater(tx, entry)
  return entry
}

/** What becomes available at the same moment of the same time waits as one job. */
function releaseLater(tx: Transaction, entry: BalanceTransaction): void {
  const id = `${tx.timeline ?? ''}:${entry.available_on}`
  const known = tx.db.find('release', id)
  const afterMs = (entry.available_on - tx.now) * 1000
  if (!known) tx.schedule(afterMs, { kind: 'release_funds', releaseId: id })
  tx.db.put('release', { id, entries: [...(known?.entries ?? []), entry.id] })
}

export function releaseFunds(tx: Transaction, releaseId: string): void {
  for (const id of tx.db.find('release', releaseId)?.entries ?? []) {
    const entry = tx.db.find('balance_transaction', id)
    if (!entry) continue
    tx.db.put('balance_transaction', { ...entry, status: 'available' })
    addUp(tx, entry.currency, { available: entry.net, pending: -entry.net })
  }
  tx.db.remove('release', releaseId)
  tellAvailable(tx)
}

export function tellAvailable(tx: Transaction): void {
  tx.emit('balance.available', balanceOf(tx))
}

export function bookCharge(tx: Transaction, charge: Charge, amount: number): BalanceTransaction {
  const card = charge.payment_method_details?.type === 'card'
  const skipsWait = behaviourOf(tx, charge.payment_method ?? '').funds === 'at_once'
  const entry = book(tx, {
    amount,
    currency: charge.currency,
    fee: Math.min(amount, Math.round(amount * fee.rate) + fee.fixed),
    source: charge.id,
    type: card ? 'charge' : 'payment',
    reporting_category: 'charge',
    description: charge.description,
    inDays: skipsWait ? 0 : availableAfterDays,
  })
  if (skipsWait) tellAvailable(tx)
  return entry
}

export function bookRefund(tx: Transaction, refund: Refund): BalanceTransaction {
  return book(tx, {
    amount: -refund.amount,
    currency: refund.currency,
    source: refund.id,
    type: refund.id.startsWith('pyr_') ? 'payment_refund' : 'refund',
    reporting_category: 'refund',
    description: 'REFUND FOR CHARGE',
  })
}

export function bookFailedRefund(tx: Transaction, refund: Refund): BalanceTransaction {
  return book(tx, {
    amount: refund.amount,
    currency: refund.currency,
    source: refund.id,
    type: 'refund_failure',
    reporting_category: 'refund_failure',
    description: 'REFUND FAILURE',
  })
}

/** A chargeback takes the amount and a fee; one that is won brings both back. */
export function bookDispute(
  tx: Transaction,
  dispute: Dispute,
  way: 'withdrawn' | 'reinstated',
): BalanceTransaction {
  const sign = way === 'withdrawn' ? -1 : 1
  return book(tx, {
    amount: sign * dispute.amount,
    currency: dispute.currency,
    fee: -sign * disputeFee,
    feeOf: 'Dispute fee',
    source: dispute.id,
    type: 'adjustment',
    reporting_category: way === 'withdrawn' ? 'dispute' : 'dispute_reversal',
    description: `Chargeback ${way === 'withdrawn' ? 'withdrawal' : 'reversal'} for ${dispute.charge}`,
  })
}

/** Keeps the balance beside its entries: nobody has to add them all up to read it. */
function addUp(tx: Transaction, currency: string, change: Partial<Sum>): void {
  const sum = sumIn(tx, currency)
  tx.db.put('balance_sum', {
    id: currency,
    available: sum.available + (change.available ?? 0),
    pending: sum.pending + (change.pending ?? 0),
  })
}

function sumIn(tx: Transaction, currency: string): BalanceSum {
  return tx.db.find('balance_sum', currency) ?? { id: currency, available: 0, pending: 0 }
}

export function availableIn(tx: Transaction, currency: string): number {
  return sumIn(tx, currency).available
}

export function balanceOf(tx: Transaction): Stored<Stripe.Balance> {
  // The account's own currency is always told.
  const others = tx.db.all('balance_sum').filter(({ id }) => id !== 'usd')
  const found = [sumIn(tx, 'usd'), ...others]
  const rows = (part: keyof Sum) =>
    found.map((sum) => ({
      amount: sum[part],
      currency: sum.id,
      source_types: { card: sum[part] },
    }))
  return {
    object: 'balance',
    available: rows('available'),
    livemode: false,
    pending: rows('pending'),
  }
}
