/** The reports that can be run: some of Stripe's, with the parameters that each needs. */
import type { Stripe } from 'stripe'
import type { Transaction } from '../account/transaction.ts'
import { noSuch } from '../http/errors.ts'
import { api, page, type Route } from '../http/route.ts'
import type { Stored } from '../wire.ts'

type ReportType = Stored<Stripe.Reporting.ReportType>

const path = '/v1/reporting/report_types'
const daySeconds = 24 * 60 * 60
/** Stripe's data of a day is complete at its end, for all days since the account began. */
const startedDaysAgo = 365

const itemised = ['balance_transaction_id', 'created', 'currency', 'gross', 'fee', 'net']
const summary = ['category', 'description', 'net_amount', 'currency']

const known: Readonly<Record<string, readonly [name: string, columns: readonly string[]]>> = {
  'balance.summary.1': ['Balance summary', summary],
  'balance_change_from_activity.itemized.3': ['Itemized balance change from activity', itemised],
  'balance_change_from_activity.summary.1': ['Balance change from activity', summary],
  'ending_balance_reconciliation.itemized.4': ['Itemized ending balance', itemised],
  'payout_reconciliation.itemized.5': ['Itemized payout reconciliation', itemised],
  'payouts.itemized.3': ['Itemized payouts', ['payout_id', 'effective_at', 'currency', 'net']],
  'payouts.summary.1': ['Payouts', summary],
}

/** By when the data of the last full day is there. */
function today(tx: Transaction): number {
  return tx.now - (tx.now % daySeconds)
}

export function reportType(tx: Transaction, id: string, status: 400 | 404): ReportType {
  const [name, columns] = (Object.hasOwn(known, id) ? known[id] : undefined) ?? []
  if (name === undefined || columns === undefined) {
    throw noSuch('reporttype', id, 'report_type', status)
  }
  const end = today(tx)
  return {
    id,
    object: 'reporting.report_type',
    data_available_end: end,
    data_available_start: end - startedDaysAgo * daySeconds,
    default_columns: [...columns],
    livemode: false,
    name,
    updated: end,
    version: Number(id.slice(id.lastIndexOf('.') + 1)),
  }
}

export const reportTypeRoutes: readonly Route[] = [
  api(`GET ${path}`, ({ tx }) =>
    page(
      Object.keys(known).map((id) => reportType(tx, id, 404)),
      path,
      { limit: 100 },
    ),
  ),
  api(`GET ${path}/:id`, ({ tx, ids }) => reportType(tx, ids[0] ?? '', 404)),
]
