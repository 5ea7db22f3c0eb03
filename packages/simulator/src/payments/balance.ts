/** The account's ledger: one row for every movement of money, and the balance as their sum. */
import type { BalanceTransaction, Charge, Refund } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { pageFields, timeRange, within } from '../http/common-params.ts'
import { text } from '../http/params.ts'
import { inPath, page, type Route, route } from '../http/route.ts'

/** Card money becomes available after this long, unless the card skips the wait. */
const availableAfterSeconds = 2 * 24 * 60 * 60
/** Stripe's list price for cards in the US: 2.9 % and 30 of the smallest unit. */
const fee = { rate: 0.029, fixed: 30 } as const

function entry(
  tx: Transaction,
  row: Pick<
    BalanceTransaction,
    'amount' | 'currency' | 'fee' | 'source' | 'type' | 'reporting_category' | 'description'
  > & { readonly delay: number },
): BalanceTransaction {
  const { delay, ...rest } = row
  return tx.db.put('balance_transaction', {
    id: tx.newId('txn_1'),
    object: 'balance_transaction',
    available_on: tx.now + delay,
    balance_type: 'payments',
    created: tx.now,
    exchange_rate: null,
    fee_details:
      row.fee === 0
        ? []
        : [
            {
              amount: row.fee,
              application: null,
              currency: row.currency,
              description: 'Stripe processing fees',
              type: 'stripe_fee',
            },
          ],
    net: row.amount - row.fee,
    status: delay === 0 ? 'available' : 'pending',
    ...rest,
  })
}

export function bookCharge(tx: Transaction, charge: Charge, amount: number): BalanceTransaction {
  const card = charge.payment_method_details?.type === 'card'
  return entry(tx, {
    amount,
    currency: charge.currency,
    fee: Math.min(amount, Math.round(amount * fee.rate) + fee.fixed),
    source: charge.id,
    type: card ? 'charge' : 'payment',
    reporting_category: 'charge',
    description: charge.description,
    delay: availableAfterSeconds,
  })
}

export function bookRefund(tx: Transaction, refund: Refund): BalanceTransaction {
  return entry(tx, {
    amount: -refund.amount,
    currency: refund.currency,
    fee: 0,
    source: refund.id,
    type: 'refund',
    reporting_category: 'refund',
    description: 'REFUND FOR CHARGE',
    delay: 0,
  })
}

export function bookFailedRefund(tx: Transaction, refund: Refund): BalanceTransaction {
  return entry(tx, {
    amount: refund.amount,
    currency: refund.currency,
    fee: 0,
    source: refund.id,
    type: 'refund_failure',
    reporting_category: 'refund_failure',
    description: 'REFUND FAILURE',
    delay: 0,
  })
}

/** A row's status moves with the clock; nothing else about it ever changes. */
function current(tx: Transaction, row: BalanceTransaction): BalanceTransaction {
  return { ...row, status: row.available_on <= tx.now ? 'available' : 'pending' }
}

function balance(tx: Transaction) {
  const sums = new Map<string, { available: number; pending: number }>()
  for (const row of tx.db.all('balance_transaction')) {
    const sum = sums.get(row.currency) ?? { available: 0, pending: 0 }
    sum[row.available_on <= tx.now ? 'available' : 'pending'] += row.net
    sums.set(row.currency, sum)
  }
  if (sums.size === 0) sums.set('usd', { available: 0, pending: 0 })
  const rows = (part: 'available' | 'pending') =>
    [...sums].map(([currency, sum]) => ({
      amount: sum[part],
      currency,
      source_types: { card: sum[part] },
    }))
  return {
    object: 'balance',
    available: rows('available'),
    livemode: false,
    pending: rows('pending'),
  }
}

export const balanceRoutes: readonly Route[] = [
  route('GET', '/v1/balance', {}, ({ tx }) => balance(tx)),
  route('GET', '/v1/balance_transactions/:id', {}, ({ tx, ids }) =>
    current(tx, inPath(tx, 'balance_transaction', ids[0])),
  ),
  route(
    'GET',
    '/v1/balance_transactions',
    {
      ...pageFields,
      created: timeRange(),
      currency: text(),
      payout: text(),
      source: text(),
      type: text(),
    },
    ({ tx, params }) => {
      const rows = tx.db
        .all('balance_transaction')
        .filter(
          (row) =>
            within(row.created, params.created) &&
            (params.currency === undefined || row.currency === params.currency) &&
            (params.source === undefined || row.source === params.source) &&
            (params.type === undefined || row.type === params.type),
        )
        .map((row) => current(tx, row))
      return page(rows, '/v1/balance_transactions', params)
    },
  ),
]
