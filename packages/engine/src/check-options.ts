// Owns the check of an engine's options at start: unknown names, bad values, what cannot work.
import {
  type CheckoutOptions,
  DEFAULT_CHECKOUT,
  DEFAULT_LIMITS,
  defaultProcessor,
  type EngineOptions,
  type Limits,
  type OrderFact,
  type ProcessorOptions,
} from './config.ts'
import { EngineError } from './errors.ts'
import type { Mode } from './types.ts'

const KNOWN_OPTIONS: { readonly [Key in keyof Required<EngineOptions>]: true } = {
  database: true,
  stripe: true,
  mode: true,
  endpoints: true,
  catalogue: true,
  on: true,
  onStripe: true,
  identify: true,
  checkout: true,
  processor: true,
  limits: true,
  logger: true,
  clock: true,
  timers: true,
  random: true,
}

const KNOWN_FACTS: { readonly [Fact in OrderFact]: true } = {
  'order.awaiting_payment': true,
  'order.fulfilled': true,
  'order.payment_failed': true,
  'order.expired': true,
  'order.canceled': true,
}

function assertKnown(where: string, given: object, known: object): void {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name)) continue
    const names = Object.keys(known).join(', ')
    throw new EngineError('CONFIG_INVALID', `${where} has no ${name}; it knows ${names}`)
  }
}

function assertHandlers(where: string, handlers: object): void {
  for (const [name, handler] of Object.entries(handlers)) {
    const named =
      typeof handler === 'object' && handler !== null ? Object.values(handler) : [handler]
    if (named.length === 0 || named.some((one) => typeof one !== 'function')) {
      throw new EngineError('CONFIG_INVALID', `${where}['${name}'] is no function`)
    }
  }
}

/**
 * A misspelt fact would be paid for and never delivered, so nothing unknown is passed over.
 * @throws EngineError `CONFIG_INVALID` naming what is not known, and what is.
 */
export function checkNames<Client>(options: EngineOptions<Client>): void {
  assertKnown('createEngine', options, KNOWN_OPTIONS)
  assertKnown('on', options.on ?? {}, KNOWN_FACTS)
  assertHandlers('on', options.on ?? {})
  assertHandlers('onStripe', options.onStripe ?? {})
  assertKnown('limits', options.limits ?? {}, DEFAULT_LIMITS)
  assertKnown('checkout', options.checkout ?? {}, DEFAULT_CHECKOUT)
  assertKnown('processor', options.processor ?? {}, defaultProcessor('postgres'))
}

function assertWhole(key: string, value: number, min: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw new EngineError('CONFIG_INVALID', `${key} must be a whole number from ${min} to ${max}`)
  }
}

/** @throws EngineError `CONFIG_INVALID` naming the key. */
export function checkOptions(
  limits: Limits,
  processor: ProcessorOptions,
  checkout: CheckoutOptions,
  mode: Mode,
): void {
  assertWhole('limits.bodyBytesMax', limits.bodyBytesMax, 1_024, 16_777_216)
  assertWhole('limits.requestBytesMax', limits.requestBytesMax, 256, 1_048_576)
  assertWhole('limits.toleranceSeconds', limits.toleranceSeconds, 1, 3_600)
  assertWhole('limits.groupCommitMs', limits.groupCommitMs, 0, 100)
  assertWhole('limits.groupCommitMax', limits.groupCommitMax, 1, 512)
  assertWhole('limits.questionsPerMinute', limits.questionsPerMinute, 0, 600)
  assertWhole('processor.workers', processor.workers, 1, 64)
  // A run that outlasts its lease is always rolled back: another worker may have begun it anew.
  assertWhole('processor.leaseMs', processor.leaseMs, 2 * processor.handlerTimeoutMs, 3_600_000)
  assertWhole('processor.pollMs', processor.pollMs, 10, 60_000)
  assertWhole('processor.laneEventsMax', processor.laneEventsMax, 1, 1_000)
  assertWhole('processor.handlerTimeoutMs', processor.handlerTimeoutMs, 10, 600_000)
  assertWhole('processor.attemptsMax', processor.attemptsMax, 1, 100)
  assertWhole('processor.backoffBaseMs', processor.backoffBaseMs, 0, 3_600_000)
  assertWhole('processor.backoffCapMs', processor.backoffCapMs, 0, 86_400_000)
  assertWhole('processor.inlineBudgetMs', processor.inlineBudgetMs, 1, 60_000)
  assertWhole('processor.drainMs', processor.drainMs, 0, 600_000)
  assertWhole('checkout.timeoutMs', checkout.timeoutMs, 10, 80_000)
  assertWhole('checkout.successWaitMs', checkout.successWaitMs, 0, 10_000)
  assertWhole('checkout.sessionSeconds', checkout.sessionSeconds, 1_860, 86_400)
  const url = URL.canParse(checkout.publicUrl) ? new URL(checkout.publicUrl) : null
  if (url === null || checkout.publicUrl.endsWith('/')) {
    throw new EngineError(
      'CONFIG_INVALID',
      'checkout.publicUrl must be an absolute URL without a trailing slash',
    )
  }
  if (mode === 'live' && url.protocol !== 'https:') {
    throw new EngineError('CONFIG_INVALID', 'checkout.publicUrl must be https in live mode')
  }
}

/** Connections that handlers may not take: deliveries and the bell need them. */
const CONNECTIONS_KEPT = 2

/** Workers that the pool can feed without starving the intake. */
export function fitted(options: ProcessorOptions, connectionsMax: number): ProcessorOptions {
  const workers = Math.max(1, Math.min(options.workers, connectionsMax - CONNECTIONS_KEPT))
  return { ...options, workers }
}
