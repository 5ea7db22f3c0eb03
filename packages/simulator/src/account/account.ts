/** One isolated account, the one behind an API key: its rows, its clock, its events and deliveries. */

import { Dispatcher } from '../delivery/dispatcher.ts'
import { createEndpoint } from '../delivery/endpoints.ts'
import { ApiTrouble } from '../http/api-chaos.ts'
import { StripeError } from '../http/errors.ts'
import { type Idempotency, idempotencyTable } from '../http/idempotency.ts'
import { type Ports, type Random, randomText, seededRandom } from '../ports.ts'
import type { Chaos, DeliveryAttempt, SimulatedAccount } from '../types.ts'
import { defaultApiVersion } from '../wire.ts'
import { Clock } from './clock.ts'
import { runJob } from './run-job.ts'
import { Store } from './store.ts'
import type { StripeEvent } from './tables.ts'
import { draft, type Emission, type RequestInfo, type Transaction } from './transaction.ts'

export interface World {
  readonly ports: Ports
  readonly seed: string
  readonly baseUrl: string
  readonly delivery: 'auto' | 'manual'
  readonly retrySchedule: readonly number[]
  readonly onEvent: ((event: unknown) => void) | undefined
}

export class Account implements SimulatedAccount {
  readonly apiKey: string
  readonly id: string
  readonly db = new Store()
  readonly dispatcher: Dispatcher
  readonly trouble = new ApiTrouble()
  idempotency: Idempotency = idempotencyTable()
  readonly #world: World
  readonly #clock: Clock
  #random: Random
  #cancelTimer: (() => void) | undefined
  #closed = false

  constructor(apiKey: string, world: World) {
    this.apiKey = apiKey
    this.#world = world
    this.#clock = new Clock(world.ports)
    this.#random = this.#freshRandom()
    this.id = `acct_1${randomText(seededRandom(`${world.seed}:account:${apiKey}`), 16)}`
    this.dispatcher = new Dispatcher({
      db: this.db,
      ports: world.ports,
      mode: world.delivery,
      retrySchedule: world.retrySchedule,
      nowMs: () => this.#clock.nowMs(),
      runDueJobs: () => this.#runDue(this.#clock.nowMs()),
    })
  }

  #freshRandom(): Random {
    return seededRandom(`${this.#world.seed}:ids:${this.apiKey}`)
  }

  newId = (prefix: string, length = 24): string => prefix + randomText(this.#random, length)

  /** The one way to change an account: all of `work` and its events, or nothing. */
  transact<T>(request: RequestInfo | null, work: (tx: Transaction) => T): T {
    if (request) this.#runDue(this.#clock.nowMs())
    const { transaction, emissions, scheduled } = draft({
      db: this.db,
      request,
      baseUrl: this.#world.baseUrl,
      newId: this.newId,
      clock: this.#clock,
    })
    const commit = () => {
      for (const { dueMs, job } of scheduled) this.#clock.schedule(dueMs, job)
      this.#publish(emissions, request)
      this.#arm()
    }
    try {
      const answer = this.db.atomically(() => work(transaction), keepsState)
      commit()
      return answer
    } catch (error) {
      if (keepsState(error)) commit()
      throw error
    }
  }

  #publish(emissions: readonly Emission[], request: RequestInfo | null): void {
    for (const emission of emissions) {
      const event: StripeEvent = {
        id: emission.id,
        object: 'event',
        api_version: defaultApiVersion,
        created: emission.created,
        data: {
          object: emission.object,
          ...(emission.previous === undefined ? {} : { previous_attributes: emission.previous }),
        },
        livemode: false,
        pending_webhooks: this.dispatcher.subscribers(emission.type).length,
        request: { id: request?.id ?? null, idempotency_key: request?.idempotencyKey ?? null },
        type: emission.type,
      }
      this.db.put('event', event)
      this.#world.onEvent?.(event)
      this.dispatcher.announce(event)
    }
    this.dispatcher.pump()
  }

  #runDue(untilMs: number): void {
    this.#clock.runDue(untilMs, (job) => this.transact(null, (tx) => runJob(tx, job)))
  }

  /** Runs what has fallen due, for readers outside a request. */
  catchUp(): void {
    this.#runDue(this.#clock.nowMs())
  }

  /** In auto mode the virtual clock also moves with the wall: wake up for what falls due. */
  #arm(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    const dueMs = this.#clock.nextDueMs()
    if (dueMs === undefined || this.#closed || this.#world.delivery === 'manual') return
    this.#cancelTimer = this.#world.ports.later(dueMs - this.#clock.nowMs(), () => {
      this.#runDue(this.#clock.nowMs())
      this.#arm()
    })
  }

  addWebhookEndpoint(options: { url: string; enabledEvents?: string[]; secret?: string }) {
    return this.transact(null, (tx) => {
      const { endpoint, secret } = createEndpoint(tx, {
        url: options.url,
        enabledEvents: options.enabledEvents ?? ['*'],
        ...(options.secret === undefined ? {} : { secret: options.secret }),
      })
      return { id: endpoint.id, secret }
    })
  }

  events(): readonly unknown[] {
    return this.db.all('event').reverse()
  }

  deliveries(): readonly DeliveryAttempt[] {
    return this.dispatcher.attempts()
  }

  now(): number {
    return this.#clock.now()
  }

  advance(seconds: number): void {
    if (!Number.isFinite(seconds) || seconds < 0) {
      throw new RangeError('The virtual clock only moves forward: pass seconds >= 0.')
    }
    this.#runDue(this.#clock.nowMs() + seconds * 1000)
    this.#clock.shift(seconds * 1000)
    this.#arm()
    this.dispatcher.pump()
  }

  chaos(chaos: Chaos | null): void {
    this.dispatcher.setChaos(chaos)
    if (chaos === null || chaos.api !== undefined) this.trouble.set(chaos?.api ?? null)
  }

  async drain(options: { timeoutMs?: number } = {}): Promise<void> {
    await this.dispatcher.drain(options.timeoutMs ?? 30_000)
  }

  reset(): void {
    this.#cancelTimer?.()
    this.dispatcher.reset()
    this.trouble.set(null)
    this.db.clear()
    this.#clock.reset()
    this.#random = this.#freshRandom()
    this.idempotency = idempotencyTable()
  }

  close(): void {
    this.#closed = true
    this.#cancelTimer?.()
    this.dispatcher.close()
  }
}

function keepsState(error: unknown): boolean {
  return error instanceof StripeError && error.detail.keepsState === true
}
