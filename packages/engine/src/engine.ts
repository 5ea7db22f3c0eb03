// Owns the composition of the engine: constructs every room by hand, in the order data flows.
import type { Engine } from './api.ts'
import { checkNames, checkOptions, fitted } from './check-options.ts'
import { Catalogue } from './checkout/catalogue.ts'
import { createSession } from './checkout/create-session.ts'
import { getOrder, getOrderFor, historyOf, listOrders, listOrdersFor } from './checkout/orders.ts'
import { cancel, expire, type ReturnContext, success } from './checkout/return.ts'
import {
  DEFAULT_CHECKOUT,
  DEFAULT_LIMITS,
  defaultProcessor,
  type EngineOptions,
  type Handlers,
  type StripeHandlers,
  withDefaults,
} from './config.ts'
import { createLifecycle } from './lifecycle.ts'
import { importProcessed } from './pipeline/inbox/import.ts'
import { findEvent, listAttempts, listEvents } from './pipeline/inbox/read.ts'
import { RefusalCounter } from './pipeline/inbox/refusals.ts'
import { Waker } from './pipeline/inbox/waker.ts'
import { HandlerRunner } from './pipeline/processor/handlers.ts'
import { Processor } from './pipeline/processor/processor.ts'
import type { CrashPoint } from './pipeline/processor/run-item.ts'
import { Work } from './pipeline/processor/work.ts'
import { allowancesFrom } from './pipeline/projections/orders/settle.ts'
import { orderOverlays } from './pipeline/projections/overlays.ts'
import { createProjector } from './pipeline/projections/registry.ts'
import { Receiver } from './pipeline/receive.ts'
import { createKeyring } from './pipeline/verify/keyring.ts'
import { consoleLogger } from './ports/console-logger.ts'
import type { LogFields, Logger } from './ports/logger.ts'
import { systemClock, systemRandom, systemTimers } from './ports/system.ts'
import { assertMigrated } from './storage/migrate.ts'
import { asStripePort } from './stripe/sdk.ts'

/** For tests that stop or kill the process at a named point; an app has no use for it. */
export interface EngineInternals {
  readonly crashPoint?: (name: CrashPoint) => Promise<void>
}

/** A logger that throws must not undo, or repeat, what was committed. */
function guarded(logger: Logger): Logger {
  const safe =
    (level: keyof Logger) =>
    (message: string, fields?: LogFields): void => {
      try {
        logger[level](message, fields)
      } catch {
        // There is nobody left to tell.
      }
    }
  return { debug: safe('debug'), info: safe('info'), warn: safe('warn'), error: safe('error') }
}

const WORKER_BYTES = 4
const ASK_TIMEOUT_MS = 10_000

/**
 * Builds an engine; nothing runs and nothing is asked until `start()`.
 * @throws EngineError `CONFIG_INVALID` or `SECRET_BLANK`, naming the key.
 */
export function createEngine<Client>(
  options: EngineOptions<Client>,
  internals: EngineInternals = {},
): Engine {
  checkNames(options)
  const { database, mode } = options
  const limits = withDefaults(DEFAULT_LIMITS, options.limits)
  const asked = withDefaults(defaultProcessor(database.kind), options.processor)
  const checkout = withDefaults(DEFAULT_CHECKOUT, options.checkout)
  checkOptions(limits, asked, checkout, mode)
  const processing = fitted(asked, database.connectionsMax)

  const logger = guarded(options.logger ?? consoleLogger)
  const clock = options.clock ?? systemClock
  const timers = options.timers ?? systemTimers
  const random = options.random ?? systemRandom
  const stripe = asStripePort(options.stripe)
  const keyring = createKeyring(options.endpoints, limits.toleranceSeconds)
  const catalogue = new Catalogue(options.catalogue ?? {}, stripe, clock, checkout.timeoutMs)

  const waker = new Waker(database, logger, (lanes) => processor.nudge(lanes))
  const refusals = new RefusalCounter(database, clock)
  const receiver = new Receiver({
    database,
    keyring,
    mode,
    limits,
    clock,
    timers,
    logger,
    refusals,
    wake: (lanes) => waker.wake(lanes),
  })
  const processor = new Processor({
    ...processing,
    database,
    stripe,
    logger,
    timers,
    random,
    projector: createProjector({
      mode,
      allowancesOf: allowancesFrom(options.catalogue ?? {}),
      admit: (event) => receiver.admitAnswer(event),
    }),
    overlays: orderOverlays,
    // The database hands out `Client`, so the handlers get what they ask for; inside, the type of
    // the driver's client is nobody's business.
    handlers: new HandlerRunner(
      (options.on ?? {}) as Handlers,
      (options.onStripe ?? {}) as StripeHandlers,
      logger,
      timers,
    ),
    worker: `w_${random.hex(WORKER_BYTES)}`,
    askTimeoutMs: ASK_TIMEOUT_MS,
    crashPoint: internals.crashPoint ?? (async () => undefined),
  })
  const work = new Work({ database, processor, waker, clock, timers, options: processing })
  const lifecycle = createLifecycle({
    database,
    catalogue,
    processor,
    receiver,
    waker,
    refusals,
    logger,
    timers,
    options: processing,
  })
  const returns: ReturnContext = {
    database,
    stripe,
    catalogue,
    mode,
    random,
    logger,
    options: checkout,
    nowSeconds: () => Math.floor(clock.now() / 1000),
    runCheck: (seq, lane, waitMs) => work.awaitRun(seq, lane, waitMs),
  }

  return {
    mode,
    http: {
      async identify(request) {
        const identity = (await options.identify?.(request)) ?? null
        // Apps in plain JavaScript hand over numbers; the order keeps text.
        return identity === null ? null : { ...identity, userId: String(identity.userId) }
      },
      bodyBytesMax: limits.bodyBytesMax,
      requestBytesMax: limits.requestBytesMax,
      secureCookies: checkout.publicUrl.startsWith('https:'),
      logger,
    },
    start: () => lifecycle.start(),
    stop: () => lifecycle.stop(),
    async receive(delivery) {
      const { lane, ...receipt } = await receiver.receive(delivery)
      if (receipt.state === 'ready') await work.afterReceipt(receipt.seq, lane)
      return receipt
    },
    drain: ({ budgetMs = processing.inlineBudgetMs } = {}) => work.drain(budgetMs),
    ready: () => assertMigrated(database),
    checkout: {
      createSession: (input) => createSession(returns, input),
      success: ({ sessionId, ...visitor }) => success(returns, sessionId, visitor),
      cancel: ({ sessionId, orderId, ...visitor }) =>
        cancel(returns, { sessionId, orderId }, visitor),
      expire: (orderId) => expire(returns, orderId),
    },
    orders: {
      get: (id) => getOrder(database, id),
      getFor: (id, visitor) => getOrderFor(database, id, visitor),
      listFor: (visitor, limit) => listOrdersFor(database, visitor, limit),
      list: (filter = {}) => listOrders(database, filter),
      history: (id) => historyOf(database, id),
    },
    events: {
      list: (filter = {}) => listEvents(database, filter),
      async get(id) {
        const event = await findEvent(database, id)
        if (event === null) return null
        return { ...event, attemptRows: await listAttempts(database, event.seq) }
      },
      replay: (id) => work.replay(id),
      importProcessed: (source) => importProcessed(database, source),
    },
  }
}
