// Owns the composition of the engine: constructs every room by hand, in the order data flows.
import type { Engine } from './api.ts'
import { DEFAULT_BILLING } from './catalogue.ts'
import { createCatalogueSync } from './catalogue-sync/sync.ts'
import { checkNames, checkOptions, fitted } from './check-options.ts'
import { Catalogue } from './checkout/catalogue.ts'
import type { CheckoutContext } from './checkout/context.ts'
import { createSession } from './checkout/create-session.ts'
import { forgetAttempts } from './checkout/forget.ts'
import { getOrder, getOrderFor, historyOf, listOrders, listOrdersFor } from './checkout/orders.ts'
import { cancel, expire, success } from './checkout/return.ts'
import {
  DEFAULT_CHECKOUT,
  DEFAULT_LIMITS,
  defaultProcessor,
  type EngineOptions,
  type StripeHandlers,
  withDefaults,
} from './config.ts'
import { adopt } from './customers/adopt.ts'
import { type CustomerContext, userIdOf } from './customers/context.ts'
import { ensureCustomer } from './customers/ensure.ts'
import { openPortal } from './customers/portal.ts'
import { forgetLapsed } from './customers/row.ts'
import type { Handlers } from './events.ts'
import { createLifecycle } from './lifecycle.ts'
import { importProcessed } from './pipeline/inbox/import.ts'
import { findEvent, listAttempts, listEvents } from './pipeline/inbox/read.ts'
import { RefusalCounter } from './pipeline/inbox/refusals.ts'
import { Waker } from './pipeline/inbox/waker.ts'
import { HandlerRunner } from './pipeline/processor/handlers.ts'
import { Processor } from './pipeline/processor/processor.ts'
import type { CrashPoint } from './pipeline/processor/run-item.ts'
import { Work } from './pipeline/processor/work.ts'
import { DueBuyers } from './pipeline/projections/access/due.ts'
import { accessRules } from './pipeline/projections/access/rules.ts'
import { allowancesFrom } from './pipeline/projections/orders/settle.ts'
import { orderOverlays } from './pipeline/projections/overlays.ts'
import { createProjector } from './pipeline/projections/registry.ts'
import { Receiver } from './pipeline/receive.ts'
import { createKeyring } from './pipeline/verify/keyring.ts'
import { consoleLogger } from './ports/console-logger.ts'
import type { LogFields, Logger } from './ports/logger.ts'
import { systemClock, systemRandom, systemTimers } from './ports/system.ts'
import { can, featuresOf, getAccess } from './reads/access.ts'
import { getBuyer, listOrdersOf } from './reads/buyers.ts'
import { getInvoice, listInvoicesOf } from './reads/invoices.ts'
import {
  getSubscription,
  listSubscriptions,
  listSubscriptionsOf,
  subscriptionHistory,
} from './reads/subscriptions.ts'
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
export function createEngine<Client, const Feature extends string = string>(
  options: EngineOptions<Client, Feature>,
  internals: EngineInternals = {},
): Engine<Feature> {
  checkNames(options)
  const { database, mode } = options
  const limits = withDefaults(DEFAULT_LIMITS, options.limits)
  const asked = withDefaults(defaultProcessor(database.kind), options.processor)
  const checkout = withDefaults(DEFAULT_CHECKOUT, options.checkout)
  const billing = withDefaults(DEFAULT_BILLING, options.billing)
  checkOptions(limits, asked, checkout, mode)
  const processing = fitted(asked, database.connectionsMax)

  const logger = guarded(options.logger ?? consoleLogger)
  const clock = options.clock ?? systemClock
  const timers = options.timers ?? systemTimers
  const random = options.random ?? systemRandom
  const stripe = asStripePort(options.stripe)
  const keyring = createKeyring(options.endpoints, limits.toleranceSeconds)
  const rules = accessRules(options.catalogue ?? {}, billing.policies)
  const due = new DueBuyers(database, rules.hash)
  const features = featuresOf(options.catalogue ?? {})
  const { timeoutMs } = checkout
  const items = options.catalogue ?? {}
  const catalogue = new Catalogue({ items, stripe, clock, timeoutMs, database })

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
      rules,
      admit: (event) => receiver.admitAnswer(event),
    }),
    overlays: orderOverlays,
    sweepDue: (how) => due.sweep(how),
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
    forget: async () => {
      await forgetLapsed(database)
      await forgetAttempts(database)
    },
    logger,
    timers,
    options: processing,
  })
  const runCheck = (seq: bigint, lane: string, waitMs: number) => work.awaitRun(seq, lane, waitMs)
  const customers: CustomerContext = {
    database,
    stripe,
    random,
    logger,
    timeoutMs,
    waitMs: checkout.successWaitMs,
    runCheck,
  }
  const portal = {
    ...customers,
    publicUrl: checkout.publicUrl,
    configuration: billing.portalConfiguration,
  }
  const returns: CheckoutContext = {
    database,
    stripe,
    catalogue,
    customers,
    groups: billing.groups,
    mode,
    random,
    logger,
    options: checkout,
    nowSeconds: () => Math.floor(clock.now() / 1000),
    runCheck,
  }

  return {
    mode,
    http: {
      async identify(request) {
        const identity = (await options.identify?.(request)) ?? null
        return identity === null ? null : { ...identity, userId: userIdOf(identity.userId) }
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
      listOf: (who, options) => listOrdersOf(database, who, options),
      history: (id) => historyOf(database, id),
    },
    access: {
      can: (who, feature, at) => can(database, features, who, feature, at),
      get: (who, at) => getAccess(database, features, who, at),
    },
    subscriptions: {
      get: (id) => getSubscription(database, id),
      listFor: (who, limit) => listSubscriptionsOf(database, who, limit),
      list: (filter = {}) => listSubscriptions(database, filter),
      history: (id) => subscriptionHistory(database, id),
    },
    invoices: {
      get: (id) => getInvoice(database, id),
      listFor: (who, limit) => listInvoicesOf(database, who, limit),
    },
    customers: {
      get: (who) => getBuyer(database, who),
      ensure: (user) => ensureCustomer(customers, user),
      adopt: (input) => adopt(customers, input),
    },
    billing: { portal: (input) => openPortal(portal, input) },
    catalogue: createCatalogueSync({ catalogue: items, billing, stripe, random, timeoutMs }),
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
