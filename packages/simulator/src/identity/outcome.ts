/** What comes of a verification: a report on it, and a session that is verified or wants another try. */
import type { VerificationReport, VerificationSession } from '../account/tables-platform.ts'
import type { Transaction } from '../account/transaction.ts'
import { applyUpdate } from '../http/resource.ts'

const kind = 'identity.verification_session'
const judgedAfterMs = 1000
/** The person whom Stripe's test mode always finds. */
const jenny = {
  address: {
    city: 'South San Francisco',
    country: 'US',
    line1: '354 Oyster Point Blvd',
    line2: null,
    postal_code: '94080',
    state: 'CA',
  },
  first_name: 'Jenny',
  last_name: 'Rosen',
} as const
const problem = {
  code: 'document_unverified_other',
  reason: 'The document is invalid.',
} as const

/** The person has handed in what was asked for. */
export function submit(tx: Transaction, session: VerificationSession, verified: boolean): void {
  const event = 'identity.verification_session.processing'
  const after = tx.db.put(kind, { ...session, last_error: null, status: 'processing' })
  tx.emit(event, after)
  tx.schedule(judgedAfterMs, { kind: 'finish_verification', sessionId: session.id, verified })
}

function reportOn(
  tx: Transaction,
  session: VerificationSession,
  verified: boolean,
): VerificationReport {
  const document: NonNullable<VerificationReport['document']> = {
    address: verified ? jenny.address : null,
    error: verified ? null : problem,
    expiration_date: null,
    files: [],
    first_name: verified ? jenny.first_name : null,
    issued_date: null,
    issuing_country: 'US',
    last_name: verified ? jenny.last_name : null,
    status: verified ? 'verified' : 'unverified',
    type: 'driving_license',
  }
  return tx.db.put('identity.verification_report', {
    id: tx.newId('vr_1'),
    object: 'identity.verification_report',
    client_reference_id: session.client_reference_id,
    created: tx.now,
    ...(session.type === 'document' ? { document } : {}),
    livemode: false,
    options: session.options?.document ? { document: session.options.document } : {},
    type: session.type === 'id_number' ? 'id_number' : 'document',
    verification_session: session.id,
  })
}

export function finishVerification(tx: Transaction, id: string, verified: boolean): void {
  const before = tx.db.find(kind, id)
  if (before?.status !== 'processing') return
  const report = reportOn(tx, before, verified)
  const outputs = { email: null, id_number_type: null, phone: null, ...jenny }
  const changes = verified
    ? { client_secret: null, status: 'verified' as const, url: null, verified_outputs: outputs }
    : { last_error: problem, status: 'requires_input' as const }
  const after = applyUpdate(
    tx,
    kind,
    before,
    { ...changes, last_verification_report: report.id },
    undefined,
    null,
  )
  tx.emit(`identity.verification_session.${verified ? 'verified' : 'requires_input'}`, after)
}
