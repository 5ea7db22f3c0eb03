/** Brings an account's events to its endpoints: queues, attempts, retries in virtual time, chaos. */
import type { Store } from '../account/store.ts'
import type { StripeEvent, WebhookEndpoint } from '../account/tables.ts'
import type { Ports } from '../ports.ts'
import type { Chaos, DeliveryAttempt } from '../types.ts'
import { announcementOf, fateOf } from './chaos.ts'
import { type Delivery, Queue } from './queue.ts'
import { type AttemptResult, send } from './send.ts'
import { signatureHeader } from './signature.ts'

export interface DispatcherParts {
  readonly db: Store
  readonly ports: Ports
  readonly mode: 'auto' | 'manual'
  /** Seconds between the attempts. */
  readonly retrySchedule: readonly number[]
  readonly nowMs: () => number
  readonly runDueJobs: () => void
}

/** Real deliveries overlap; by hand they go one by one, so that a seed gives one log. */
const inFlightMax = { auto: 8, manual: 1 } as const
/** With a reorder window a delivery waits this long for others to overtake it. */
const reorderHoldMs = 25
const attemptsLogMax = 200_000

export class Dispatcher {
  readonly #parts: DispatcherParts
  readonly #queue = new Queue()
  #log: DeliveryAttempt[] = []
  #chaos: Chaos | null = null
  /** In flight, by endpoint. */
  #flying = new Map<string, number>()
  #flyingFirsts = new Set<Delivery>()
  #endpointOrdinals = new Map<string, number>()
  #eventOrdinal = 0
  #progress: (() => void)[] = []
  #cancelTimer: (() => void) | undefined
  #closed = false
  #epoch = 0

  constructor(parts: DispatcherParts) {
    this.#parts = parts
  }

  setChaos(chaos: Chaos | null): void {
    this.#chaos = chaos
  }

  attempts(): readonly DeliveryAttempt[] {
    return this.#log
  }

  subscribers(type: string): WebhookEndpoint[] {
    return this.#parts.db
      .all('webhook_endpoint')
      .reverse()
      .filter(
        ({ status, enabled_events }) =>
          status === 'enabled' && enabled_events.some((name) => name === '*' || name === type),
      )
  }

