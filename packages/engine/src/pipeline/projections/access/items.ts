// Owns what was sold as which item: by the rules as they are now, and in the rows of the items.
import type { Queryable } from '../../../ports/database.ts'
import type { OrderInput, SubscriptionInput } from './claims.ts'
import { type AccessRules, itemIdOf, type Priced } from './rules.ts'

/** What the rows know of the price of something that was sold. */
export interface Sold extends Priced {
  /** The item that the price was on sale as last, by `quittance.catalogue_prices`. */
  readonly soldAs: string | null
}

/** With its stored item id. Without its price that id is all there is to go by. */
export type SoldItem = SubscriptionInput['items'][number] & { readonly sold?: Sold }
export type SoldOrder = OrderInput & { readonly sold?: Sold }

export interface SoldSubscription extends Omit<SubscriptionInput, 'items'> {
  readonly items: readonly SoldItem[]
}

const itemIdNow = ({ itemId, sold }: SoldItem, rules: AccessRules): string | null =>
  sold === undefined ? itemId : (itemIdOf(rules, sold) ?? sold.soldAs ?? itemId)

/** A subscription gives what its prices stand for now, whatever they stood for when it was written. */
export const namedSubscription = (
  subscription: SoldSubscription,
  rules: AccessRules,
): SubscriptionInput => ({
  ...subscription,
  items: subscription.items.map((item) => ({ ...item, itemId: itemIdNow(item, rules) })),
})

/**
 * An order gives what was chosen: two items that are sold once may have one price. By the price
 * only where no item has this name any more.
 */
export function namedOrder({ sold, ...order }: SoldOrder, rules: AccessRules): OrderInput {
  if (sold === undefined || rules.items.has(order.itemId)) return order
  return { ...order, itemId: itemIdOf(rules, sold) ?? sold.soldAs ?? order.itemId }
}

/**
 * An item whose row is locked is being written by a transaction that names it itself, and that
 * settles the buyer after us: waiting for it would be a deadlock, for we hold the buyer.
 */
const RENAME = `
with named as (
  select * from jsonb_to_recordset($1::text::jsonb)
    as n (subscription_id text, price_id text, was text, item_id text)
), free as (
  select i.subscription_id, i.id, n.item_id from quittance.subscription_items i
  join named n on n.subscription_id = i.subscription_id and n.price_id = i.price_id
    and n.was is not distinct from i.item_id
  for no key update of i skip locked
)
update quittance.subscription_items i set item_id = free.item_id from free
where i.subscription_id = free.subscription_id and i.id = free.id`

/**
 * Has the rows of the items say what access is derived from, for the app's own SQL and for
 * sign-ups. An order keeps the name that it was bought under.
 */
export async function renameItems(
  tx: Queryable,
  subscriptions: readonly SoldSubscription[],
  rules: AccessRules,
): Promise<void> {
  const renamed = subscriptions.flatMap(({ id, items }) =>
    items.flatMap((item) => {
      const itemId = itemIdNow(item, rules)
      if (item.sold === undefined || itemId === item.itemId) return []
      const { priceId } = item.sold
      return [{ subscription_id: id, price_id: priceId, was: item.itemId, item_id: itemId }]
    }),
  )
  if (renamed.length > 0) await tx.query(RENAME, [JSON.stringify(renamed)])
}
