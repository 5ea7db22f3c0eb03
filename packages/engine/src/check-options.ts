// Owns the check of an engine's options at start: unknown names, bad values, what cannot work.
import { checkBilling, checkCatalogue } from './check-options/catalogue.ts'
import { assertKnown, assertWhole, type Bounds } from './check-options/known.ts'
import {
  type CheckoutOptions,
  DEFAULT_CHECKOUT,
  DEFAULT_LIMITS,
  defaultProcessor,
  type EngineOptions,
  type Limits,
  type ProcessorOptions,
} from './config.ts'
import { EngineError } from './errors.ts'
import { EVENT_NAMES } from './events.ts'
import type { Mode } from './types.ts'

const KNOWN_OPTIONS: { readonly [Key in keyof Required<EngineOptions>]: true } = {
  database: true,
  stripe: true,
  mode: true,
  endpoints: true,
  catalogue: true,
  billing: true,
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
  assertKnown('on', options.on ?? {}, EVENT_NAMES)
  assertHandlers('on', options.on ?? {})
  assertHandlers('onStripe', options.onStripe ?? {})
  assertKnown('limits', options.limits ?? {}, DEFAULT_LIMITS)
  assertKnown('checkout', options.checkout ?? {}, DEFAULT_CHECKOUT)
  assertKnown('processor', options.processor ?? {}, defaultProcessor('postgres'))
  checkCatalogue(options.catalogue ?? {})
  checkBilling(options.billing ?? {}, options.catalogue ?? {})
}

/** Inclusive bounds of every number; docs/reference/options.md is generated from this table. */
export const BOUNDS = {
  limits: {
    bodyBytesMax: [1_024, 16_777_216],
    requestBytesMax: [256, 1_048_576],
    toleranceSeconds: [1, 3_600],
    groupCommitMs: [0, 100],
    groupCommitMax: [1, 512],
    questionsPerMinute: [0, 600],
  },
  processor: {
    workers: [1, 64],
    leaseMs: [20, 3_600_000],
    pollMs: [10, 60_000],
    laneEventsMax: [1, 1_000],
    handlerTimeoutMs: [10, 600_000],
    attemptsMax: [1, 100],
    backoffBaseMs: [0, 3_600_000],
    backoffCapMs: [0, 86_400_000],
    inlineBudgetMs: [1, 60_000],
    drainMs: [0, 600_000],
  },
  checkout: {
    timeoutMs: [10, 80_000],
    successWaitMs: [0, 10_000],
    // Stripe asks for half an hour when the request arrives, so a minute more when it is sent.
    sessionSeconds: [1_860, 86_400],
  },
} as const satisfies { readonly [group: string]: { readonly [key: string]: Bounds } }

function assertBounds(group: keyof typeof BOUNDS, given: object): void {
  const values = new Map<string, unknown>(Object.entries(given))
  for (const [key, bounds] of Object.entries(BOUNDS[group])) {
    assertWhole(`${group}.${key}`, values.get(key), bounds)
  }
}

/** A run that outlasts its lease is always rolled back: another worker may have begun it anew. */
const LEASE_PER_RUN = 2

/** @throws EngineError `CONFIG_INVALID` naming the key. */
export function checkOptions(
  limits: Limits,
  processor: ProcessorOptions,
  checkout: CheckoutOptions,
  mode: Mode,
): void {
  assertBounds('limits', limits)
  assertBounds('processor', processor)
  assertBounds('checkout', checkout)
  if (processor.leaseMs < LEASE_PER_RUN * processor.handlerTimeoutMs) {
    throw new EngineError(
      'CONFIG_INVALID',
      `processor.leaseMs must be at least ${LEASE_PER_RUN} × processor.handlerTimeoutMs`,
    )
  }
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
