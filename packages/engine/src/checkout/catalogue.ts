// Owns the price map: which Stripe price an item id stands for, checked against Stripe.
import type Stripe from 'stripe'
import type { CatalogueItem } from '../config.ts'
import { EngineError } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { StripePort } from '../ports/stripe.ts'

/** A price as it was when we looked: the amount of a price id never changes at Stripe. */
export interface PriceSnapshot {
  readonly priceId: string
  readonly currency: string
  readonly unitAmount: number
}

const QUANTITY_MIN = 1
const QUANTITY_MAX = 100
/** A lookup key can be moved to another price; this long the old one may still be sold. */
const PRICE_FRESH_MS = 60_000

export interface QuantityBounds {
  readonly min: number
  readonly max: number
}

export const boundsOf = (item: CatalogueItem): QuantityBounds => ({
  min: item.quantity?.min ?? QUANTITY_MIN,
  max: item.quantity?.max ?? QUANTITY_MAX,
})

/** @throws EngineError `CONFIG_INVALID` naming the item. */
function assertItem(itemId: string, item: CatalogueItem): void {
  const fail = (what: string): never => {
    throw new EngineError('CONFIG_INVALID', `catalogue.${itemId}: ${what}`)
  }
  if (!/^[\w.:-]{1,100}$/.test(itemId)) fail('the id must be 1 to 100 of A–Z a–z 0–9 _ . : -')
  if ((item.price === undefined) === (item.lookupKey === undefined)) {
    fail('give either price or lookupKey')
  }
  const { min, max } = boundsOf(item)
  const whole = Number.isSafeInteger(min) && Number.isSafeInteger(max)
  if (!whole || min < 1 || max < min || max > 999_999) fail('quantity bounds must be 1 ≤ min ≤ max')
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
  const divided = price.transform_quantity !== null && price.transform_quantity !== undefined
  if (price.type !== 'one_time' || price.unit_amount === null || divided) {
    throw new EngineError('CATALOGUE_PRICE_UNUSABLE', `${name} has no fixed one-time amount`)
  }
  return { priceId: price.id, currency: price.currency, unitAmount: price.unit_amount }
}

export class Catalogue {
  readonly #items: ReadonlyMap<string, CatalogueItem>
  readonly #stripe: StripePort
  readonly #clock: Clock
  readonly #timeoutMs: number
  readonly #known = new Map<string, { readonly price: PriceSnapshot; readonly atMs: number }>()

  constructor(
    items: { readonly [itemId: string]: CatalogueItem },
    stripe: StripePort,
    clock: Clock,
    timeoutMs: number,
  ) {
    for (const [itemId, item] of Object.entries(items)) assertItem(itemId, item)
    this.#items = new Map(Object.entries(items))
    this.#stripe = stripe
    this.#clock = clock
    this.#timeoutMs = timeoutMs
  }

  get(itemId: string): CatalogueItem | undefined {
    return this.#items.get(itemId)
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
    this.#known.set(itemId, { price, atMs: nowMs })
    return price
  }

  async #ask(item: CatalogueItem): Promise<Stripe.Price | null> {
    const options = { timeoutMs: this.#timeoutMs }
    if (item.price !== undefined) return await this.#stripe.price(item.price, options)
    return await this.#stripe.priceByLookupKey(item.lookupKey ?? '', options)
  }
}
