/** Verification sessions: one attempt to learn who a person is, from its link to its redaction. */
import type { VerificationSession } from '../account/tables-platform.ts'
import type { Transaction } from '../account/transaction.ts'
import { missingParam, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { applyUpdate, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, inParam, inPath, mergeMetadata, type Route } from '../http/route.ts'
import { identityPagePath } from './page-path.ts'

const path = '/v1/identity/verification_sessions'
const kind = 'identity.verification_session'
/** Stripe takes up to four days. */
const redactsAfterMs = 1000

type Entry = ParamsOf<`POST ${typeof path}`>
type Options = NonNullable<VerificationSession['options']>

function optionsOf(type: string, entry: Entry['options']): Options {
  return type === 'id_number' ? {} : { document: entry?.document ?? {} }
}

function newSession(tx: Transaction, entry: Entry): VerificationSession {
  const { type } = entry
  if (type === undefined) throw missingParam('type')
  if (entry.related_customer !== undefined) {
    inParam(tx, 'customer', entry.related_customer, 'related_customer')
  }
  const id = tx.newId('vs_1')
  const session = tx.db.put(kind, {
    id,
    object: kind,
    client_reference_id: entry.client_reference_id ?? null,
    client_secret: `${id}_secret_test_${tx.newId('')}`,
    created: tx.now,
    last_error: null,
    last_verification_report: null,
    livemode: false,
    metadata: mergeMetadata({}, entry.metadata),
    options: optionsOf(type, entry.options),
    provided_details: entry.provided_details ?? null,
    redaction: null,
    related_customer: entry.related_customer ?? null,
    related_customer_account: null,
    status: 'requires_input',
    type,
    url: `${tx.baseUrl}${identityPagePath}${id}`,
    verified_outputs: null,
  })
  tx.db.put('verification_secret', { id, returnUrl: entry.return_url ?? null })
  tx.emit('identity.verification_session.created', session)
  return session
}

function mustBe(session: VerificationSession, allowed: readonly string[], what: string): void {
  if (allowed.includes(session.status) && session.redaction === null) return
  const status = session.redaction ? 'redacted' : session.status
  throw refuse(
    `The VerificationSession ${session.id} cannot be ${what} while it is ${status}; it must be ${allowed.join(' or ')}.`,
  )
}

function redact(tx: Transaction, before: VerificationSession): VerificationSession {
  mustBe(before, ['requires_input', 'verified', 'canceled', 'processing'], 'redacted')
  tx.schedule(redactsAfterMs, { kind: 'redact_verification', sessionId: before.id })
  const closed = { client_secret: null, url: null, redaction: { status: 'processing' } } as const
  const status = before.status === 'processing' ? 'canceled' : before.status
  return applyUpdate(tx, kind, before, { ...closed, status }, undefined, null)
}

/** What was learned about the person is gone; that there was a session is not. */
export function finishRedaction(tx: Transaction, id: string): void {
  const before = tx.db.find(kind, id)
  if (!before) return
  for (const report of tx.db.where('identity.verification_report', 'verification_session', id)) {
    tx.db.remove('identity.verification_report', report.id)
  }
  const after = tx.db.put(kind, {
    ...before,
    last_verification_report: null,
    metadata: {},
    provided_details: null,
    redaction: { status: 'redacted' },
    verified_outputs: null,
  })
  tx.emit('identity.verification_session.redacted', after)
}

export const identityRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => newSession(tx, params), {
    refuses: ['related_customer_account', 'related_person', 'verification_flow'],
  }),
  retrieveRoute(`GET ${path}/:id`, kind),
  listRoute(`GET ${path}`, kind),
  api(`POST ${path}/:id`, ({ tx, ids, params }) => {
    const before = inPath(tx, kind, ids[0])
    mustBe(before, ['requires_input'], 'updated')
    const { metadata, options, provided_details, type = before.type } = params
    const changes = {
      type,
      options: options || type !== before.type ? optionsOf(type, options) : undefined,
      provided_details,
    }
    return applyUpdate(tx, kind, before, changes, metadata, null)
  }),
  api(`POST ${path}/:id/cancel`, ({ tx, ids }) => {
    const before = inPath(tx, kind, ids[0])
    mustBe(before, ['requires_input'], 'canceled')
    const after = tx.db.put(kind, { ...before, client_secret: null, status: 'canceled', url: null })
    tx.emit('identity.verification_session.canceled', after)
    return after
  }),
  api(`POST ${path}/:id/redact`, ({ tx, ids }) => redact(tx, inPath(tx, kind, ids[0]))),
  retrieveRoute('GET /v1/identity/verification_reports/:id', 'identity.verification_report'),
  listRoute('GET /v1/identity/verification_reports', 'identity.verification_report'),
]
