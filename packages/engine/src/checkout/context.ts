// Owns what every room of the checkout is given, and what a caller asks and gets.
import type { BillingOptions } from '../catalogue.ts'
import type { CheckoutOptions, Identity } from '../config.ts'
import type { CustomerContext } from '../customers/context.ts'
import type { Random } from '../ports/clock.ts'
import type { Database } from '../ports/database.ts'
import type { Logger } from '../ports/logger.ts'
import type { StripePort } from '../ports/stripe.ts'
import type { Mode } from '../types.ts'
import type { Catalogue } from './catalogue.ts'

export interface CheckoutContext {
  readonly database: Database
  readonly stripe: StripePort
  readonly catalogue: Catalogue
  readonly customers: CustomerContext
  readonly groups: BillingOptions['groups']
  readonly mode: Mode
  readonly random: Random
  readonly logger: Logger
  readonly options: CheckoutOptions
  /** Unix seconds, for the session's expiry. */
  readonly nowSeconds: () => number
  /** Rings the lane and waits at most `waitMs` until the check has ended. */
  readonly runCheck: (seq: bigint, lane: string, waitMs: number) => Promise<void>
}

export interface SessionRequest {
  readonly body: unknown
  readonly identity: Identity | null
  readonly browser: string | null
  readonly idempotencyKey: string | null
}

export interface SessionMade {
  readonly orderId: string
  readonly sessionId: string
  readonly url: string
  /** The browser's binding: the one it came with, or a new one to set. */
  readonly browser: string
}
