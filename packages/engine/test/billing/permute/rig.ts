// Owns one run's engine: on an empty database, asking the simulator through the SDK, its clock the account's.
import type Stripe from 'stripe'
import type { Engine } from '../../../src/api.ts'
import { createEngine } from '../../../src/engine.ts'
import type { EventName } from '../../../src/events.ts'
import type { Timers } from '../../../src/ports/clock.ts'
import type { Database } from '../../../src/ports/database.ts'
import type { StripePort } from '../../../src/ports/stripe.ts'
import { systemTimers } from '../../../src/ports/system.ts'
import { asStripePort } from '../../../src/stripe/sdk.ts'
import { RecordingLogger, SECRET, signatureOf } from '../../support/shop.ts'
import type { FlowStage } from '../flows/index.ts'
import { BUYER_EMAIL, type Checkout } from '../flows/stage.ts'
import { engineRandom } from './dice.ts'
import { billingOf, CATALOGUE, type House } from './offers.ts'
import { listeners } from './told.ts'
import type { RunDatabase, World } from './world.ts'

export interface RigOptions {
  readonly world: World
  readonly database: RunDatabase
  /** Of the flow: its objects have the same ids in every run. */
  readonly names: string
  readonly seed: string
  readonly house: House
  readonly faulty: ReadonlySet<EventName>
}

/** A buyer who may come back from Stripe's page. */
export interface Visit {
  readonly orderId: string
  readonly sessionId: string
  readonly itemId: string
  readonly userId: string | null
  readonly browser: string
}

const DRAIN_MS = 60_000
const SUCCESS_WAIT_MS = 2_000

const SET_CLOCK = `
update quittance.clock
set shift = make_interval(secs => $1::float8 - extract(epoch from statement_timestamp())::float8)`

const FREE_BUDGET = `update quittance.stripe_budget set next_at = '-infinity'`

/** The limiter is another test's matter: whoever waits for a turn gets the budget anew at once. */
const patient = (database: Database): Timers => ({
  ...systemTimers,
  async sleep(ms, signal) {
    // A limit of something that is under way, no turn.
    if (signal !== undefined) return await systemTimers.sleep(ms, signal)
    if (ms > 0) await database.query(FREE_BUDGET)
    await systemTimers.turn()
  },
})

/** Counts the requests, and passes them on. */
function counted(port: StripePort, count: () => void): StripePort {
  return new Proxy(port, {
    get(target, name, receiver) {
      const call: unknown = Reflect.get(target, name, receiver)
      if (typeof call !== 'function') return call
      return (...given: unknown[]) => {
        count()
        return Reflect.apply(call, target, given)
      }
    },
  })
}

export class Rig {
  readonly engine: Engine
  readonly database: RunDatabase
  readonly stage: FlowStage
  readonly logger = new RecordingLogger()
  readonly visits: Visit[] = []
  /** Orders whose buyer came back. */
  readonly confirmed = new Set<string>()
  requests = 0
  deliveries = 0
  #sales = 0

  private constructor({ world, database, names, seed, house, faulty }: RigOptions) {
    this.database = database
    this.stage = { ...world.stage, kept: new Map(), checkout: this.#checkout }
    this.engine = createEngine({
      database: database.database,
      stripe: counted(asStripePort(world.stage.stripe), () => {
        this.requests += 1
      }),
      mode: 'test',
      logger: this.logger,
      endpoints: { default: { secrets: [SECRET] } },
      catalogue: CATALOGUE,
      billing: billingOf(house),
      on: listeners(faulty),
      timers: patient(database.database),
      random: engineRandom(names, seed),
      limits: { groupCommitMs: 0 },
      checkout: { successWaitMs: SUCCESS_WAIT_MS },
      processor: { mode: 'manual' },
    })
  }

  static async open(options: RigOptions): Promise<Rig> {
    options.world.restock()
    await options.database.empty()
    // The run before this one was at work at a later time.
    await options.database.database.query(FREE_BUDGET)
    const rig = new Rig(options)
    await rig.followClock()
    return rig
  }

  readonly #checkout: Checkout = async ({ itemId, quantity = 1, userId = null }) => {
    this.#sales += 1
    const { orderId, sessionId, browser } = await this.engine.checkout.createSession({
      body: { itemId, quantity },
      identity: userId === null ? null : { userId, email: BUYER_EMAIL },
      browser: null,
      idempotencyKey: `sale-${this.#sales}`,
    })
    this.visits.push({ orderId, sessionId, itemId, userId, browser })
    return { orderId, sessionId }
  }

  /** The database's clock becomes the account's, or one of so many seconds later. */
  async followClock(laterSeconds = 0): Promise<void> {
    await this.setClock(this.stage.account.now() + laterSeconds)
  }

  async setClock(seconds: number): Promise<void> {
    await this.database.database.query(SET_CLOCK, [seconds])
  }

  async deliver(event: Stripe.Event): Promise<void> {
    this.deliveries += 1
    const body = new TextEncoder().encode(JSON.stringify(event))
    const signature = signatureOf(body, SECRET, Math.floor(Date.now() / 1000))
    await this.engine.receive({ endpoint: 'default', body, signature })
  }

  /** Several workers where there are several connections. */
  async drain(workers = 1): Promise<void> {
    const all = Array.from({ length: workers }, () => this.engine.drain({ budgetMs: DRAIN_MS }))
    await Promise.all(all)
  }

  async comesBack({ orderId, sessionId, userId, browser }: Visit): Promise<void> {
    const identity = userId === null ? null : { userId }
    const view = await this.engine.checkout.success({ sessionId, identity, browser })
    if (view === null) throw new TypeError(`the buyer of ${orderId} is taken for a stranger`)
    this.confirmed.add(orderId)
  }
}
