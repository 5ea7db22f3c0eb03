/** What one request or one due job may do to its account: read, write, emit, schedule. */
import type { Clock } from './clock.ts'
import type { Job } from './jobs.ts'
import type { Store } from './store.ts'

export interface RequestInfo {
  readonly id: string
  readonly idempotencyKey: string | null
  /** The Stripe-Version header; null when the caller sent none. */
  readonly version: string | null
}

export interface Emission {
  readonly id: string
  readonly type: string
  readonly object: unknown
  readonly previous: unknown
  readonly created: number
}

export interface Transaction {
  readonly db: Store
  readonly request: RequestInfo | null
  /** Virtual unix seconds. */
  readonly now: number
  /** The simulator's own address, for the URLs inside objects. */
  readonly baseUrl: string
  /** A new id: the prefix and letters from the account's seed. */
  newId(prefix: string, length?: number): string
  /** Emits a snapshot of `object` when the transaction commits; answers the event's id. */
  emit(type: string, object: unknown, previous?: unknown): string
  /** Runs `job` after this much virtual time. */
  schedule(afterMs: number, job: Job): void
}

export interface Draft {
  readonly transaction: Transaction
  readonly emissions: readonly Emission[]
  readonly scheduled: readonly { readonly dueMs: number; readonly job: Job }[]
}

export function draft(
  parts: Pick<Transaction, 'db' | 'request' | 'baseUrl' | 'newId'> & { clock: Clock },
): Draft {
  const { clock, ...rest } = parts
  const emissions: Emission[] = []
  const scheduled: { dueMs: number; job: Job }[] = []
  const nowMs = clock.nowMs()
  const now = Math.floor(nowMs / 1000)
  const transaction: Transaction = {
    ...rest,
    now,
    emit(type, object, previous) {
      const id = rest.newId('evt_1')
      // The payload is frozen at the moment of the event; a later GET shows the object's present.
      emissions.push({ id, type, object: structuredClone(object), previous, created: now })
      return id
    },
    schedule(afterMs, job) {
      scheduled.push({ dueMs: nowMs + afterMs, job })
    },
  }
  return { transaction, emissions, scheduled }
}

/** Stripe's `previous_attributes`: the old values of what changed; undefined when nothing did. */
export function previousAttributes(before: object, after: object): object | undefined {
  const old: Record<string, unknown> = {}
  const was = new Map(Object.entries(before))
  const is = new Map(Object.entries(after))
  for (const key of new Set([...was.keys(), ...is.keys()])) {
    const a = was.get(key)
    const b = is.get(key)
    if (JSON.stringify(a) === JSON.stringify(b)) continue
    old[key] = isPlain(a) && isPlain(b) ? previousAttributes(a, b) : (a ?? null)
  }
  return Object.keys(old).length > 0 ? old : undefined
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
