// Owns a small shop around an engine: signed deliveries, a buyer at Stripe, and what came of it.
import { createHmac } from 'node:crypto'
import type { Engine } from '../../src/api.ts'
import type { EngineOptions } from '../../src/config.ts'
import { createEngine } from '../../src/engine.ts'
import type { LogFields, Logger } from '../../src/ports/logger.ts'
import type { Receipt } from '../../src/types.ts'
import type { TestDatabase } from './databases.ts'
import { FakeStripe } from './fake-stripe.ts'

export const SECRET = 'whsec_test_default'

type Json = Record<string, unknown>

export interface LogLine {
  readonly level: string
  readonly message: string
  readonly fields: LogFields
}

export class RecordingLogger implements Logger {
  readonly lines: LogLine[] = []
  #add(level: string, message: string, fields: LogFields = {}) {
    this.lines.push({ level, message, fields })
  }
  debug = (message: string, fields?: LogFields) => this.#add('debug', message, fields)
  info = (message: string, fields?: LogFields) => this.#add('info', message, fields)
  warn = (message: string, fields?: LogFields) => this.#add('warn', message, fields)
  error = (message: string, fields?: LogFields) => this.#add('error', message, fields)
}

export function signatureOf(body: Uint8Array, secret: string, seconds: number): string {
  const mac = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex')
  return `t=${seconds},v1=${mac}`
}

/** Events never carry a session's line items: those must be asked for. */
export const eventOf = (
  id: string,
  type: string,
  { line_items: _, ...object }: Json,
  over: Json = {},
): Json => ({
  id,
  object: 'event',
  api_version: '2026-10-28.endive',
  created: 1_790_000_000,
  livemode: false,
  type,
  data: { object },
  ...over,
})

export interface Shop {
  readonly engine: Engine
  readonly stripe: FakeStripe
  readonly logger: RecordingLogger
  /** Order ids in the order in which the handler saw them. */
  readonly fulfilled: string[]
  deliver(
    event: Json | Uint8Array,
    over?: { signature?: string | null; endpoint?: string },
  ): Promise<Receipt>
  /** A new order with its session. */
  order(quantity?: number): Promise<{ orderId: string; sessionId: string; browser: string }>
  /** Works until nothing is due. */
  drain(): Promise<void>
}

export interface ShopOptions {
  readonly processor?: EngineOptions['processor']
  readonly on?: EngineOptions['on']
  readonly onStripe?: EngineOptions['onStripe']
  readonly catalogue?: EngineOptions['catalogue']
  readonly billing?: EngineOptions['billing']
  readonly endpoints?: EngineOptions['endpoints']
  readonly limits?: EngineOptions['limits']
  readonly checkout?: EngineOptions['checkout']
  readonly identify?: EngineOptions['identify']
  readonly stripe?: FakeStripe
}

/** The engine is not resident: tests decide when work happens, by drain(). */
export function openShop({ database }: TestDatabase, options: ShopOptions = {}): Shop {
  const stripe = options.stripe ?? new FakeStripe()
  const logger = new RecordingLogger()
  const fulfilled: string[] = []
  const engine = createEngine({
    database,
    stripe,
    mode: 'test',
    logger,
    endpoints: options.endpoints ?? { default: { secrets: [SECRET] } },
    catalogue: options.catalogue ?? { poster: { price: 'price_poster' } },
    on: options.on ?? {
      'order.fulfilled': ({ order }) => {
        fulfilled.push(order.id)
      },
    },
    ...(options.onStripe === undefined ? {} : { onStripe: options.onStripe }),
    ...(options.billing === undefined ? {} : { billing: options.billing }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.identify === undefined ? {} : { identify: options.identify }),
    checkout: { successWaitMs: 1_000, ...options.checkout },
    processor: { mode: 'manual', backoffBaseMs: 1_000, ...options.processor },
  })
  return {
    engine,
    stripe,
    logger,
    fulfilled,
    async deliver(event, over = {}) {
      const body =
        event instanceof Uint8Array ? event : new TextEncoder().encode(JSON.stringify(event))
      const now = Math.floor(Date.now() / 1000)
      const signature =
        over.signature === undefined ? signatureOf(body, SECRET, now) : over.signature
      return await engine.receive({ endpoint: over.endpoint ?? 'default', body, signature })
    },
    async order(quantity = 2) {
      return await engine.checkout.createSession({
        body: { itemId: 'poster', quantity },
        identity: null,
        browser: null,
        idempotencyKey: null,
      })
    },
    async drain() {
      await engine.drain({ budgetMs: 20_000 })
    },
  }
}

/** The session as it is when it was paid at once. */
export const paid = (paymentIntent = 'pi_1'): Json => ({
  status: 'complete',
  payment_status: 'paid',
  payment_intent: paymentIntent,
  url: null,
})
