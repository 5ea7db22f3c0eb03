/** What was used of metered prices: the events of their meters, added up over a period that is over. */
import type { Price, Subscription, SubscriptionItem } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { priceAmount } from '../catalogue/amounts.ts'
import type { LineEntry } from '../invoicing/entry.ts'
import { base, describe } from './lines.ts'
import type { Period } from './periods.ts'
import { isMetered } from './prices.ts'

function used(tx: Transaction, customer: string, price: Price, { start, end }: Period): number {
  const meter = tx.db.find('billing.meter', price.recurring?.meter ?? '')
  const events = tx.db
    .where('meter_usage', 'customer', customer)
    .filter((one) => one.meter === meter?.id && one.timestamp >= start && one.timestamp < end)
  if (meter?.default_aggregation.formula !== 'last') {
    return events.reduce((sum, { value }) => sum + value, 0)
  }
  return events.reduce((last, one) => (one.timestamp >= last.timestamp ? one : last), {
    timestamp: 0,
    value: 0,
  }).value
}

/** Parts of a unit cost their part of its price; packages and tiers count whole units. */
function amountFor(price: Price, units: number): number {
  const isPlain = price.billing_scheme === 'per_unit' && price.transform_quantity === null
  if (isPlain) return Math.round(Number(price.unit_amount_decimal ?? 0) * units)
  return priceAmount(price, Math.max(Math.ceil(units), 0)).amount
}

/** A line for what the item's customer used in this period; none for an item that is not metered. */
export function usageLine(
  tx: Transaction,
  of: Pick<Subscription, 'customer' | 'id' | 'metadata'>,
  item: SubscriptionItem,
  period: Period,
): LineEntry[] {
  if (!isMetered(item.price)) return []
  const units = used(tx, of.customer, item.price, period)
  return [
    {
      ...base(tx, of, item, period.end),
      amount: amountFor(item.price, units),
      description: describe(tx, item, units),
      period,
      quantity: units,
    },
  ]
}

/** What was used in the running periods so far. */
export function usageSoFar(tx: Transaction, of: Subscription): LineEntry[] {
  return of.items.data.flatMap((item) => {
    const period = { start: item.current_period_start, end: tx.now }
    return usageLine(tx, of, item, period).filter(({ amount }) => amount !== 0)
  })
}
