/** The deliveries that wait, in the order in which they are to be attempted. */

export interface Delivery {
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

export class Queue {
  #waiting: Delivery[] = []

  add(delivery: Delivery): void {
    let low = 0
    let high = this.#waiting.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = this.#waiting[middle]
      if (other && before(delivery, other)) high = middle
      else low = middle + 1
    }
    this.#waiting.splice(low, 0, delivery)
  }

  /** Takes the first delivery that `wanted` accepts. */
  take(wanted: (delivery: Delivery) => boolean): Delivery | undefined {
    const index = this.#waiting.findIndex(wanted)
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0]
  }

  some(wanted: (delivery: Delivery) => boolean): boolean {
    return this.#waiting.some(wanted)
  }

  /** The next moment after `nowMs` at which something falls due. */
  nextDueMs(nowMs: number): number | undefined {
    let next: number | undefined
    for (const { dueMs } of this.#waiting) {
      if (dueMs > nowMs && (next === undefined || dueMs < next)) next = dueMs
    }
    return next
  }

  clear(): void {
    this.#waiting = []
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
