/** What the items of a subscription cost before anything is taken off. */
import type { SubscriptionItem } from '../account/tables.ts'
import { priceAmount } from '../catalogue/amounts.ts'
import { isMetered } from './prices.ts'

/** What is known to be used: of a metered price nothing, before its period is over. */
export function unitsOf({
  price,
  quantity = 1,
}: Pick<SubscriptionItem, 'price' | 'quantity'>): number {
  return isMetered(price) ? 0 : quantity
}

/** What the item's whole period costs. */
export function amountOf(item: Pick<SubscriptionItem, 'price' | 'quantity'>): number {
  return isMetered(item.price) ? 0 : priceAmount(item.price, unitsOf(item)).amount
}
