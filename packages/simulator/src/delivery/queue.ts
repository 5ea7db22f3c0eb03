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

  nextDueMs(): number | undefined {
    return this.#waiting[0]?.dueMs
  }

  clear(): void {
    this.#waiting = []
  }
}

function before(a: Delivery, b: Delivery): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.rank < b.rank)
}
