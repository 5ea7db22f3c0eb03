// Owns the options of the engine: their types, defaults and named limits.
import type Stripe from 'stripe'
import type { BillingOptions, CatalogueItems } from './catalogue.ts'
import { EngineError } from './errors.ts'
import type { Handlers } from './events.ts'
import type { Clock, Random, Timers } from './ports/clock.ts'
import type { Database, Transaction } from './ports/database.ts'
import type { Logger } from './ports/logger.ts'
import type { StripePort } from './ports/stripe.ts'
import type { Cause, Mode } from './types.ts'

export interface StripeHandlerContext<Event, Client = unknown> {
  readonly event: Event
  readonly cause: Cause
  readonly tx: Transaction<Client>
}

type StripeEventOf<Type extends string> = Extract<Stripe.Event, { type: Type }>

export type StripeHandlers<Client = unknown> = {
  readonly [Type in Stripe.Event['type']]?: (
    context: StripeHandlerContext<StripeEventOf<Type>, Client>,
  ) => Promise<void> | void
}

export interface EndpointConfig {
  /** `whsec_…`, one or several while a secret is being rolled. */
  readonly secrets: readonly string[]
}

/** Who asks. `userId` is the app's own id; `email` prefills the hosted page and is never logged. */
export interface Identity {
  readonly userId: string
  readonly email?: string
}

export interface Limits {
  /** Largest webhook body in bytes; reading stops there. */
  readonly bodyBytesMax: number
  /** Largest body of create-session in bytes. */
  readonly requestBytesMax: number
  /** Seconds that a signature may be old, and that it may lie in the future. */
  readonly toleranceSeconds: number
  /** How long the first delivery of a batch waits for company, in milliseconds. */
  readonly groupCommitMs: number
  readonly groupCommitMax: number
  /** Questions about stale deliveries in one minute. */
  readonly questionsPerMinute: number
}

export interface ProcessorOptions {
  /**
   * `resident`: workers run in this process. `inline`: the answer to a delivery waits for its
   * lane, at most `inlineBudgetMs`. `manual`: only `drain()` works (a scheduled call, waitUntil).
   */
  readonly mode: 'resident' | 'inline' | 'manual'
  readonly workers: number
  readonly inlineBudgetMs: number
  readonly leaseMs: number
  readonly pollMs: number
  /** Events of one lane before the worker looks at other lanes again. */
  readonly laneEventsMax: number
  readonly handlerTimeoutMs: number
  readonly attemptsMax: number
  readonly backoffBaseMs: number
  readonly backoffCapMs: number
  /** Until a stopping engine gives up on handlers that still run. */
  readonly drainMs: number
}

export interface CheckoutOptions {
  /** Where buyers reach this server, without a trailing slash. Live mode demands https. */
  readonly publicUrl: string
  readonly timeoutMs: number
  /** How long `/success` waits for Stripe's answer before it shows the present state. */
  readonly successWaitMs: number
  /** Seconds until a session expires, 1860 (Stripe asks for half an hour on arrival) to 86400. */
  readonly sessionSeconds: number
}

export interface EngineOptions<Client = unknown, Feature extends string = string> {
  readonly database: Database<Client>
  /** The official SDK's client, or anything that answers the port. */
  readonly stripe: Stripe | StripePort
  /** Which mode this engine serves. With an API key: `modeOfKey(key)`. */
  readonly mode: Mode
  /** Endpoint name → its secrets. `default` serves /webhooks/stripe and /stripe-webhook. */
  readonly endpoints: { readonly [name: string]: EndpointConfig }
  readonly catalogue?: CatalogueItems<Feature>
  readonly billing?: Partial<BillingOptions>
  readonly on?: Handlers<Client>
  readonly onStripe?: StripeHandlers<Client>
  /** The app's own sign-in: who sends this request? Null for a guest. */
  readonly identify?: (request: Request) => Promise<Identity | null> | Identity | null
  readonly checkout?: Partial<CheckoutOptions>
  readonly processor?: Partial<ProcessorOptions>
  readonly limits?: Partial<Limits>
  readonly logger?: Logger
  readonly clock?: Clock
  readonly timers?: Timers
  readonly random?: Random
}

export const DEFAULT_LIMITS: Limits = {
  bodyBytesMax: 1_048_576,
  requestBytesMax: 16_384,
  toleranceSeconds: 300,
  groupCommitMs: 2,
  groupCommitMax: 64,
  questionsPerMinute: 10,
}

export const DEFAULT_CHECKOUT: CheckoutOptions = {
  publicUrl: 'http://127.0.0.1:4242',
  timeoutMs: 10_000,
  successWaitMs: 3_000,
  sessionSeconds: 86_400,
}

/** The embedded database has one connection, so a slow handler there stops every delivery. */
export const defaultProcessor = (kind: Database['kind']): ProcessorOptions => ({
  mode: 'resident',
  workers: kind === 'pglite' ? 1 : 4,
  inlineBudgetMs: 5_000,
  leaseMs: 60_000,
  pollMs: 1_000,
  laneEventsMax: 16,
  handlerTimeoutMs: kind === 'pglite' ? 2_000 : 10_000,
  attemptsMax: 8,
  backoffBaseMs: 1_000,
  backoffCapMs: 300_000,
  drainMs: 10_000,
})

/**
 * Which mode an API key belongs to.
 * @throws EngineError `CONFIG_INVALID` for a publishable key or anything else.
 */
export function modeOfKey(apiKey: string): Mode {
  const match = /^(?:sk|rk)_(test|live)_./.exec(apiKey)
  if (match?.[1] === 'test' || match?.[1] === 'live') return match[1]
  const what = apiKey.startsWith('pk_') ? 'is a publishable key (pk_…)' : 'is not sk_… or rk_…'
  throw new EngineError('CONFIG_INVALID', `STRIPE_API_KEY ${what}; use a secret or restricted key`)
}

/** Merges an option group over its defaults, leaving out what is undefined. */
export function withDefaults<T extends object>(defaults: T, given: Partial<T> | undefined): T {
  const entries = Object.entries(given ?? {}).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(entries) }
}
