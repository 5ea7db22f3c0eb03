// Owns the catalogue as code: compare it with Stripe, make what is missing, without a database.
import type Stripe from 'stripe'
import type { BillingOptions, CatalogueItems } from '../catalogue.ts'
import { checkBilling, checkCatalogue } from '../check-options/catalogue.ts'
import type { Random } from '../ports/clock.ts'
import type { StripePort } from '../ports/stripe.ts'
import { systemRandom } from '../ports/system.ts'
import { asStripePort } from '../stripe/sdk.ts'
import { type CatalogueRow, diff } from './diff.ts'
import { type PushedRow, push } from './push.ts'

export interface CatalogueSync {
  /** Every item against Stripe, in the catalogue's order. Changes nothing. */
  diff(): Promise<readonly CatalogueRow[]>
  /** Makes missing products and prices of items with `define`; drift is reported, never mended. */
  push(): Promise<readonly PushedRow[]>
}

export interface CatalogueSyncOptions {
  readonly catalogue: CatalogueItems
  readonly billing?: Partial<BillingOptions>
  readonly stripe: Stripe | StripePort
  /** Keys of requests that are made anew. The system's unless told. */
  readonly random?: Random
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 10_000

/** @throws EngineError `CONFIG_INVALID` naming the item. */
export function createCatalogueSync(options: CatalogueSyncOptions): CatalogueSync {
  const { catalogue: items, billing = {}, random = systemRandom, timeoutMs = TIMEOUT_MS } = options
  checkCatalogue(items)
  checkBilling(billing, items)
  const context = { items, stripe: asStripePort(options.stripe), random, timeoutMs }
  return { diff: () => diff(context), push: () => push(context) }
}
