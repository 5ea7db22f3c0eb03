/** Brings an account's events to its endpoints: queues, attempts, retries in virtual time, chaos. */
import type { Store } from '../account/store.ts'
import type { Ports } from '../ports.ts'
import type { Chaos, DeliveryAttempt } from '../types.ts'
import { attempt, broken, type Outcome } from './attempt.ts'
import { AttemptLog } from './attempt-log.ts'
import { countAnswer, type DeliveryPolicy, isDelivered, judgeHealth } from './policy.ts'
import { type Ordinals, Publisher } from './publisher.ts'
import { type Delivery, Queue } from './queue.ts'

export interface DispatcherParts {
  readonly db: Store
  readonly ports: Ports
  readonly mode: 'auto' | 'manual'
  readonly policy: DeliveryPolicy
  readonly nowMs: () => number
  readonly runDueJobs: () => void
}

/** What a snapshot of the account keeps of its deliveries. */
export interface DispatcherDump {
  readonly waiting: readonly Delivery[]
  readonly log: readonly DeliveryAttempt[]
  readonly chaos: Chaos | null
  readonly ordinals: Ordinals
}

/** Real deliveries overlap; by hand they go one by one, so that a seed gives one log. */
const inFlightMax = { auto: 8, manual: 1 } as const

export class Dispatcher {
  readonly log = new AttemptLog()
  readonly publisher: Publisher
  readonly #parts: DispatcherParts
  readonly #queue = new Queue()
  #chaos: Chaos | null = null
  #flying = new Map<string, Set<Delivery>>()
  #progress: (() => void)[] = []
  #cancelTimer: (() => void) | undefined
  #closed = false
  #epoch = 0

  constructor(parts: DispatcherParts) {
    this.#parts = parts
    const { db, mode, nowMs } = parts
    this.publisher = new Publisher({
      db,
      mode,
      nowMs,
      queue: this.#queue,
      chaos: () => this.#chaos,
    })
  }

  /** Notes an attempt that another sink than an endpoint's own address saw. */
  record(attempt: DeliveryAttempt): void {
    this.log.add(attempt)
  }

  attempts(): readonly DeliveryAttempt[] {
    return this.log.all()
  }

  get chaos(): Chaos | null {
    return this.#chaos
  }

  setChaos(chaos: Chaos | null): void {
    this.#chaos = chaos
  }

