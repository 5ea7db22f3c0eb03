/** The deliveries that wait, in the order in which they are to be attempted. */

/** `automatic` is Stripe's own and is retried; a person asks for the others, once. */
export type Trigger = 'automatic' | 'resend' | 'test'

export interface Delivery {
  readonly trigger: Trigger
  /** Of the event as it is delivered: a thin destination gets the thin twin's. */
  readonly eventId: string
  readonly type: string
  readonly endpointId: string
  readonly endpointOrdinal: number
  readonly eventOrdinal: number
  /** 1 for the first attempt. */
  readonly attempt: number
  /** Tells the copies of one event apart; its fate is drawn separately. */
  readonly copy: number
  readonly dueMs: number
  /** Among those due at one moment. */
  readonly rank: number
  /** Chaos gave it a delay of its own. */
  readonly delayed: boolean
  /** A delay of chaos passes in real time and `drain` waits for it; a retry waits for the clock. */
  readonly held: boolean
}

type Test<T> = (value: T) => boolean

export class Queue {
  /** One queue for each endpoint: a slow endpoint holds up nobody else. */
  readonly #waiting = new Map<string, Delivery[]>()

  add(delivery: Delivery): void {
    const queue = this.#waiting.get(delivery.endpointId) ?? []
    this.#waiting.set(delivery.endpointId, queue)
    let low = 0
    let high = queue.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = queue[middle]
      if (other && before(delivery, other)) high = middle
      else low = middle + 1
    }
    queue.splice(low, 0, delivery)
  }

  /** Takes the first of all due deliveries whose endpoint is free. */
  take(isDue: Test<Delivery>, isFree: Test<string>): Delivery | undefined {
    let best: { queue: Delivery[]; index: number; delivery: Delivery } | undefined
    for (const [endpointId, queue] of this.#waiting) {
      if (!isFree(endpointId)) continue
      const index = queue.findIndex(isDue)
      const delivery = queue[index]
      if (delivery && (!best || before(delivery, best.delivery))) best = { queue, index, delivery }
    }
    best?.queue.splice(best.index, 1)
    return best?.delivery
  }

  some(wanted: Test<Delivery>): boolean {
    return [...this.#waiting.values()].some((queue) => queue.some(wanted))
  }

  /** When the next delivery of a free endpoint falls due, given that none is due now. */
  nextDueMs(isFree: Test<string>): number | undefined {
    let next: number | undefined
    for (const [endpointId, queue] of this.#waiting) {
      const [first] = queue
      if (!first || !isFree(endpointId)) continue
      for (const delivery of queue) {
        if (momentOf(delivery) > momentOf(first) + 1000) break
        if (next === undefined || delivery.dueMs < next) next = delivery.dueMs
      }
    }
    return next
  }

  all(): Delivery[] {
    return [...this.#waiting.values()].flat()
  }

  clear(): void {
    this.#waiting.clear()
  }
}

/** Within one second the rank decides: milliseconds of a real clock are no order that repeats. */
function before(a: Delivery, b: Delivery): boolean {
  const [first, second] = [momentOf(a), momentOf(b)]
  return first < second || (first === second && a.rank < b.rank)
}

function momentOf({ dueMs, delayed }: Delivery): number {
  return delayed ? dueMs : Math.floor(dueMs / 1000) * 1000
}
