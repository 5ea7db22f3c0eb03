/** Report runs: they succeed after a moment; the file that they made has no content here. */
import type { ReportRun } from '../account/tables-platform.ts'
import type { Transaction } from '../account/transaction.ts'
import { missingParam, refuse } from '../http/errors.ts'
import { listRoute, retrieveRoute } from '../http/resource.ts'
import { api, type Route } from '../http/route.ts'
import { reportType } from './report-types.ts'

const path = '/v1/reporting/report_runs'
const kind = 'reporting.report_run'
const runsForMs = 1000
const resultKeptSeconds = 365 * 24 * 60 * 60

/** A file without a link: what the report would say is not simulated. */
function resultOf(tx: Transaction, { id }: ReportRun): NonNullable<ReportRun['result']> {
  return {
    id: tx.newId('file_1'),
    object: 'file',
    created: tx.now,
    expires_at: tx.now + resultKeptSeconds,
    filename: `${id}.csv`,
    links: null,
    purpose: 'finance_report_run',
    size: 0,
    title: `FinanceReportRun ${id}`,
    type: 'csv',
    url: null,
  }
}

export function finishReport(tx: Transaction, id: string): void {
  const run = tx.db.find(kind, id)
  if (!run) return
  const done = { result: resultOf(tx, run), status: 'succeeded', succeeded_at: tx.now }
  tx.emit('reporting.report_run.succeeded', tx.db.put(kind, { ...run, ...done }))
}

export const reportRunRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => {
    const { report_type, parameters = {} } = params
    const { data_available_end: end } = reportType(tx, report_type, 400)
    for (const name of ['interval_start', 'interval_end'] as const) {
      if (parameters[name] === undefined) throw missingParam(`parameters[${name}]`)
    }
    if (Number(parameters.interval_end) > end) {
      throw refuse(
        `The data for this report type is available until ${end}: interval_end must not be later.`,
        { param: 'parameters[interval_end]' },
      )
    }
    if (Number(parameters.interval_start) >= Number(parameters.interval_end)) {
      throw refuse('interval_start must be before interval_end.', {
        param: 'parameters[interval_start]',
      })
    }
    const run = tx.db.put(kind, {
      id: tx.newId('frr_1'),
      object: kind,
      created: tx.now,
      error: null,
      livemode: false,
      parameters,
      report_type,
      result: null,
      status: 'pending',
      succeeded_at: null,
    })
    tx.schedule(runsForMs, { kind: 'finish_report', reportId: run.id })
    return run
  }),
  retrieveRoute(`GET ${path}/:id`, kind),
  listRoute(`GET ${path}`, kind),
]
