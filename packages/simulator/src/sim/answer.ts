/** Answers one request to `/_sim/…`. */

import { StripeError } from '../http/errors.ts'
import type { Account } from '../world/account.ts'
import type { Accounts } from '../world/accounts.ts'
import { BadSimRequest, type Json, jsonOf } from './bodies.ts'
import { jsonOfForm } from './form-body.ts'
import { simRoutes } from './routes.ts'

export interface SimRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: string
  readonly contentType: string
  /** The account of the key in the Authorization header. */
  readonly caller: Account | undefined
}

export interface SimAnswer {
  readonly status: number
  readonly body: unknown
}

const compiled = simRoutes.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replace(':id', '([^/]+)')}$`),
}))

export async function answerSim(accounts: Accounts, request: SimRequest): Promise<SimAnswer> {
  for (const { route, pattern } of compiled) {
    const match = route.method === request.method ? pattern.exec(request.path) : null
    if (!match) continue
    try {
      const { query } = request
      const only = namedBy(accounts, request)
      const id = decodeURIComponent(match[1] ?? '')
      const body = bodyOf(request)
      const result = await route.run({ accounts, only, id, query, body })
      return { status: 200, body: result ?? { ok: true } }
    } catch (error) {
      return refusal(error)
    }
  }
  const known = simRoutes.map(({ method, path }) => `${method} ${path}`)
  return { status: 404, body: { error: `Unknown; there is: ${known.join(', ')}` } }
}

/** `curl -d` calls its JSON a form, too. */
function bodyOf({ contentType, body }: SimRequest): Json {
  const isForm = contentType.startsWith('application/x-www-form-urlencoded')
  return isForm && !body.trimStart().startsWith('{') ? jsonOfForm(body) : jsonOf(body)
}

/** `?account=` serves those who do not know the key, such as the inspector. */
function namedBy(accounts: Accounts, { query, caller }: SimRequest): Account | undefined {
  const id = query.get('account')
  if (id === null) return caller
  const account = accounts.withId(id)
  if (account && (!caller || account === caller || account.platform === caller)) return account
  throw new BadSimRequest(`There is no account '${id}'.`, 404)
}

function refusal(error: unknown): SimAnswer {
  if (error instanceof BadSimRequest || error instanceof StripeError) {
    return { status: error.status, body: { error: error.message } }
  }
  if (error instanceof RangeError) return { status: 400, body: { error: error.message } }
  throw error
}
