/** The discount on everything that a customer buys: given, exchanged, taken away. */
import type { Customer, Discount } from '../account/tables.ts'
import { previousAttributes, type Transaction } from '../account/transaction.ts'
import { endDiscount, redeem } from '../catalogue/discounts.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { noSuch } from '../http/errors.ts'
import { api, inPath, type Route } from '../http/route.ts'

/** What a request of an older API version asks for; a null coupon takes the discount away. */
export interface DiscountParams {
  readonly coupon?: string | null
  readonly promotion_code?: string
}

/** The discount that the parameters ask for, not told of yet; undefined when they ask for none. */
export function askedDiscount(
  tx: Transaction,
  customer: string,
  { coupon, promotion_code: promotionCode }: DiscountParams,
): Discount | null | undefined {
  if (promotionCode !== undefined) return redeem(tx, { promotionCode }, { customer })
  if (coupon === undefined || coupon === null) return coupon
  return redeem(tx, { coupon }, { customer })
}

/** Tells of the change from one discount to the next, and lets the old one go. */
export function tellDiscount(tx: Transaction, before: Discount | null, after: Discount | null) {
  if (before && !after) return endDiscount(tx, before)
  if (!after) return
  if (!before) return tx.emit('customer.discount.created', after)
  tx.db.remove('discount', before.id)
  tx.emit('customer.discount.updated', after, previousAttributes(before, after))
}

/** Takes the customer's discount away; nothing but the discount is told of. */
export function dropDiscount(tx: Transaction, customer: Customer): void {
  if (!customer.discount) return
  tx.db.put('customer', { ...customer, discount: null })
  endDiscount(tx, customer.discount)
}

export const customerDiscountRoutes: readonly Route[] = [
  api('DELETE /v1/customers/:id/discount', ({ tx, ids }) => {
    const customer = inPath(tx, 'customer', ids[0])
    const { discount } = customer
    if (!discount) throw noSuch('discount for customer', customer.id, 'id', 404)
    dropDiscount(inTimeOf(tx, customer.id), customer)
    const { end: _, ...rest } = discount
    return { ...rest, deleted: true }
  }),
]
