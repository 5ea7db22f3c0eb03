/** What one call of `/_sim/…` brings, and whom it concerns. */

import { targetOf } from '../delivery/targets.ts'
import { decodeForm } from '../http/form.ts'
import { findRoute } from '../routes.ts'
import type { Account } from '../world/account.ts'
import type { Accounts } from '../world/accounts.ts'
import { BadSimRequest, type Json } from './bodies.ts'

export interface SimCall {
  readonly accounts: Accounts
  /** The account that the Authorization header or `?account=` names; without one, all. */
  readonly only: Account | undefined
  /** What the `:id` of the path matched. */
  readonly id: string
  readonly query: URLSearchParams
  readonly body: Json
}

export interface SimRoute {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** What is answered beside 200; nothing answers `{"ok": true}`. */
  readonly run: (call: SimCall) => unknown
}

export function concerned({ accounts, only }: SimCall): Account[] {
  return only ? [only] : accounts.all()
}

/** With the connected accounts: a platform's key stands for them, too. */
export function everyone(call: SimCall): Account[] {
  return concerned(call).flatMap((account) => account.family())
}

/** For what a connected account cannot do without its platform: it shares key and clock with it. */
export function independent(call: SimCall): Account | undefined {
  const { only } = call
  if (!only?.platform) return only
  throw new BadSimRequest(`${only.id} is connected; do this to its platform ${only.platform.id}.`)
}

/** The account that has what the path names. */
export function holder(call: SimCall, what: string, has: (account: Account) => boolean): Account {
  const found = everyone(call).find(has)
  if (found) return found
  throw new BadSimRequest(`There is no ${what} '${call.id}'.`, 404)
}

/** The account whose endpoint or destination the path names. */
export function ownerOf(call: SimCall): Account {
  return holder(call, 'endpoint', ({ db }) => targetOf(db, call.id) !== undefined)
}

type Params = Readonly<Record<string, string | readonly string[]>>

/** Does what an API call does, without a request: nobody's request log tells of it. */
export function asApi(account: Account, path: string, params: Params = {}): unknown {
  const form = new URLSearchParams()
  for (const [key, value] of Object.entries(params)) {
    if (typeof value === 'string') form.append(key, value)
    else for (const item of value) form.append(`${key}[]`, item)
  }
  account.catchUp()
  const { route, ids } = findRoute('POST', path)
  const answer = account.transact(null, (tx) =>
    route.run({ tx, account, ids }, decodeForm(form.toString())),
  )
  account.catchUp()
  return answer
}
