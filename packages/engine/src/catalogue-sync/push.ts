// Owns making what the catalogue defines and Stripe does not have; what exists is never changed.
import { createHash } from 'node:crypto'
import type Stripe from 'stripe'
import { type CatalogueItem, type ItemDefinition, isPlan } from '../catalogue.ts'
import { EngineError } from '../errors.ts'
import type { Random } from '../ports/clock.ts'
import { StripeRefusal } from '../ports/stripe.ts'
import { type CatalogueRow, diffItem, type SyncContext } from './diff.ts'

/** Metadata of products and prices: the item that they were made for. */
export const ITEM_MARKER = 'quittance_item'

export interface PushedRow extends CatalogueRow {
  readonly created: readonly ('product' | 'price')[]
}

/**
 * Makes what is missing, and reports what is different as `diff` does.
 * @throws EngineError `STRIPE_REFUSED` naming the item, `STRIPE_UNAVAILABLE`, `STRIPE_TIMEOUT`,
 * `STRIPE_FAILED`.
 */
export async function push(context: SyncContext): Promise<readonly PushedRow[]> {
  const rows: PushedRow[] = []
  for (const [itemId, item] of Object.entries(context.items)) {
    rows.push(await pushItem(context, itemId, item))
  }
  return rows
}

async function pushItem(
  context: SyncContext,
  itemId: string,
  item: CatalogueItem,
): Promise<PushedRow> {
  const before = await diffItem(context, itemId, item)
  const { define, lookupKey } = item
  if (before.state !== 'missing' || define === undefined || lookupKey === undefined) {
    return { ...before, created: [] }
  }
  const product = await takeProduct(context, itemId, define)
  if (!product.usable) {
    const difference = { field: 'product', catalogue: itemId, stripe: product.why } as const
    return { ...before, productId: product.id, differences: [difference], created: [] }
  }
  await createPrice(context, itemId, item, {
    product: product.id,
    currency: define.currency,
    unit_amount: define.unitAmount,
    lookup_key: lookupKey,
    metadata: { [ITEM_MARKER]: itemId },
  })
  const created = product.isNew ? (['product', 'price'] as const) : (['price'] as const)
  return { ...(await diffItem(context, itemId, item)), created }
}

type Product =
  | { readonly usable: true; readonly id: string; readonly isNew: boolean }
  | { readonly usable: false; readonly id: string; readonly why: string }

/** The id is made from the item's, so that a push that was cut in two finds its product again. */
const productIdOf = (itemId: string): string => `quittance_${itemId}`

async function takeProduct(
  { stripe, random, timeoutMs }: SyncContext,
  itemId: string,
  { name, description }: ItemDefinition,
): Promise<Product> {
  const id = productIdOf(itemId)
  const params: Stripe.ProductCreateParams = {
    id,
    name,
    ...(description === undefined ? {} : { description }),
    metadata: { [ITEM_MARKER]: itemId },
  }
  try {
    await underKey(random, keyOf('product', params), (idempotencyKey) =>
      stripe.createProduct(params, { timeoutMs, idempotencyKey }),
    )
    return { usable: true, id, isNew: true }
  } catch (error) {
    const taken = error instanceof StripeRefusal && error.stripeCode === 'resource_already_exists'
    if (!taken) throw refused(error, 'product', itemId)
  }
  const product = await stripe.product(id, { timeoutMs })
  if (product === null || product.deleted === true) return { usable: false, id, why: 'deleted' }
  if (product.metadata[ITEM_MARKER] !== itemId)
    return { usable: false, id, why: 'not of this catalogue' }
  if (!product.active) return { usable: false, id, why: 'archived' }
  return { usable: true, id, isNew: false }
}

async function createPrice(
  { stripe, random, timeoutMs }: SyncContext,
  itemId: string,
  item: CatalogueItem,
  once: Stripe.PriceCreateParams,
): Promise<void> {
  const params: Stripe.PriceCreateParams = isPlan(item)
    ? { ...once, recurring: { interval: item.interval, interval_count: item.intervalCount ?? 1 } }
    : once
  try {
    await underKey(random, keyOf('price', params), (idempotencyKey) =>
      stripe.createPrice(params, { timeoutMs, idempotencyKey }),
    )
  } catch (error) {
    throw refused(error, 'price', itemId)
  }
}

/** The same request is the same object for a day; another definition is another request. */
function keyOf(what: string, params: object): string {
  const hash = createHash('sha256').update(JSON.stringify(params)).digest('hex').slice(0, 32)
  return `quittance:${what}:${hash}`
}

const ATTEMPT_BYTES = 8

/**
 * Stripe repeats a failure that it recorded under a key for a day: what is asked after one is asked
 * under a key that was never used. No second object comes of it, should the first have been made: a
 * product's id is the item's, and a lookup key is of one price.
 */
async function underKey<T>(
  random: Random,
  key: string,
  create: (key: string) => Promise<T>,
): Promise<T> {
  try {
    return await create(key)
  } catch (error) {
    const isRecorded = error instanceof EngineError && error.code === 'STRIPE_FAILED'
    if (!isRecorded) throw error
    return await create(`${key}:${random.hex(ATTEMPT_BYTES)}`)
  }
}

function refused(error: unknown, what: string, itemId: string): unknown {
  if (!(error instanceof StripeRefusal)) return error
  const code = error.stripeCode ?? String(error.status)
  const message = `Stripe refused the ${what} of catalogue.${itemId} (${code})`
  return new EngineError('STRIPE_REFUSED', message, { cause: error })
}
