/** The way of one API request: key, version, route, idempotency, parameters, transaction, expansion. */

import { shown } from '../account/hidden-fields.ts'
import { noAccess, refuse, StripeError } from '../http/errors.ts'
import { expand } from '../http/expand.ts'
import { decodeForm, FormError, type FormNode } from '../http/form.ts'
import { claimKey, fingerprintOf, releaseKey, storeAnswer } from '../http/idempotency.ts'
import { list, text } from '../http/params.ts'
import { checkVersion } from '../http/version.ts'
import { findRoute } from '../routes.ts'
import { defaultApiVersion } from '../wire.ts'
import type { Account } from '../world/account.ts'
import { decodeJson, envelopeV2, isV2 } from './api-v2.ts'

export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly body: string
  readonly contentType: string
  readonly idempotencyKey: string | null
  readonly version: string | null
  readonly host: string | null
  /** The Stripe-Account header of Connect. */
  readonly onBehalfOf: string | null
}

export interface ApiAnswer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: unknown
}

/** Runs a request to its answer; `before` is where chaos may make it wait with its key claimed. */
export async function answerApi(
  caller: Account,
  request: ApiRequest,
  id: string,
  before: () => Promise<void>,
): Promise<ApiAnswer> {
  const headers: Record<string, string> = {
    'request-id': id,
    'stripe-version': request.version ?? defaultApiVersion,
  }
  if (request.idempotencyKey !== null) headers['idempotency-key'] = request.idempotencyKey
  let account = caller
  try {
    account = actingAccount(caller, request.onBehalfOf)
    if (request.onBehalfOf !== null) headers['stripe-account'] = account.id
    return { ...(await execute(account, request, id, before, headers)), headers }
  } catch (error) {
    if (error instanceof StripeError) {
      return {
        status: error.status,
        headers,
        body: envelope(error, request.path, id, account.now()),
      }
    }
    throw error
  }
}

/** A platform acts as one of its connected accounts where the header names it. */
function actingAccount(caller: Account, onBehalfOf: string | null): Account {
  if (onBehalfOf === null || onBehalfOf === caller.id) return caller
  if (caller.db.find('account', onBehalfOf)) return caller.connections.of(onBehalfOf)
  throw noAccess(onBehalfOf)
}

type Result = Pick<ApiAnswer, 'status' | 'body'>

async function execute(
  account: Account,
  request: ApiRequest,
  id: string,
  before: () => Promise<void>,
  headers: Record<string, string>,
): Promise<Result> {
  checkVersion(request.version)
  const params = decode(request)
  const key = request.method === 'POST' ? request.idempotencyKey : null
  if (key === null) {
    await before()
    return run(account, request, params, id)
  }
  const fingerprint = fingerprintOf(request.method, request.path, params)
  const table = account.idempotency
  const earlier = claimKey(table, key, fingerprint, account.now())
  if (earlier) {
    headers['idempotent-replayed'] = 'true'
    headers['original-request'] = earlier.requestId
    return { status: earlier.status, body: earlier.body }
  }
  try {
    await before()
    const answer = run(account, request, params, id)
    storeAnswer(table, key, { ...answer, requestId: id })
    return answer
  } catch (error) {
    if (error instanceof StripeError && error.detail.replayable !== false) {
      const answer = {
        status: error.status,
        body: envelope(error, request.path, id, account.now()),
      }
      storeAnswer(table, key, { ...answer, requestId: id })
    } else {
      releaseKey(table, key)
    }
    throw error
  }
}

function decode(request: ApiRequest): FormNode {
  const v2 = isV2(request.path)
  if (!v2 && request.body !== '' && request.contentType.startsWith('application/json')) {
    throw refuse(
      'Invalid request: API v1 requests are form-encoded (application/x-www-form-urlencoded), not JSON.',
    )
  }
  try {
    const params = decodeForm(request.query)
    const body = v2 ? decodeJson(request.body) : decodeForm(request.body)
    for (const [key, value] of body) params.set(key, value)
    return params
  } catch (error) {
    if (error instanceof FormError) throw refuse(error.message)
    throw error
  }
}

function run(account: Account, request: ApiRequest, params: FormNode, id: string): Result {
  const { route, ids } = findRoute(request.method, request.path)
  const paths = list(text(), 20).read(params.get('expand') ?? '', 'expand')
  const own: FormNode = new Map(params)
  own.delete('expand')
  const { idempotencyKey, version, host } = request
  const info = { id, idempotencyKey, version, host }
  const body = account.transact(info, (tx) => {
    const answer = route.run({ tx, account, ids }, own)
    return expand(shown(answer), paths, tx.db)
  })
  return { status: 200, body }
}

export function envelope(error: StripeError, path: string, id: string, now: number): unknown {
  if (isV2(path)) return envelopeV2(error)
  return {
    error: {
      ...error.body(),
      request_log_url: `https://dashboard.stripe.com/test/logs/${id}?t=${now}`,
    },
  }
}
