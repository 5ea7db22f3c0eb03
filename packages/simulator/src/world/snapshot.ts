/** What a snapshot holds of one account, as plain data that survives JSON: read off, and put in the place of what is there. */

import type { ClockDump } from '../account/clock.ts'
import type { IdsDump } from '../account/ids.ts'
import type { StoreDump } from '../account/store.ts'
import type { DispatcherDump } from '../delivery/dispatcher.ts'
import type { Idempotency, StoredAnswer } from '../http/idempotency.ts'
import { type BillingRules, revivedRules } from '../rules.ts'
import type { ApiChaos } from '../types.ts'
import type { Account } from './account.ts'

export interface AccountSnapshot {
  readonly apiKey: string
  readonly rows: StoreDump
  readonly clock: ClockDump
  readonly rules: BillingRules
  readonly ids: IdsDump
  readonly idempotency: readonly RememberedKey[]
  readonly deliveries: DispatcherDump
  /** What is still to go wrong with requests. */
  readonly trouble: Required<ApiChaos>
  /** By their ids. */
  readonly connected: readonly (readonly [string, AccountSnapshot])[]
}

interface RememberedKey {
  readonly key: string
  readonly fingerprint: string
  readonly at: number
  readonly answer: StoredAnswer
}

/** A view: rows are replaced and never changed, so it stays as it is. */
export function dumpAccount(account: Account): AccountSnapshot {
  const { apiKey, db, clock, rules, ids, idempotency, dispatcher, trouble, connections } = account
  return {
    apiKey,
    rows: db.dump(),
    clock: clock.dump(),
    rules,
    ids: ids.dump(),
    idempotency: dumpKeys(idempotency),
    deliveries: dispatcher.dump(),
    trouble: trouble.state,
    connected: connections.all().map((connected) => [connected.id, dumpAccount(connected)]),
  }
}

/** Takes the place of everything that is there; `snapshot` is kept, not copied. */
export function loadAccount(account: Account, snapshot: AccountSnapshot): void {
  account.reset()
  account.db.load(snapshot.rows)
  account.clock.load(snapshot.clock)
  account.rules = revivedRules(snapshot.rules)
  account.ids.load(snapshot.ids)
  account.idempotency = loadKeys(snapshot.idempotency)
  account.dispatcher.load(snapshot.deliveries)
  for (const [id, own] of snapshot.connected) loadAccount(account.connections.of(id), own)
  account.trouble.set(snapshot.trouble)
  account.resume()
}

/** Keys whose request is still in flight are left out: it ends in the account that is left behind. */
function dumpKeys(table: Idempotency): RememberedKey[] {
  const keys: RememberedKey[] = []
  for (const [key, { fingerprint, at, answer }] of table) {
    if (answer) keys.push({ key, fingerprint, at, answer })
  }
  return keys
}

function loadKeys(keys: readonly RememberedKey[]): Idempotency {
  return new Map(keys.map(({ key, ...entry }) => [key, entry]))
}
