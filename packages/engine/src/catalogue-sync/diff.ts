// Owns the comparison of the catalogue with Stripe: what is missing there, and what is different.
import type Stripe from 'stripe'
import type { CatalogueItem, CatalogueItems, ItemDefinition } from '../catalogue.ts'
import { periodOf, wantedPeriodOf } from '../checkout/catalogue.ts'
import type { Random } from '../ports/clock.ts'
import type { StripePort } from '../ports/stripe.ts'

export interface SyncContext {
  readonly items: CatalogueItems
  readonly stripe: StripePort
  readonly random: Random
  readonly timeoutMs: number
}

type Value = string | number | null

export interface CatalogueDifference {
  readonly field:
    | 'amount'
    | 'currency'
    | 'interval'
    | 'name'
    | 'description'
    | 'price'
    | 'product'
    | 'define'
  /** What the catalogue says, in Stripe's units. */
  readonly catalogue: Value
  readonly stripe: Value
}

export interface CatalogueRow {
  readonly itemId: string
  /** `missing`: there is no such price. `drift`: there is, and it is not as the catalogue says. */
  readonly state: 'same' | 'drift' | 'missing'
  readonly lookupKey: string | null
  readonly priceId: string | null
  readonly productId: string | null
  readonly differences: readonly CatalogueDifference[]
}

/** One item against Stripe. */
export async function diffItem(
  { stripe, timeoutMs }: SyncContext,
  itemId: string,
  item: CatalogueItem,
): Promise<CatalogueRow> {
  const { price: id, lookupKey } = item
  const price =
    id === undefined
      ? await stripe.priceByLookupKey(lookupKey ?? '', { timeoutMs })
      : await stripe.price(id, { timeoutMs })
  const row = { itemId, lookupKey: lookupKey ?? null }
  if (price === null) {
    // Without a definition there is nothing that could be made of it.
    const differences =
      id === undefined && item.define === undefined
        ? [{ field: 'define' as const, catalogue: null, stripe: null }]
        : []
    return { ...row, state: 'missing', priceId: id ?? null, productId: null, differences }
  }
  const differences = [...differencesOf(item, price)]
  return {
    ...row,
    state: differences.length === 0 ? 'same' : 'drift',
    priceId: price.id,
    productId: typeof price.product === 'string' ? price.product : price.product.id,
    differences,
  }
}

/** Every item in the catalogue's order. */
export async function diff(context: SyncContext): Promise<readonly CatalogueRow[]> {
  const rows: CatalogueRow[] = []
  for (const [itemId, item] of Object.entries(context.items)) {
    rows.push(await diffItem(context, itemId, item))
  }
  return rows
}

function compare(
  field: CatalogueDifference['field'],
  catalogue: Value,
  stripe: Value,
): readonly CatalogueDifference[] {
  return catalogue === stripe ? [] : [{ field, catalogue, stripe }]
}

function* differencesOf(item: CatalogueItem, price: Stripe.Price): Iterable<CatalogueDifference> {
  const { define } = item
  yield* compare('price', 'active', price.active ? 'active' : 'archived')
  yield* compare('interval', wantedPeriodOf(item), periodOf(price))
  if (define === undefined) {
    if (price.unit_amount === null) yield* compare('amount', 'fixed', null)
  } else {
    yield* compare('amount', define.unitAmount, price.unit_amount)
    yield* compare('currency', define.currency, price.currency)
  }
  yield* productDifferences(define, price.product)
}

function* productDifferences(
  define: ItemDefinition | undefined,
  product: Stripe.Price['product'],
): Iterable<CatalogueDifference> {
  if (typeof product === 'string') return
  if (product.deleted === true) {
    yield* compare('product', 'active', 'deleted')
    return
  }
  yield* compare('product', 'active', product.active ? 'active' : 'archived')
  if (define === undefined) return
  yield* compare('name', define.name, product.name)
  // What the catalogue does not say is for the Dashboard to say.
  if (define.description !== undefined) {
    yield* compare('description', define.description, product.description)
  }
}
