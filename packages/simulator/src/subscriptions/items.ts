/** Subscription items: how they are told, checked and made; the list that a subscription carries of them. */
import type { Discount, Price, Subscription, SubscriptionItem } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { newDiscount } from '../catalogue/discounts.ts'
import { planOf } from '../catalogue/price-events.ts'
import { badParam, notSimulated, refuse } from '../http/errors.ts'
import { inParam, mergeMetadata } from '../http/route.ts'
import { taxRates } from '../invoicing/invoice-object.ts'
import { isSameCadence, type Period } from './periods.ts'
import { cadenceOf, isMetered, type PriceChoice, recurringPrice } from './prices.ts'

export interface DiscountChoice {
  readonly coupon?: string | undefined
  readonly discount?: string | undefined
  readonly promotion_code?: string | undefined
}

export interface ItemEntry extends PriceChoice {
  readonly quantity?: number | undefined
  readonly discounts?: readonly DiscountChoice[] | null | undefined
  readonly metadata?: Readonly<Record<string, string>> | null | undefined
  readonly tax_rates?: readonly string[] | null | undefined
  readonly billing_thresholds?: unknown
  readonly current_trial?: unknown
}

/** What an item is for, before it is known for which period. */
export interface ItemDraft {
  readonly entry: ItemEntry
  readonly price: Price
  /** None of a metered price. */
  readonly quantity: number | undefined
  readonly path: string
}

const itemsMax = 20

export function readItems(
  tx: Transaction,
  entries: readonly ItemEntry[],
  path = 'items',
): readonly ItemDraft[] {
  if (entries.length > itemsMax) {
    throw badParam(`A subscription can have at most ${itemsMax} items.`, path)
  }
  return entries.map((entry, index) => readItem(tx, entry, `${path}[${index}]`))
}

export function readItem(tx: Transaction, entry: ItemEntry, path: string): ItemDraft {
  refuseUnsimulated(entry, path)
  const price = recurringPrice(tx, entry, path)
  return { entry, price, quantity: quantityOf(price, entry.quantity, path), path }
}

/** Parameters of items that would change when or what is billed. */
const unsimulated = ['billing_thresholds', 'current_trial'] as const

export function refuseUnsimulated(entry: ItemEntry, path: string): void {
  const given = unsimulated.find((name) => entry[name] !== undefined && entry[name] !== null)
  if (given === undefined) return
  throw notSimulated(`'${given}' of items`, path === '' ? given : `${path}[${given}]`)
}

/** How many of the price are ordered; of a metered one nobody orders any. */
export function quantityOf(
  price: Price,
  quantity: number | undefined,
  path: string,
): number | undefined {
  if (!isMetered(price)) return readQuantity(quantity, path)
  if (quantity === undefined) return undefined
  throw badParam(
    'You may not specify `quantity` for a price whose usage is metered.',
    `${path}[quantity]`,
  )
}

export function readQuantity(quantity: number | undefined, path: string): number {
  if (quantity !== undefined && quantity < 0) {
    throw badParam(
      'Invalid integer: must be at least 0',
      path === '' ? 'quantity' : `${path}[quantity]`,
      'parameter_invalid_integer',
    )
  }
  return quantity ?? 1
}

/** What Stripe demands of all items of one subscription together. */
export function checkTogether(
  items: readonly { readonly price: Price; readonly path?: string }[],
  mode: string,
): void {
  const [first] = items
  if (!first) throw badParam('A subscription must have at least one item.', 'items')
  for (const [index, { price, path = `items[${index}]` }] of items.entries()) {
    if (price.currency !== first.price.currency) {
      throw refuse(
        `All prices on a subscription must be in the same currency. \`${price.id}\` is in ${price.currency} and \`${first.price.id}\` in ${first.price.currency}.`,
        { param: `${path}[price]` },
      )
    }
    if (mode === 'classic' && !isSameCadence(cadenceOf(price), cadenceOf(first.price))) {
      throw refuse(
        'Currently, all prices on a classic subscription must have the same billing interval; use `billing_mode[type]=flexible` to mix them.',
        { param: `${path}[price]` },
      )
    }
    if (items.findIndex((other) => other.price.id === price.id) !== index) {
      throw refuse(`Cannot add multiple subscription items with the same plan: ${price.id}`, {
        param: `${path}[price]`,
      })
    }
  }
}

export function newItem(
  tx: Transaction,
  subscription: Pick<Subscription, 'id' | 'customer'>,
  draft: ItemDraft,
  period: Period,
): SubscriptionItem {
  const { entry, price, quantity, path } = draft
  const id = tx.newId('si_', 14)
  return {
    id,
    object: 'subscription_item',
    billing_thresholds: null,
    created: tx.now,
    current_period_end: period.end,
    current_period_start: period.start,
    current_trial: null,
    discounts: discountIds(tx, entry.discounts, { ...subscription, item: id }, path),
    metadata: mergeMetadata({}, entry.metadata),
    plan: planOf(price),
    price,
    ...(quantity === undefined ? {} : { quantity }),
    subscription: subscription.id,
    tax_rates: taxRates(tx, entry.tax_rates ?? [], `${path}[tax_rates]`),
  }
}

/** Redeems what is new and keeps what is there; answers the ids. */
export function discountIds(
  tx: Transaction,
  choices: readonly DiscountChoice[] | null | undefined,
  on: { readonly id: string; readonly customer: string; readonly item?: string },
  path: string,
): string[] {
  return (choices ?? []).map((choice, index) => {
    const at = `${path === '' ? '' : `${path}.`}discounts[${index}]`
    if (choice.discount !== undefined) {
      return inParam(tx, 'discount', choice.discount, `${at}[discount]`).id
    }
    const made: Discount = newDiscount(
      tx,
      {
        coupon: choice.coupon,
        promotionCode: choice.promotion_code,
        params: { coupon: `${at}[coupon]`, promotionCode: `${at}[promotion_code]` },
      },
      { customer: on.customer, subscription: on.id, subscriptionItem: on.item },
    )
    return made.id
  })
}

export function itemList(id: string, data: readonly SubscriptionItem[]): Subscription['items'] {
  return {
    object: 'list',
    data: [...data],
    has_more: false,
    url: `/v1/subscription_items?subscription=${id}`,
  }
}

/** The earliest end of a running period: the moment at which the subscription is next billed. */
export function nextEnd({ items }: Pick<Subscription, 'items'>): number {
  return Math.min(...items.data.map((item) => item.current_period_end))
}

export function lastEnd({ items }: Pick<Subscription, 'items'>): number {
  return Math.max(...items.data.map((item) => item.current_period_end))
}
