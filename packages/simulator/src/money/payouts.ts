/** The routes of payouts: money from the balance to the account's bank. */
import type { Payout } from '../account/tables-money.ts'
import type { Transaction } from '../account/transaction.ts'
import { readCurrency } from '../catalogue/currency.ts'
import { within } from '../http/common-params.ts'
import { noSuch, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { integer, required } from '../http/params.ts'
import { applyUpdate, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, inPath, mergeMetadata, type Route } from '../http/route.ts'
import { availableIn } from '../payments/ledger.ts'
import { bookPayout, cancelPayout } from './payout-life.ts'

const path = '/v1/payouts'
const daySeconds = 24 * 60 * 60
const arrivesAfter = { standard: 2 * daySeconds, instant: 30 * 60 } as const

/** Stripe's test bank accounts, by their tokens: an empty reason is one that takes the money. */
const testBanks: ReadonlyMap<string, string | undefined> = new Map([
  ['btok_us_verified', undefined],
  ['btok_us_verified_accountClosed', 'account_closed'],
  ['btok_us_verified_debitNotAuthorized', 'debit_not_authorized'],
  ['btok_us_verified_insufficientFunds', 'insufficient_funds'],
  ['btok_us_verified_invalidCurrency', 'invalid_currency'],
  ['btok_us_verified_noAccount', 'no_account'],
])

interface Draft {
  readonly amount: number
  readonly currency: string
  readonly description: string | null
  readonly metadata: Record<string, string>
  readonly method: 'standard' | 'instant'
  readonly sourceType: string
  readonly statementDescriptor: string | null
  readonly originalPayout: string | null
}

function send(tx: Transaction, draft: Draft): Payout {
  const id = tx.newId('po_1')
  const seconds = arrivesAfter[draft.method]
  const payout = tx.db.put('payout', {
    id,
    object: 'payout',
    amount: draft.amount,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: tx.now + seconds,
    automatic: false,
    balance_transaction: bookPayout(tx, { id, ...draft }, -draft.amount, 'payout').id,
    created: tx.now,
    currency: draft.currency,
    description: draft.description,
    destination: null,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: draft.metadata,
    method: draft.method,
    original_payout: draft.originalPayout,
    payout_method: null,
    reconciliation_status: 'not_applicable',
    reversed_by: null,
    source_type: draft.sourceType,
    statement_descriptor: draft.statementDescriptor,
    status: 'pending',
    trace_id: { status: 'pending', value: null },
    type: 'bank_account',
  })
  tx.emit('payout.created', payout)
  tx.schedule(seconds * 1000, { kind: 'pay_out', payoutId: id })
  return payout
}

function create(tx: Transaction, params: ParamsOf<`POST /v1/payouts`>): Payout {
  const currency = readCurrency(params.currency, 'currency')
  const { destination } = params
  if (destination !== undefined && !testBanks.has(destination)) {
    throw noSuch('external account', destination, 'destination', 400)
  }
  if (params.amount > availableIn(tx, currency)) {
    throw refuse(
      'You have insufficient funds in your Stripe account for this transfer. Your card balance is too low. You can use the /v1/balance endpoint to view your Stripe balance (for more details, see stripe.com/docs/api#balance).',
      { code: 'balance_insufficient' },
    )
  }
  const payout = send(tx, {
    amount: params.amount,
    currency,
    description: params.description ?? null,
    metadata: mergeMetadata({}, params.metadata),
    method: params.method === 'instant' ? 'instant' : 'standard',
    sourceType: params.source_type ?? 'card',
    statementDescriptor: params.statement_descriptor ?? null,
    originalPayout: null,
  })
  const failureCode = testBanks.get(destination ?? '')
  if (failureCode !== undefined) tx.db.put('payout_secret', { id: payout.id, failureCode })
  return payout
}

/** The bank is asked to give the money back: a payout the other way. */
function reverse(
  tx: Transaction,
  payout: Payout,
  metadata: Record<string, string> | null | undefined,
): Payout {
  if (payout.status !== 'paid' || payout.reversed_by !== null || payout.amount < 0) {
    throw refuse(
      payout.status === 'pending'
        ? 'A pending payout cannot be reversed; cancel it instead.'
        : `Payout ${payout.id} cannot be reversed.`,
    )
  }
  const back = send(tx, {
    amount: -payout.amount,
    currency: payout.currency,
    description: payout.description,
    metadata: mergeMetadata({}, metadata),
    method: 'standard',
    sourceType: payout.source_type,
    statementDescriptor: payout.statement_descriptor,
    originalPayout: payout.id,
  })
  applyUpdate(tx, 'payout', payout, { reversed_by: back.id }, undefined, 'payout.updated')
  return back
}

const byArrival = listRoute(
  `GET ${path}`,
  'payout',
  ({ arrival_date: date }, { arrival_date: wanted }) =>
    wanted === undefined || within(date, rangeOf(wanted)),
  ['arrival_date'],
)

type ArrivalFilter = NonNullable<ParamsOf<`GET /v1/payouts`>['arrival_date']>

function rangeOf(wanted: ArrivalFilter) {
  if (typeof wanted === 'number') return { gte: wanted, lte: wanted }
  const { gt, gte, lt, lte } = wanted
  return {
    gte: Math.max(gte ?? -Infinity, (gt ?? -Infinity) + 1),
    lte: Math.min(lte ?? Infinity, (lt ?? Infinity) - 1),
  }
}

export const payoutRoutes: readonly Route[] = [
  byArrival,
  api(`POST ${path}`, ({ tx, params }) => create(tx, params), {
    fields: { amount: required(integer(1)) },
    refuses: ['payout_method'],
  }),
  retrieveRoute(`GET ${path}/:id`, 'payout'),
  api(`POST ${path}/:id`, ({ tx, ids, params }) => {
    const payout = inPath(tx, 'payout', ids[0])
    return applyUpdate(tx, 'payout', payout, {}, params.metadata, 'payout.updated')
  }),
  api(`POST ${path}/:id/cancel`, ({ tx, ids }) => {
    const payout = inPath(tx, 'payout', ids[0])
    if (payout.status === 'pending') return cancelPayout(tx, payout)
    throw refuse(
      `Payouts can only be canceled while they are pending; this one is ${payout.status}.`,
    )
  }),
  api(`POST ${path}/:id/reverse`, ({ tx, ids, params }) =>
    reverse(tx, inPath(tx, 'payout', ids[0]), params.metadata),
  ),
]