  /** What is still to be attempted, or in flight. */
  waiting(): Delivery[] {
    return [...this.#inFlight(), ...this.#queue.all()]
  }

  /** Starts what is due; in manual mode nothing starts but by `drain`. */
  pump(): void {
    if (this.#parts.mode === 'manual' || this.#closed) return
    const nowMs = this.#parts.nowMs()
    while (this.#startNext((delivery) => delivery.dueMs <= nowMs)) {
      // Each round starts one attempt; the limit in flight ends the loop.
    }
    this.#cancelTimer?.()
    // Endpoints at their limit need no timer: each attempt that lands pumps again.
    const dueMs = this.#queue.nextDueMs(this.#isFree)
    this.#cancelTimer =
      dueMs === undefined ? undefined : this.#parts.ports.later(dueMs - nowMs, () => this.pump())
  }

  readonly #isFree = (endpointId: string): boolean =>
    (this.#flying.get(endpointId)?.size ?? 0) < inFlightMax[this.#parts.mode]

  #inFlight(): Delivery[] {
    return [...this.#flying.values()].flatMap((deliveries) => [...deliveries])
  }

  #startNext(isDue: (delivery: Delivery) => boolean): boolean {
    const delivery = this.#queue.take(isDue, this.#isFree)
    if (!delivery) return false
    const flying = this.#flying.get(delivery.endpointId) ?? new Set()
    this.#flying.set(delivery.endpointId, flying.add(delivery))
    const epoch = this.#epoch
    const { db, ports } = this.#parts
    const land = (outcome: Outcome | undefined) => {
      if (epoch === this.#epoch) this.#land(delivery, outcome)
    }
    void attempt(db, ports, this.#chaos, delivery).catch(broken).then(land)
    return true
  }

  #land(delivery: Delivery, outcome: Outcome | undefined): void {
    this.#flying.get(delivery.endpointId)?.delete(delivery)
    if (outcome) this.#settle(delivery, outcome)
    for (const resume of this.#progress.splice(0)) resume()
    this.pump()
  }

  #settle(delivery: Delivery, { result, apiVersion, durationMs }: Outcome): void {
    const { trigger, eventId, type, endpointId, dueMs } = delivery
    const { db, policy } = this.#parts
    const at = Math.floor(dueMs / 1000)
    this.log.add(
      {
        eventId,
        type,
        endpointId,
        attempt: delivery.attempt,
        ...result,
        at,
        ...(apiVersion === undefined ? {} : { apiVersion }),
        ...(trigger === 'automatic' ? {} : { trigger }),
      },
      durationMs,
    )
    if (trigger === 'test') return
    const delivered = isDelivered(result)
    judgeHealth(db, endpointId, { delivered, at }, policy)
    if (delivered) countAnswer(db, eventId, endpointId)
    else this.#retry(delivery)
  }

  #retry(delivery: Delivery): void {
    const waitSeconds = this.#parts.policy.retrySchedule[delivery.attempt - 1]
    if (waitSeconds === undefined || delivery.copy > 0 || delivery.trigger !== 'automatic') return
    // Counted from when this attempt was due, so that a jump of the clock keeps the schedule.
    const dueMs = delivery.dueMs + waitSeconds * 1000
    const attempt = delivery.attempt + 1
    this.#queue.add({ ...delivery, attempt, dueMs, delayed: false, held: false })
  }

  /** Resolves when no first attempt of this event is outstanding. */
  async firstAttemptsOf(eventId: string, timeoutMs: number): Promise<void> {
    if (this.#parts.mode === 'manual') return
    const isFirst = (d: Delivery) => d.eventId === eventId && d.attempt === 1
    await this.#until(
      () => !this.#queue.some(isFirst) && !this.#inFlight().some(isFirst),
      timeoutMs,
    )
  }

  async drain(timeoutMs: number): Promise<void> {
    const isDue = (d: Delivery) =>
      d.dueMs <= this.#parts.nowMs() || (d.held && this.#parts.mode === 'manual')
    const idle = () => [...this.#flying.values()].every(({ size }) => size === 0)
    const done = () => {
      this.#parts.runDueJobs()
      if (this.#parts.mode === 'auto') this.pump()
      else if (idle()) this.#startNext(isDue)
      return idle() && !this.#queue.some((d) => isDue(d) || d.held)
    }
    if (!(await this.#until(done, timeoutMs))) {
      throw new Error(`Deliveries were still outstanding after ${timeoutMs} ms of draining.`)
    }
  }

  /** Waits for `condition`, looked at again after every attempt; false when the time is over. */
  async #until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
    let over = false
    const cancel = this.#parts.ports.later(timeoutMs, () => {
      over = true
      for (const resume of this.#progress.splice(0)) resume()
    })
    try {
      while (!condition()) {
        if (over || this.#closed) return false
        await new Promise<void>((resolve) => this.#progress.push(resolve))
      }
      return true
    } finally {
      cancel()
    }
  }

  /** What is in flight counts as still to be sent: a delivery twice is Stripe's way, one lost is not. */
  dump(): DispatcherDump {
    return {
      waiting: this.waiting(),
      log: this.log.all().slice(),
      chaos: this.#chaos,
      ordinals: this.publisher.ordinals(),
    }
  }

  load({ waiting, log, chaos, ordinals }: DispatcherDump): void {
    this.reset()
    for (const delivery of waiting) this.#queue.add(delivery)
    this.log.load(log)
    this.#chaos = chaos
    this.publisher.continueFrom(ordinals)
  }

  reset(): void {
    this.#epoch += 1
    this.#queue.clear()
    this.log.load([])
    this.#chaos = null
    this.#flying.clear()
    this.publisher.continueFrom({ events: 0, endpoints: [] })
    this.#cancelTimer?.()
    for (const resume of this.#progress.splice(0)) resume()
  }

  close(): void {
    this.#closed = true
    this.reset()
  }
}
