/** The routes of disputes. */
import type { Dispute } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { noSuch, notSimulated, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { applyUpdate, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, given, inPath, type Route } from '../http/route.ts'
import { answerDispute, closeDispute, isClosed } from './dispute-life.ts'

const path = '/v1/disputes'

/** Evidence that is a file; there are no files here. */
const files = [
  'cancellation_policy',
  'customer_communication',
  'customer_signature',
  'duplicate_charge_documentation',
  'receipt',
  'refund_policy',
  'service_documentation',
  'shipping_documentation',
  'uncategorized_file',
] as const

type Evidence = NonNullable<ParamsOf<`POST /v1/disputes/:id`>['evidence']>

/** New evidence laid over what there was. */
function mergeEvidence(before: Dispute['evidence'], entry: Evidence): Dispute['evidence'] {
  const { appeal, enhanced_evidence: enhanced, ...plain } = entry
  if (appeal !== undefined) throw notSimulated('appeals', 'evidence[appeal]')
  if (enhanced !== undefined) {
    throw notSimulated('enhanced evidence', 'evidence[enhanced_evidence]')
  }
  for (const name of files) {
    const id = plain[name]
    if (id !== undefined) throw noSuch('file upload', id, `evidence[${name}]`, 400)
  }
  return { ...before, ...given(plain) }
}

function update(
  tx: Transaction,
  before: Dispute,
  { evidence, metadata, submit = true }: ParamsOf<`POST /v1/disputes/:id`>,
): Dispute {
  if (evidence === undefined) {
    return applyUpdate(tx, 'dispute', before, {}, metadata, 'charge.dispute.updated')
  }
  if (isClosed(before)) {
    throw refuse('This dispute is already closed, so its evidence can no longer be changed.')
  }
  if (before.evidence_details.submission_count > 0 && before.status.endsWith('under_review')) {
    throw refuse('Evidence has already been submitted for this dispute.')
  }
  const noted = applyUpdate(tx, 'dispute', before, {}, metadata, null)
  return answerDispute(tx, noted, mergeEvidence(noted.evidence, evidence), submit)
}

export const disputeRoutes: readonly Route[] = [
  listRoute(`GET ${path}`, 'dispute'),
  retrieveRoute(`GET ${path}/:id`, 'dispute'),
  api(
    `POST ${path}/:id`,
    ({ tx, ids, params }) => update(tx, inPath(tx, 'dispute', ids[0]), params),
    { refuses: ['intended_submission_method'] },
  ),
  api(`POST ${path}/:id/close`, ({ tx, ids }) => {
    const dispute = inPath(tx, 'dispute', ids[0])
    if (isClosed(dispute)) throw refuse('This dispute is already closed')
    return closeDispute(tx, dispute, 'lost')
  }),
]
