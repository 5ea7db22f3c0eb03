/** One isolated account, the one behind an API key: puts its parts together, and makes every change all or nothing. */

import { Clock } from '../account/clock.ts'
import { FaultLog } from '../account/faults.ts'
import { Ids } from '../account/ids.ts'
import { RequestLog } from '../account/request-log.ts'
import { Store } from '../account/store.ts'
import type { RequestInfo, Transaction } from '../account/transaction.ts'
import { CliSessions } from '../cli-channel/sessions.ts'
import { Dispatcher } from '../delivery/dispatcher.ts'
import { sendTestWebhook } from '../delivery/endpoints.ts'
import { rollSecret } from '../delivery/secrets.ts'
import { ApiTrouble } from '../http/api-chaos.ts'
import { type Idempotency, idempotencyTable } from '../http/idempotency.ts'
import { randomText, seededRandom } from '../ports.ts'
import type { BillingRules } from '../rules.ts'
import type { Chaos, DeliveryAttempt, Fault, SimulatedAccount } from '../types.ts'
import { Connections } from './connections.ts'
import { addEndpoint, type EndpointOptions, endpointsWithSecrets } from './webhooks.ts'
import { Work } from './work.ts'
import type { World } from './world.ts'

/** The place of a connected account: under which platform, by which name. */
interface Connection {
  readonly platform: Account
  readonly id: string
}

export class Account implements SimulatedAccount {
  readonly apiKey: string
  readonly id: string
  /** Of a connected account: whose it is. */
  readonly platform: Account | undefined
  readonly connections: Connections
  readonly db = new Store()
  readonly clock: Clock
  readonly dispatcher: Dispatcher
  /** `stripe listen` and `stripe logs tail`. */
  readonly cli: CliSessions
  /** Of all requests that bring the key, whichever account they are for. */
  readonly trouble: ApiTrouble
  readonly requests = new RequestLog()
  readonly ids: Ids
  readonly faultLog: FaultLog
  idempotency: Idempotency = idempotencyTable()
  rules: BillingRules
  readonly #world: World
  readonly #work: Work

  constructor(apiKey: string, world: World, connection?: Connection) {
    const { ports, seed } = world
    const platform = connection?.platform
    this.apiKey = apiKey
    this.#world = world
    this.id = connection?.id ?? platformId(seed, apiKey)
    this.platform = platform
    this.clock = new Clock(ports)
    this.ids = new Ids(seed, platform ? `${apiKey}/${this.id}` : apiKey)
    this.rules = platform?.rules ?? world.rules
    this.trouble = platform?.trouble ?? new ApiTrouble()
    this.connections = new Connections((id) => new Account(apiKey, world, { platform: this, id }))
    const now = () => this.now()
    this.faultLog = new FaultLog({ account: this.id, now, onFault: world.onFault })
    this.#work = new Work({
      world,
      db: this.db,
      clock: this.clock,
      ids: this.ids,
      faults: this.faultLog,
      rules: () => this.rules,
      teller: this,
    })
    this.dispatcher = new Dispatcher({
      db: this.db,
      ports,
      mode: world.delivery,
      policy: world.policy,
      nowMs: () => this.clock.nowMs(),
      runDueJobs: () => this.catchUp(),
    })
    this.cli = new CliSessions({
      ports,
      seed: `${seed}:${apiKey}`,
      db: this.db,
      now,
      record: (attempt) => this.dispatcher.record(attempt),
    })
    if (!platform) return
    this.clock.follow(platform.clock)
    this.dispatcher.setChaos(platform.dispatcher.chaos)
  }

  /** The one way to change an account: all of `work` and its events, or nothing. */
  transact<T>(request: RequestInfo | null, work: (tx: Transaction) => T): T {
    return this.#work.transact(request, work)
  }

  /** Runs what has fallen due, for readers outside a request. */
  catchUp(): void {
    this.#work.catchUp()
  }

  addWebhookEndpoint(options: EndpointOptions) {
    return this.transact(null, (tx) => addEndpoint(tx, options))
  }

  rollWebhookSecret(endpointId: string, { overlapSeconds = 0 } = {}): string {
    return this.transact(null, (tx) => rollSecret(tx, endpointId, overlapSeconds))
  }

  sendTestWebhook(endpointId: string, type: string): void {
    this.transact(null, (tx) => sendTestWebhook(tx, this.dispatcher.publisher, endpointId, type))
  }

  webhookEndpoints() {
    return endpointsWithSecrets(this.db)
  }

  events(): readonly unknown[] {
    return this.db.all('event').reverse()
  }

  deliveries(): readonly DeliveryAttempt[] {
    return this.dispatcher.attempts().slice()
  }

  faults(): readonly Fault[] {
    return this.faultLog.all()
  }

  now(): number {
    return this.clock.now()
  }

  advance(seconds: number): void {
    this.clock.checkAdvance(seconds)
    this.#work.advance(seconds * 1000)
    this.dispatcher.pump()
    for (const account of this.connections.all()) account.advance(seconds)
  }

  /** With the connected accounts. */
  family(): Account[] {
    return [this, ...this.connections.all()]
  }

  billing(rules: Partial<BillingRules>): void {
    for (const account of this.family()) account.rules = { ...account.rules, ...rules }
  }

  chaos(chaos: Chaos | null): void {
    if (chaos === null || chaos.api !== undefined) this.trouble.set(chaos?.api ?? null)
    for (const { dispatcher } of this.family()) dispatcher.setChaos(chaos)
  }

  async drain(options: { timeoutMs?: number } = {}): Promise<void> {
    const timeoutMs = options.timeoutMs ?? 30_000
    await Promise.all(this.family().map(({ dispatcher }) => dispatcher.drain(timeoutMs)))
  }

  reset(): void {
    this.#work.stop()
    this.connections.close()
    this.dispatcher.reset()
    this.trouble.set(null)
    this.requests.clear()
    this.faultLog.clear()
    this.db.clear()
    this.clock.reset()
    this.ids.reset()
    this.rules = this.#world.rules
    this.idempotency = idempotencyTable()
  }

  /** Goes on with what a snapshot brought. */
  resume(): void {
    this.#work.resume()
    this.dispatcher.pump()
  }

  /** The account is deleted: nothing more happens in it. What it has sent and what waits to be sent stays. */
  retire(): void {
    this.clock.forgetAll()
    this.#work.stop()
  }

  close(): void {
    this.connections.close()
    this.#work.close()
    this.dispatcher.close()
    this.cli.close()
  }
}

function platformId(seed: string, apiKey: string): string {
  return `acct_1${randomText(seededRandom(`${seed}:account:${apiKey}`), 16)}`
}
