/** Reads what was sent to each endpoint: deliveries with their attempts, and when the next one falls due. */

import type { TimedAttempt } from '../delivery/attempt-log.ts'
import { isDelivered } from '../delivery/policy.ts'
import type { Delivery } from '../delivery/queue.ts'
import type { Account } from '../world/account.ts'

export interface DeliverySeen {
  readonly eventId: string
  readonly type: string
  readonly endpointId: string
  readonly state: 'delivered' | 'waiting' | 'failed'
  readonly attempts: readonly TimedAttempt[]
  /** Virtual unix seconds; null when nothing more is to come. */
  readonly next: number | null
  /** Of the newest attempt, or the next. */
  readonly at: number
}

/** Attempts looked at, so that a long test run stays quick to read. */
const attemptsRead = 4000

/** Newest first; each event once for each endpoint, and each test webhook by itself. */
export function deliveriesSeen({ dispatcher }: Account): DeliverySeen[] {
  const groups = new Map<string, { attempts: TimedAttempt[]; waiting: Delivery[] }>()
  const groupOf = (key: string) => {
    // The newest is last, in the order in which a map keeps its keys.
    const group = groups.get(key) ?? { attempts: [], waiting: [] }
    groups.delete(key)
    groups.set(key, group)
    return group
  }
  dispatcher.log.timed(attemptsRead).forEach((attempt, index) => {
    groupOf(keyOf(attempt, String(index))).attempts.push(attempt)
  })
  for (const delivery of dispatcher.waiting()) {
    groupOf(keyOf(delivery, 'waiting')).waiting.push(delivery)
  }
  return [...groups.values()].reverse().flatMap(({ attempts, waiting }) => {
    const [first] = [...attempts, ...waiting]
    if (!first) return []
    const next = Math.min(...waiting.map(({ dueMs }) => Math.floor(dueMs / 1000)))
    const { eventId, type, endpointId } = first
    return {
      eventId,
      type,
      endpointId,
      state: stateOf(attempts, waiting),
      attempts,
      next: waiting.length > 0 ? next : null,
      at: attempts.at(-1)?.at ?? next,
    }
  })
}

function keyOf(row: TimedAttempt | Delivery, own: string): string {
  const key = `${row.endpointId} ${row.eventId}`
  return row.trigger === 'test' ? `${key} ${row.type} ${own}` : key
}

function stateOf(attempts: readonly TimedAttempt[], waiting: readonly Delivery[]) {
  if (attempts.some(succeeded)) return 'delivered'
  return waiting.length > 0 ? 'waiting' : 'failed'
}

export function succeeded({ status }: TimedAttempt): boolean {
  return status !== undefined && isDelivered({ status })
}
