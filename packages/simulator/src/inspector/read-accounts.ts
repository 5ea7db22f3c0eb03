/** Reads the accounts of a simulator, each with what it holds, for the inspector and `/_sim`. */

import { targetsOf } from '../delivery/targets.ts'
import type { Account } from '../world/account.ts'
import { masked, maskedKey } from './mask.ts'
import { chaosSeen } from './read-settings.ts'

export interface AccountSeen {
  readonly id: string
  /** Masked. */
  readonly key: string
  /** The platform of a connected account. */
  readonly platform: string | null
  /** Virtual unix seconds. */
  readonly now: number
  readonly requests: number
  readonly events: number
  readonly endpoints: number
  readonly failing: number
  readonly chaos: boolean
  /** Newest first. */
  readonly faults: readonly FaultSeen[]
}

/** What threw where no caller waited for it. */
export interface FaultSeen {
  readonly work: string
  readonly error: string
  /** Virtual unix seconds. */
  readonly at: number
}

export function accountSeen(account: Account): AccountSeen {
  const targets = targetsOf(account.db)
  return {
    id: account.id,
    key: maskedKey(account.apiKey),
    platform: account.platform?.id ?? null,
    now: account.now(),
    requests: account.requests.all().length,
    events: account.db.count('event'),
    endpoints: targets.length,
    failing: targets.filter(
      ({ id }) => account.db.find('endpoint_secret', id)?.failingSince !== undefined,
    ).length,
    chaos: chaosSeen(account).isOn,
    faults: faultsSeen(account),
  }
}

export function faultsSeen(account: Account): FaultSeen[] {
  return account
    .faults()
    .map(({ work, error, at }) => ({ work, error: String(masked(String(error))), at }))
}

/** How many objects of each kind there are; what Stripe does not show is left out. */
export function objectsSeen(account: Account): Record<string, number> {
  const counts: [string, number][] = []
  for (const [kind, rows] of Object.entries(account.db.dump())) {
    const [first] = rows
    const isShown = typeof first === 'object' && first !== null && 'object' in first
    if (isShown && kind !== 'tombstone') counts.push([kind, rows.length])
  }
  return Object.fromEntries(counts.sort(([a], [b]) => (a < b ? -1 : 1)))
}
