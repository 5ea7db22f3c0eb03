/** What the items of a subscription come to on an invoice: whole periods, trials, and parts of periods. */
import type { Subscription, SubscriptionItem } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { formatMoney } from '../catalogue/money.ts'
import type { LineEntry } from '../invoicing/entry.ts'
import { amountOf, unitsOf } from './amounts.ts'
import { type Cut, runningItemDiscounts } from './discounts.ts'
import type { Period } from './periods.ts'
import { cadenceOf } from './prices.ts'
import { prorated, prorationText } from './proration.ts'

export type Item = Pick<
  SubscriptionItem,
  'id' | 'price' | 'quantity' | 'tax_rates' | 'discounts'
> & {
  readonly current_period_start: number
  readonly current_period_end: number
}

export function periodOf(item: Item): Period {
  return { start: item.current_period_start, end: item.current_period_end }
}

type Of = Pick<Subscription, 'id' | 'metadata'>

/** What every line of the item has, with the discounts that the item has at this moment. */
export function base(tx: Transaction, of: Of, item: Item, at: number): Omit<LineEntry, 'period'> {
  return {
    price: item.price.id,
    quantity: unitsOf(item),
    subscription: of.id,
    subscriptionItem: item.id,
    metadata: of.metadata,
    discounts: runningItemDiscounts(tx, item, at).map((discount) => ({ discount })),
    ...(item.tax_rates && item.tax_rates.length > 0
      ? { taxRates: item.tax_rates.map(({ id }) => id) }
      : {}),
  }
}

/** The item's whole present period. */
export function wholeLine(tx: Transaction, of: Of, item: Item): LineEntry {
  return {
    ...base(tx, of, item, item.current_period_start),
    amount: amountOf(item),
    description: describe(tx, item, unitsOf(item)),
    period: periodOf(item),
  }
}

export function describe(tx: Transaction, { price }: Pick<Item, 'price'>, units: number): string {
  const { interval, interval_count: count } = cadenceOf(price)
  const every = count === 1 ? interval : `every ${count} ${interval}s`
  const unit =
    price.unit_amount === null
      ? ''
      : ` (at ${formatMoney(price.unit_amount, price.currency)} / ${every})`
  return `${units} × ${nameOf(tx, { price })}${unit}`
}

export function trialLine(tx: Transaction, of: Of, item: Item, trial: Period): LineEntry {
  return {
    ...base(tx, of, item, trial.start),
    amount: 0,
    description: `Trial period for ${nameOf(tx, item)}`,
    period: trial,
  }
}

/** What of `whole`, the period that the item is paid by, is still ahead at `at`: owed, or with -1 given back. */
export function partLine(
  tx: Transaction,
  of: Of,
  item: Item,
  { at, whole, sign, full, cuts, credited }: Part,
): LineEntry {
  const amount = prorated(full, whole, at)
  const words = sign < 0 ? 'Unused' : 'Remaining'
  return {
    ...base(tx, of, item, at),
    amount: amount === 0 ? 0 : sign * amount,
    description: prorationText(words, nameOf(tx, item), unitsOf(item), at),
    period: { start: at, end: whole.end },
    proration: true,
    discountable: false,
    ...(cuts && cuts.length > 0
      ? {
          discountAmounts: cuts.map((cut) => ({ ...cut, amount: prorated(cut.amount, whole, at) })),
        }
      : {}),
    ...(credited ? { creditedItems: credited } : {}),
  }
}

export interface Part {
  readonly at: number
  readonly whole: Period
  readonly sign: 1 | -1
  /** What the whole period costs, after what its discounts take off. */
  readonly full: number
  readonly cuts?: readonly Cut[]
  readonly credited?: LineEntry['creditedItems']
}

export function nameOf(tx: Transaction, { price }: Pick<Item, 'price'>): string {
  return tx.db.find('product', price.product)?.name ?? price.nickname ?? price.id
}