  announce(
    event: StripeEvent,
    to: readonly WebhookEndpoint[] = this.subscribers(event.type),
  ): void {
    this.#eventOrdinal += 1
    for (const endpoint of to) {
      const place = {
        endpoint: this.#ordinalOf(endpoint.id),
        event: this.#eventOrdinal,
        attempt: 1,
      }
      const { copies, shift, delayMs } = announcementOf(this.#chaos, place)
      const hold = this.#chaos?.reorderWindow && this.#parts.mode === 'auto' ? reorderHoldMs : 0
      for (let copy = 0; copy < copies; copy += 1) {
        this.#queue.add({
          eventId: event.id,
          type: event.type,
          endpointId: endpoint.id,
          endpointOrdinal: place.endpoint,
          eventOrdinal: place.event,
          attempt: 1,
          copy,
          dueMs: this.#parts.nowMs() + delayMs + hold,
          rank: place.event + shift,
          delayed: delayMs > 0,
          held: delayMs + hold > 0,
        })
      }
    }
  }

  #ordinalOf(endpointId: string): number {
    const known = this.#endpointOrdinals.get(endpointId)
    if (known !== undefined) return known
    const ordinal = this.#endpointOrdinals.size
    this.#endpointOrdinals.set(endpointId, ordinal)
    return ordinal
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
    (this.#flying.get(endpointId) ?? 0) < inFlightMax[this.#parts.mode]

  #startNext(isDue: (delivery: Delivery) => boolean): boolean {
    const delivery = this.#queue.take(isDue, this.#isFree)
    if (!delivery) return false
    this.#flying.set(delivery.endpointId, (this.#flying.get(delivery.endpointId) ?? 0) + 1)
    if (delivery.attempt === 1) this.#flyingFirsts.add(delivery)
    const epoch = this.#epoch
    void this.#attempt(delivery).then((result) => {
      if (epoch === this.#epoch) this.#land(delivery, result)
    })
    return true
  }

  async #attempt(delivery: Delivery): Promise<AttemptResult | undefined> {
    const endpoint = this.#parts.db.find('webhook_endpoint', delivery.endpointId)
    const secret = this.#parts.db.find('endpoint_secret', delivery.endpointId)?.secret
    const event = this.#parts.db.find('event', delivery.eventId)
    // Disabled or deleted when its turn comes: Stripe gives the delivery up.
    if (!endpoint || !secret || !event || endpoint.status !== 'enabled') return undefined
    const fate = fateOf(this.#chaos, {
      endpoint: delivery.endpointOrdinal,
      event: delivery.eventOrdinal,
      attempt: delivery.attempt * 2 + delivery.copy,
    })
    if (fate === 'dropped') return { error: 'chaos_dropped' }
    if (fate === 'fails_before') return { error: 'chaos_before' }
    const rendered = endpoint.api_version ? { ...event, api_version: endpoint.api_version } : event
    const body = JSON.stringify(rendered, null, 2)
    const signature = signatureHeader(body, [secret], this.#parts.ports.now())
    const result = await send(endpoint.url, body, signature, this.#parts.ports)
    return fate === 'fails_after' ? { error: 'chaos_after' } : result
  }

  #land(delivery: Delivery, result: AttemptResult | undefined): void {
    this.#flying.set(delivery.endpointId, (this.#flying.get(delivery.endpointId) ?? 1) - 1)
    this.#flyingFirsts.delete(delivery)
    if (result) this.#record(delivery, result)
    for (const resume of this.#progress.splice(0)) resume()
    this.pump()
  }

  #record(delivery: Delivery, result: AttemptResult): void {
    const { eventId, type, endpointId, attempt, dueMs } = delivery
    if (this.#log.length >= attemptsLogMax) this.#log.splice(0, attemptsLogMax / 10)
    this.#log.push({ eventId, type, endpointId, attempt, ...result, at: Math.floor(dueMs / 1000) })
    if ('status' in result && result.status >= 200 && result.status < 300) {
      const event = this.#parts.db.find('event', eventId)
      const delivered = delivery.copy === 0
      if (event && delivered && event.pending_webhooks > 0) {
        this.#parts.db.put('event', { ...event, pending_webhooks: event.pending_webhooks - 1 })
      }
      return
    }
    const waitSeconds = this.#parts.retrySchedule[attempt - 1]
    if (waitSeconds === undefined || delivery.copy > 0) return
    // Counted from when this attempt was due, so that a jump of the clock keeps the schedule.
    const next = dueMs + waitSeconds * 1000
    this.#queue.add({ ...delivery, attempt: attempt + 1, dueMs: next, delayed: false, held: false })
  }

  /** Resolves when no first attempt of this event is outstanding. */
  async firstAttemptsOf(eventId: string, timeoutMs: number): Promise<void> {
    if (this.#parts.mode === 'manual') return
    const outstanding = () =>
      this.#queue.some((d) => d.eventId === eventId && d.attempt === 1) ||
      [...this.#flyingFirsts].some((d) => d.eventId === eventId)
    await this.#until(() => !outstanding(), timeoutMs)
  }

  async drain(timeoutMs: number): Promise<void> {
    const isDue = (d: Delivery) =>
      d.dueMs <= this.#parts.nowMs() || (d.held && this.#parts.mode === 'manual')
    const idle = () => [...this.#flying.values()].every((count) => count === 0)
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

  reset(): void {
    this.#epoch += 1
    this.#queue.clear()
    this.#log = []
    this.#chaos = null
    this.#flying.clear()
    this.#flyingFirsts.clear()
    this.#endpointOrdinals.clear()
    this.#eventOrdinal = 0
    this.#cancelTimer?.()
    for (const resume of this.#progress.splice(0)) resume()
  }

  close(): void {
    this.#closed = true
    this.reset()
  }
}
