// Owns an engine for adapter tests: the port as an object, real signatures, nothing stored.
import type { Engine } from '../../src/api.ts'
import type { Order } from '../../src/model.ts'
import { createKeyring } from '../../src/pipeline/verify/keyring.ts'
import { verify } from '../../src/pipeline/verify/verify.ts'
import type { LogFields } from '../../src/ports/logger.ts'
import { NOW_MS, SECOND_SECRET, SECRET } from '../verify/signing.ts'

export const BODY_BYTES_MAX = 4_096
export const REQUEST_BYTES_MAX = 512
export const BROWSER = 'ab'.repeat(32)
export const SESSION = 'cs_test_known'
export const ORDER_ID = 'ord_1'

export const ORDER: Order = {
  id: ORDER_ID,
  kind: 'payment',
  status: 'fulfilled',
  failed: false,
  held: false,
  heldReason: null,
  itemId: 'mug <b>',
  quantity: 2,
  priceId: 'price_secret',
  currency: 'eur',
  unitAmount: 1_250,
  expectedSubtotal: 2_500,
  trialDays: null,
  userId: 'user_secret',
  sessionId: SESSION,
  paymentIntentId: 'pi_secret',
  subscriptionId: null,
  amountSubtotal: 2_500,
  amountDiscount: 0,
  amountShipping: 0,
  amountTax: 0,
  amountTotal: 2_500,
  amountRefunded: 0,
  disputeStatus: null,
  paidAfterEnd: false,
  createdAt: new Date(NOW_MS),
  updatedAt: new Date(NOW_MS),
  fulfilledAt: new Date(NOW_MS),
}

export interface LogLine {
  readonly level: string
  readonly message: string
  readonly fields: LogFields | undefined
}

export interface Recorded {
  readonly deliveries: { endpoint: string; body: Uint8Array }[]
  readonly sessions: unknown[]
  readonly successes: unknown[]
  readonly cancels: unknown[]
  readonly portals: unknown[]
  readonly drains: unknown[]
  readonly logs: LogLine[]
}

const notHere = async (): Promise<never> => {
  throw new Error('the adapters have no business here')
}

export interface FakeEngine {
  readonly engine: Engine
  readonly recorded: Recorded
}

/** `change` replaces methods for one test, such as a store that is down. */
export function fakeEngine(change: (engine: Engine) => Partial<Engine> = () => ({})): FakeEngine {
  const recorded: Recorded = {
    deliveries: [],
    sessions: [],
    successes: [],
    cancels: [],
    portals: [],
    drains: [],
    logs: [],
  }
  const keyring = createKeyring(
    { default: { secrets: [SECRET] }, connect: { secrets: [SECOND_SECRET] } },
    300,
  )
  const log = (level: string) => (message: string, fields?: LogFields) => {
    recorded.logs.push({ level, message, fields })
  }
  const base: Engine = {
    mode: 'test',
    http: {
      identify: async (request) => {
        const userId = request.headers.get('x-user')
        return userId === null ? null : { userId }
      },
      bodyBytesMax: BODY_BYTES_MAX,
      requestBytesMax: REQUEST_BYTES_MAX,
      secureCookies: true,
      logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    },
    start: notHere,
    stop: notHere,
    async receive({ endpoint, body, signature }) {
      verify({ endpoint, bytes: body, header: signature, nowMs: NOW_MS }, keyring)
      recorded.deliveries.push({ endpoint, body: Uint8Array.from(body) })
      const first = recorded.deliveries.length === 1
      return {
        status: first ? 'recorded' : 'duplicate',
        seq: 1n,
        eventId: 'evt_1',
        type: 'checkout.session.completed',
        state: first ? 'ready' : 'ignored',
        reason: first ? null : 'not_ours',
      }
    },
    async drain(options) {
      recorded.drains.push(options)
      return { processed: 0 }
    },
    ready: async () => undefined,
    checkout: {
      async createSession(input) {
        recorded.sessions.push(input)
        return {
          orderId: ORDER_ID,
          sessionId: SESSION,
          url: 'https://pay.example/c/1',
          browser: input.browser ?? BROWSER,
        }
      },
      async success(input) {
        recorded.successes.push(input)
        if (input.sessionId !== SESSION) return null
        const proved = input.browser === BROWSER || input.identity?.userId === ORDER.userId
        return { orderId: ORDER_ID, status: 'fulfilled', order: proved ? ORDER : null }
      },
      async cancel(input) {
        recorded.cancels.push(input)
        return input.sessionId === SESSION || input.orderId === ORDER_ID
      },
      expire: notHere,
    },
    orders: {
      get: notHere,
      getFor: notHere,
      listFor: notHere,
      list: notHere,
      listOf: notHere,
      history: notHere,
    },
    access: { can: notHere, get: notHere },
    subscriptions: { get: notHere, listFor: notHere, list: notHere, history: notHere },
    invoices: { get: notHere, listFor: notHere },
    customers: { get: notHere, ensure: notHere, adopt: notHere },
    billing: {
      async portal(input) {
        recorded.portals.push(input)
        return { url: 'https://portal.example/p/1' }
      },
    },
    catalogue: { diff: notHere, push: notHere },
    events: { list: notHere, get: notHere, replay: notHere, importProcessed: notHere },
  }
  return { engine: { ...base, ...change(base) }, recorded }
}
