// Owns the price map: which Stripe price an item id stands for, checked against Stripe.
import type Stripe from 'stripe'
import {
  type CatalogueItem,
  type CatalogueItems,
  groupOf,
  isPlan,
  type PlanItem,
} from '../catalogue.ts'
import { EngineError } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { Queryable } from '../ports/database.ts'
import type { StripePort } from '../ports/stripe.ts'

/** A price as it was when we looked: the amount of a price id never changes at Stripe. */
export interface PriceSnapshot {
  readonly priceId: string
  readonly currency: string
  readonly unitAmount: number
}

/** A lookup key can be moved to another price; this long the old one may still be sold. */
const PRICE_FRESH_MS = 60_000

const RECORD = `
insert into quittance.catalogue_prices as known (price_id, item_id, seen_at)
values ($1, $2, quittance.now())
on conflict (price_id) do update set item_id = excluded.item_id, seen_at = excluded.seen_at
where known.item_id <> excluded.item_id`

/** A price keeps the item it was sold as: its subscribers stay, wherever the lookup key goes. */
async function recordPrice(on: Queryable, priceId: string, itemId: string): Promise<void> {
  await on.query(RECORD, [priceId, itemId])
}

const every = (interval: string, count: number) =>
  count === 1 ? `every ${interval}` : `every ${count} ${interval}s`

/** How a price recurs, in words; null for a one-time price. */
export function periodOf(price: Stripe.Price): string | null {
  if (price.type !== 'recurring') return null
  const { interval, interval_count: count } = price.recurring ?? {}
  return interval === undefined ? 'an unknown period' : every(interval, count ?? 1)
}

/** How an item's price must recur. */
export const wantedPeriodOf = (item: CatalogueItem): string | null =>
  isPlan(item) ? every(item.interval, item.intervalCount ?? 1) : null

/** What keeps a price from being this item's; null when nothing does. */
function differenceOf(item: CatalogueItem, price: Stripe.Price): string | null {
  const divided = price.transform_quantity !== null && price.transform_quantity !== undefined
  if (price.unit_amount === null || divided) return 'has no fixed amount for each piece'
  if (price.recurring?.usage_type === 'metered') return 'is metered'
  const [has, wanted] = [periodOf(price), wantedPeriodOf(item)]
  if (has === wanted) return null
  if (wanted === null) return `recurs ${has}, so its item needs kind: 'plan'`
  return has === null
    ? `is paid once, and the catalogue says ${wanted}`
    : `recurs ${has}, and the catalogue says ${wanted}`
}

/** @throws EngineError `CATALOGUE_PRICE_*` naming the item and the price. */
function usable(itemId: string, item: CatalogueItem, price: Stripe.Price | null): PriceSnapshot {
  const name = `catalogue.${itemId}: price ${item.price ?? `with lookup key ${item.lookupKey}`}`
  if (price === null) {
    throw new EngineError(
      'CATALOGUE_PRICE_MISSING',
      `${name} does not exist for this API key: it is missing, or of another account or mode`,
    )
  }
  const { product } = price
  const archived = typeof product === 'object' && 'active' in product && !product.active
  if (!price.active || archived) {
    throw new EngineError('CATALOGUE_PRICE_ARCHIVED', `${name} or its product is archived`)
  }
  const difference = differenceOf(item, price)
  if (difference !== null || price.unit_amount === null) {
    throw new EngineError('CATALOGUE_PRICE_UNUSABLE', `${name} ${difference}`)
  }
  return { priceId: price.id, currency: price.currency, unitAmount: price.unit_amount }
}

export interface CatalogueOptions {
  readonly items: CatalogueItems
  readonly stripe: StripePort
  readonly clock: Clock
  readonly timeoutMs: number
  /** Remembers which item a price was sold as. */
  readonly database: Queryable
}

export class Catalogue {
  readonly #items: ReadonlyMap<string, CatalogueItem>
  readonly #stripe: StripePort
  readonly #clock: Clock
  readonly #timeoutMs: number
  readonly #database: Queryable
  readonly #known = new Map<string, { readonly price: PriceSnapshot; readonly atMs: number }>()

  constructor(options: CatalogueOptions) {
    this.#items = new Map(Object.entries(options.items))
    this.#stripe = options.stripe
    this.#clock = options.clock
    this.#timeoutMs = options.timeoutMs
    this.#database = options.database
  }

  get(itemId: string): CatalogueItem | undefined {
    return this.#items.get(itemId)
  }

  /** The ids of the plans that stand for each other with this one, itself included. */
  groupMates(plan: PlanItem): readonly string[] {
    const group = groupOf(plan)
    return [...this.#items]
      .filter(([, item]) => isPlan(item) && groupOf(item) === group)
      .map(([itemId]) => itemId)
  }

  /**
   * Asks Stripe about every item, and names all that cannot be sold at once.
   * @throws EngineError `CATALOGUE_PRICE_*`, `STRIPE_UNAVAILABLE`, `STRIPE_TIMEOUT`.
   */
  async check(): Promise<void> {
    const faults: EngineError[] = []
    for (const itemId of this.#items.keys()) {
      await this.price(itemId).catch((error: unknown) => {
        if (!(error instanceof EngineError) || error.retryable) throw error
        faults.push(error)
      })
    }
    const first = faults[0]
    if (first === undefined) return
    const messages = faults.map((fault) => fault.message).join('; ')
    throw new EngineError(first.code, messages, { cause: new AggregateError(faults) })
  }

  /** The price of an item, from Stripe or as Stripe said a minute ago at most. */
  async price(itemId: string): Promise<PriceSnapshot> {
    const item = this.#items.get(itemId)
    if (item === undefined) throw new EngineError('ITEM_INVALID', 'itemId is not in the catalogue')
    const nowMs = this.#clock.now()
    const known = this.#known.get(itemId)
    if (known !== undefined && nowMs - known.atMs < PRICE_FRESH_MS) return known.price
    const price = usable(itemId, item, await this.#ask(item))
    if (known?.price.priceId !== price.priceId) {
      await recordPrice(this.#database, price.priceId, itemId)
    }
    this.#known.set(itemId, { price, atMs: nowMs })
    return price
  }

  async #ask(item: CatalogueItem): Promise<Stripe.Price | null> {
    const options = { timeoutMs: this.#timeoutMs }
    if (item.price !== undefined) return await this.#stripe.price(item.price, options)
    return await this.#stripe.priceByLookupKey(item.lookupKey ?? '', options)
  }
}
