/** What one request or one due job may do to its account: read, write, emit, schedule. */
import type { BillingRules } from '../rules.ts'
import type { Clock, Timeline } from './clock.ts'
import { shown } from './hidden-fields.ts'
import type { Job } from './jobs.ts'
import type { Store } from './store.ts'

export interface RequestInfo {
  readonly id: string
  readonly idempotencyKey: string | null
  /** The Stripe-Version header; null when the caller sent none. */
  readonly version: string | null
  /** The Host header: by which name the caller came here. */
  readonly host: string | null
}

export interface Emission {
  readonly id: string
  readonly type: string
  readonly object: unknown
  readonly previous: unknown
  readonly created: number
  /** The connected account whose event it is; absent for the account's own. */
  readonly account?: string
}

export interface Transaction {
  readonly db: Store
  readonly request: RequestInfo | null
  /** Whose time this is: null for the account's own, otherwise a test clock's id. */
  readonly timeline: Timeline
  /** Virtual unix seconds. */
  readonly now: number
  /** What the account does by itself. */
  readonly rules: BillingRules
  /** The simulator's own address, for the URLs inside objects. */
  readonly baseUrl: string
  /** A new id: the prefix and letters from the account's seed. */
  newId(prefix: string, length?: number): string
  /** Emits a snapshot of `object` when the transaction commits; answers the event's id. */
  emit(type: string, object: unknown, previous?: unknown): string
  /** The same as an event of a connected account. */
  emitOf(account: string, type: string, object: unknown, previous?: unknown): string
  /** Runs `job` after this much virtual time of this timeline. */
  schedule(afterMs: number, job: Job): void
  /** Does `job` now, inside this transaction: how a room acts on a room that it may not import. */
  run(job: Job): void
  /** The same transaction in the time of a test clock, or with null in the account's own. */
  on(testClock: Timeline): Transaction
  /** Sets a test clock, a new one too. */
  freeze(testClock: string, at: number): void
  /** Forgets a test clock and what waits for it. */
  unfreeze(testClock: string): void
  /** Does what lies outside the account's rows, and so could not be undone: once this is committed, or never. */
  afterCommit(effect: () => void): void
}

export interface Draft {
  readonly transaction: Transaction
  /** What is to be done on commit, in this order. */
  readonly effects: readonly (() => void)[]
}

interface DraftParts extends Pick<Transaction, 'db' | 'request' | 'rules' | 'baseUrl' | 'newId'> {
  readonly clock: Clock
  readonly timeline: Timeline
  readonly publish: (emission: Emission) => void
  readonly runJob: (tx: Transaction, job: Job) => void
}

export function draft(parts: DraftParts): Draft {
  const { clock, runJob, publish, timeline: home, ...rest } = parts
  const effects: (() => void)[] = []
  const afterCommit = (effect: () => void) => {
    effects.push(effect)
  }
  // A clock that this very transaction made is not yet in the account's.
  const newClocks = new Map<string, number>()
  const emit = (emission: Omit<Emission, 'id'>) => {
    const id = rest.newId('evt_1')
    // The payload is frozen at the moment of the event; a later GET shows the object's present.
    const frozen = { ...emission, id, object: shown(emission.object) }
    afterCommit(() => publish(frozen))
    return id
  }
  const view = (timeline: Timeline): Transaction => {
    const own = timeline === null ? undefined : newClocks.get(timeline)
    const nowMs = own ?? clock.nowMs(timeline)
    const now = Math.floor(nowMs / 1000)
    const transaction: Transaction = {
      ...rest,
      timeline,
      now,
      emit: (type, object, previous) => emit({ type, object, previous, created: now }),
      emitOf: (account, type, object, previous) =>
        emit({ account, type, object, previous, created: now }),
      schedule: (afterMs, job) => afterCommit(() => clock.schedule(timeline, nowMs + afterMs, job)),
      run: (job) => runJob(transaction, job),
      on: (other) => (other === timeline ? transaction : view(other)),
      freeze(testClock, at) {
        newClocks.set(testClock, at * 1000)
        afterCommit(() => clock.freeze(testClock, at * 1000))
      },
      unfreeze: (testClock) => afterCommit(() => clock.forget(testClock)),
      afterCommit,
    }
    return transaction
  }
  return { transaction: view(home), effects }
}

/** Stripe's `previous_attributes`: the old values of what changed; undefined when nothing did. */
export function previousAttributes(before: object, after: object): object | undefined {
  if (before === after) return undefined
  const old: [string, unknown][] = []
  for (const [key, a] of Object.entries(before)) {
    const b = memberOf(after, key)
    // A new row shares with the old one what it did not change.
    if (a === b) continue
    if (isPlain(a) && isPlain(b)) {
      const inner = previousAttributes(a, b)
      if (inner) old.push([key, inner])
    } else if (!isSame(a, b)) old.push([key, a ?? null])
  }
  for (const key of Object.keys(after)) {
    const isNew = !Object.hasOwn(before, key) && memberOf(after, key) !== undefined
    if (isNew) old.push([key, null])
  }
  return old.length > 0 ? Object.fromEntries(old) : undefined
}

function memberOf(of: object, key: string): unknown {
  return Object.hasOwn(of, key) ? Reflect.get(of, key) : undefined
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (isPlain(a) && isPlain(b)) return previousAttributes(a, b) === undefined
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
  return a.every((item, index) => isSame(item, b[index]))
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
