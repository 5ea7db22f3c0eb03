/** What a request makes of a subscription's items: changed, removed, added. */
import type { Subscription, SubscriptionItem } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { planOf } from '../catalogue/price-events.ts'
import { noSuch } from '../http/errors.ts'
import { mergeMetadata } from '../http/route.ts'
import { taxRates } from '../invoicing/invoice-object.ts'
import { wrongCurrency } from '../invoicing/line-object.ts'
import {
  checkTogether,
  discountIds,
  type ItemEntry,
  newItem,
  quantityOf,
  readItem,
  readQuantity,
  refuseUnsimulated,
} from './items.ts'
import type { Period } from './periods.ts'
import { isMetered, recurringPrice } from './prices.ts'

export interface ItemChange extends ItemEntry {
  readonly id?: string | undefined
  readonly deleted?: boolean | undefined
}

/** An item before and after: without a `before` it is new, without an `after` it is gone. */
export interface Step {
  readonly before: SubscriptionItem | undefined
  readonly after: SubscriptionItem | undefined
}

/** Every item of the subscription, those that stay as they are too. `periodFor` is where a new one begins. */
export function stepsOf(
  tx: Transaction,
  of: Subscription,
  changes: readonly ItemChange[],
  periodFor: (item: { readonly price: SubscriptionItem['price'] }) => Period,
): Step[] {
  for (const [index, { id }] of changes.entries()) {
    if (id !== undefined && !of.items.data.some((item) => item.id === id)) {
      throw noSuch('subscription item', id, `items[${index}][id]`, 400)
    }
  }
  const kept = of.items.data.map((before): Step => {
    const index = changes.findIndex(({ id }) => id === before.id)
    const entry = changes[index]
    if (!entry) return { before, after: before }
    if (entry.deleted === true) return { before, after: undefined }
    return { before, after: changed(tx, of, before, entry, `items[${index}]`) }
  })
  const added = changes.flatMap((entry, index): Step[] => {
    if (entry.id !== undefined) return []
    const draft = readItem(tx, entry, `items[${index}]`)
    checkCurrency(of, draft.price, draft.path)
    return [{ before: undefined, after: newItem(tx, of, draft, periodFor(draft)) }]
  })
  const steps = [...kept, ...added]
  checkTogether(afters(steps), of.billing_mode.type)
  return steps
}

export function afters(steps: readonly Step[]): SubscriptionItem[] {
  return steps.map(({ after }) => after).filter((item) => item !== undefined)
}

function changed(
  tx: Transaction,
  of: Subscription,
  before: SubscriptionItem,
  entry: ItemChange,
  path: string,
): SubscriptionItem {
  refuseUnsimulated(entry, path)
  const { price, plan, price_data, quantity, metadata, tax_rates: rates, discounts } = entry
  const isRepriced = price !== undefined || plan !== undefined || price_data !== undefined
  const chosen =
    (price ?? plan) === before.price.id
      ? before.price
      : isRepriced
        ? recurringPrice(tx, entry, path)
        : before.price
  checkCurrency(of, chosen, path)
  const units = isMetered(chosen)
    ? quantityOf(chosen, quantity, path)
    : quantity === undefined
      ? (before.quantity ?? 1)
      : readQuantity(quantity, path)
  const after: SubscriptionItem = {
    ...before,
    price: chosen,
    plan: planOf(chosen),
    metadata: metadata === undefined ? before.metadata : mergeMetadata(before.metadata, metadata),
    ...(rates === undefined ? {} : { tax_rates: taxRates(tx, rates ?? [], `${path}[tax_rates]`) }),
    ...(discounts === undefined
      ? {}
      : { discounts: discountIds(tx, discounts, { ...of, item: before.id }, path) }),
  }
  if (units !== undefined) return { ...after, quantity: units }
  const { quantity: _, ...unordered } = after
  return unordered
}

/** What a subscription bills, it bills in one currency for life. */
function checkCurrency(
  { currency }: Subscription,
  price: Pick<SubscriptionItem['price'], 'currency'>,
  path: string,
): void {
  if (price.currency !== currency) throw wrongCurrency(price, currency, `${path}[price]`)
}

/** Whether the step changes what is to be paid. */
export function isPriced({ before, after }: Step): boolean {
  return before?.price.id !== after?.price.id || before?.quantity !== after?.quantity
}
