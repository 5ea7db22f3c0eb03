// Owns the engine as the shop of a stage, in virtual time: it sells, hears Stripe by signed deliveries, and works until nothing is left.
import Stripe from 'stripe'
import type { Engine } from '../../src/api.ts'
import type { BillingOptions, CatalogueItems } from '../../src/catalogue.ts'
import { createEngine } from '../../src/engine.ts'
import { stripeFromSdk } from '../../src/stripe/sdk.ts'
import { RecordingLogger, SECRET, signatureOf } from '../support/shop.ts'
import { VirtualTime } from '../support/virtual-time.ts'
import { BUYER_EMAIL, type FlowStage } from './flows/stage.ts'
import { listeners } from './permute/told.ts'
import type { RunDatabase, World } from './permute/world.ts'

export interface EngineShopOptions {
  readonly world: World
  readonly database: RunDatabase
  readonly catalogue: CatalogueItems
  readonly billing: Partial<BillingOptions>
  /** Lanes that are worked side by side; PGlite has one connection. */
  readonly workers?: number
}

export interface Sale {
  readonly orderId: string
  readonly sessionId: string
  readonly itemId: string
  readonly userId: string | null
}

export interface EngineShop {
  readonly engine: Engine
  /** The world's, with the engine's checkout. */
  readonly stage: FlowStage
  readonly database: RunDatabase
  readonly time: VirtualTime
  readonly logger: RecordingLogger
  readonly sales: readonly Sale[]
  /** The database's clock becomes the account's, unless it is ahead by what was waited for. */
  followClock(): Promise<void>
  /** Signs and hands over, all at once. */
  deliver(events: readonly Stripe.Event[]): Promise<void>
  /** Works until nothing is ready. */
  drain(): Promise<void>
  /** … and nothing waits for a later try, either. */
  settle(): Promise<void>
}

const SETTLE_TURNS_MAX = 60

const READY = `select count(*)::integer as n from quittance.dispatch where state = 'ready'`
const NEXT_TRY = `
select extract(epoch from min(available_at))::float8 * 1000 as ms
from quittance.dispatch where state = 'waiting'`

export async function openEngineShop(options: EngineShopOptions): Promise<EngineShop> {
  const { world, database, catalogue, billing, workers = 1 } = options
  const { account, simulator, stripe } = world.stage
  const time = await VirtualTime.open(database.database, account.now() * 1000)
  const logger = new RecordingLogger()
  const sales: Sale[] = []
  const sdk = new Stripe(account.apiKey, {
    host: '127.0.0.1',
    port: simulator.port,
    protocol: 'http',
    telemetry: false,
    httpClient: time.httpClient(),
  })
  const engine = createEngine({
    database: time.database,
    stripe: stripeFromSdk(sdk),
    mode: 'test',
    endpoints: { default: { secrets: [SECRET] } },
    catalogue,
    billing,
    on: listeners(new Set()),
    processor: { mode: 'manual' },
    logger,
    timers: time.timers,
    clock: { now: () => account.now() * 1000 },
  })
  const stage: FlowStage = {
    ...world.stage,
    stripe,
    async checkout({ itemId, quantity = 1, userId = null }) {
      const { orderId, sessionId } = await engine.checkout.createSession({
        body: { itemId, quantity },
        identity: userId === null ? null : { userId, email: BUYER_EMAIL },
        browser: null,
        idempotencyKey: null,
      })
      sales.push({ orderId, sessionId, itemId, userId })
      return { orderId, sessionId }
    },
  }
  const look = async (sql: string) =>
    (await database.database.query<{ n: number; ms: number | null }>(sql))[0]
  const drain = async () => {
    do await Promise.all(Array.from({ length: workers }, () => engine.drain()))
    while ((await look(READY))?.n !== 0)
  }
  return {
    engine,
    stage,
    database,
    time,
    logger,
    sales,
    followClock: () => time.follow(account.now() * 1000),
    async deliver(events) {
      const now = account.now()
      await Promise.all(
        events.map(async (event) => {
          const body = new TextEncoder().encode(JSON.stringify(event))
          const signature = signatureOf(body, SECRET, now)
          await engine.receive({ endpoint: 'default', body, signature })
        }),
      )
    },
    drain,
    async settle() {
      for (let turn = 0; turn < SETTLE_TURNS_MAX; turn += 1) {
        await drain()
        const ms = (await look(NEXT_TRY))?.ms ?? null
        if (ms === null) return
        await time.follow(ms)
      }
      throw new Error('something waits for a later try again and again')
    },
  }
}
