/** The discounts of a subscription: which of them bill, what they leave of a price, and when they are used up. */
import type { Coupon, Subscription, SubscriptionItem } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { couponOf, endDiscount } from '../catalogue/discounts.ts'
import { dropDiscount } from '../customers/customer-discount.ts'
import { type DiscountTerms, totalsOf } from '../invoicing/totals.ts'
import { amountOf } from './amounts.ts'
import { changeSubscription, currentSubscription } from './save.ts'

/** What a discount takes off an amount. */
export interface Cut {
  readonly amount: number
  readonly discount: string
}

function isRunning(tx: Transaction, id: string, at: number): boolean {
  const discount = tx.db.find('discount', id)
  return discount !== undefined && (discount.end === null || discount.end > at)
}

/** Those of the whole subscription that take something off then: its own, or else its customer's. */
export function runningDiscounts(
  tx: Transaction,
  of: Pick<Subscription, 'customer' | 'discounts'>,
  at: number,
): readonly string[] {
  const own = of.discounts.filter((id) => isRunning(tx, id, at))
  if (own.length > 0) return own
  const inherited = tx.db.find('customer', of.customer)?.discount
  return inherited && isRunning(tx, inherited.id, at) ? [inherited.id] : []
}

/** Those of one item that take something off then. */
export function runningItemDiscounts(
  tx: Transaction,
  item: Pick<SubscriptionItem, 'discounts'>,
  at: number,
): readonly string[] {
  return item.discounts.filter((id) => isRunning(tx, id, at))
}

/**
 * What the discounts that bill the subscription take off a whole period of each of these items, in their order.
 * `spent` is what of a fixed amount others of its items have had in this period.
 */
export function cutsOfPeriod(
  tx: Transaction,
  of: Subscription,
  items: readonly SubscriptionItem[],
  spent: (discount: string) => number,
): readonly (readonly Cut[])[] {
  const termsOf = (id: string): DiscountTerms => ({ id, coupon: couponOf(tx, id) })
  const shared = runningDiscounts(tx, of, tx.now)
  const totals = totalsOf({
    currency: of.currency,
    taxExempt: 'none',
    discounts: shared.map(termsOf).map((terms) => lessened(terms, of.currency, spent(terms.id))),
    lines: items.map((item) => ({
      amount: amountOf(item),
      discountable: true,
      product: item.price.product,
      discounts: runningItemDiscounts(tx, item, tx.now).map(termsOf),
      taxRates: [],
    })),
  })
  return totals.lines.map(({ discountAmounts }) => discountAmounts)
}

/** The discount with what is left of its fixed amount. */
function lessened({ id, coupon }: DiscountTerms, currency: string, spent: number): DiscountTerms {
  if (coupon.percent_off !== null || spent === 0) return { id, coupon }
  const whole = amountIn(coupon, currency)
  return { id, coupon: { ...coupon, currency, amount_off: Math.max(whole - spent, 0) } }
}

function amountIn(coupon: Coupon, currency: string): number {
  if (coupon.currency === currency) return coupon.amount_off ?? 0
  return coupon.currency_options?.[currency]?.amount_off ?? 0
}

/** Ends the discounts that were for one bill and took something off it, and those whose time is over. */
export function endSpentDiscounts(
  tx: Transaction,
  of: Pick<Subscription, 'id' | 'customer'>,
  cuts: readonly Cut[],
): void {
  const took = new Set(cuts.filter(({ amount }) => amount > 0).map(({ discount }) => discount))
  const isSpent = (id: string) => took.has(id) && couponOf(tx, id).duration === 'once'
  const subscription = currentSubscription(tx, of)
  const ids = [
    ...subscription.discounts,
    ...subscription.items.data.flatMap((item) => item.discounts),
  ]
  const over = new Set(ids.filter((id) => isSpent(id) || !isRunning(tx, id, tx.now)))
  for (const id of over) {
    const discount = tx.db.find('discount', id)
    if (discount) endDiscount(tx, discount)
  }
  if (over.size > 0) {
    const left = (all: readonly string[]) => all.filter((id) => !over.has(id))
    const data = subscription.items.data.map((item) => ({
      ...item,
      discounts: left(item.discounts),
    }))
    changeSubscription(tx, of, {
      discounts: left(subscription.discounts),
      items: { ...subscription.items, data },
    })
  }
  const customer = tx.db.find('customer', of.customer)
  if (customer?.discount && isSpent(customer.discount.id)) dropDiscount(tx, customer)
}

/** The items without discounts that have ended since they were read. */
export function withoutEnded(
  tx: Transaction,
  items: readonly SubscriptionItem[],
): SubscriptionItem[] {
  return items.map((item) => ({
    ...item,
    discounts: item.discounts.filter((id) => tx.db.find('discount', id) !== undefined),
  }))
}
