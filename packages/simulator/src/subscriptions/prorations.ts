/** What a change inside a period gives back and owes, and what keeps that until an invoice takes it. */
import type {
  Invoice,
  InvoiceItem,
  InvoiceLine,
  Subscription,
  SubscriptionItem,
} from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import type { LineEntry } from '../invoicing/entry.ts'
import { addInvoiceItem } from '../invoicing/item-object.ts'
import { itemBehind, lineOfItem, linesOf } from '../invoicing/line-object.ts'
import { amountOf } from './amounts.ts'
import { type Cut, cutsOfPeriod, endSpentDiscounts } from './discounts.ts'
import { partLine, periodOf } from './lines.ts'
import { anchorOf, type Period } from './periods.ts'
import { isMetered } from './prices.ts'
import { opening } from './start.ts'

/** What an item was last charged for in its running period, and has not been given back since. */
interface Charge {
  readonly amount: number
  readonly period: Period
  /** What its discounts took off. */
  readonly cuts: readonly Cut[]
  readonly credited?: LineEntry['creditedItems']
}

function lastCharge(
  tx: Transaction,
  of: Pick<Subscription, 'id' | 'customer'>,
  item: SubscriptionItem,
): Charge | undefined {
  if (isMetered(item.price)) return undefined
  const isRunning = ({ start, end }: Period) =>
    start >= item.current_period_start && end === item.current_period_end
  const items = tx.db
    .where('invoiceitem', 'customer', of.customer)
    .filter(
      ({ parent, period }) =>
        parent?.subscription_details?.subscription_item === item.id && isRunning(period),
    )
  // What is pending came after everything that is billed: an invoice takes all that is pending.
  const pending = items.find(({ invoice }) => invoice === null)
  if (pending) {
    const { amount, period, proration_details: details } = pending
    return amount > 0 ? { amount, period, cuts: details?.discount_amounts ?? [] } : undefined
  }
  const lines = tx.db
    .where('line_item', 'subscription', of.id)
    .filter(
      ({ invoice, parent, period }) =>
        parent?.subscription_item_details?.subscription_item === item.id &&
        isRunning(period) &&
        tx.db.find('invoice', invoice ?? '')?.status !== 'void',
    )
  return billedBy(lastOf(lines, items), items)
}

/** The last of these lines, which are the newest first: on one invoice what was pending comes before what it is for. */
function lastOf(
  lines: readonly InvoiceLine[],
  items: readonly InvoiceItem[],
): InvoiceLine | undefined {
  const together = lines.filter(({ invoice }) => invoice === lines[0]?.invoice)
  const own = together.find((line) => itemBehind(line) === null)
  const newest = items.find(({ id }) => together.some((line) => itemBehind(line) === id))
  return own ?? together.find((line) => itemBehind(line) === newest?.id)
}

function billedBy(
  line: InvoiceLine | undefined,
  items: readonly InvoiceItem[],
): Charge | undefined {
  if (!line || line.amount <= 0) return undefined
  const behind = items.find(({ id }) => id === itemBehind(line))
  const cuts = line.discount_amounts ?? []
  return {
    amount: line.amount - sumOf(cuts),
    period: line.period,
    cuts: [...cuts, ...(behind?.proration_details?.discount_amounts ?? [])],
    ...(line.invoice === null
      ? {}
      : { credited: { invoice: line.invoice, invoice_line_items: [line.id] } }),
  }
}

/** A line that gives back the time from `at` on of what the item was charged for; none where it was charged nothing. */
export function creditLine(
  tx: Transaction,
  of: Subscription,
  item: SubscriptionItem,
  at: number,
): LineEntry[] {
  const charge = lastCharge(tx, of, item)
  if (!charge) return []
  const { amount: full, credited, period: whole } = charge
  const line = partLine(tx, of, item, { at, whole, sign: -1, full, credited })
  const amount = pricedAnew(tx, of, item, charge, at) ?? line.amount
  return amount === 0 ? [] : [{ ...line, amount }]
}

/**
 * What is given back of a charge for the rest of a period that would be the same today: counted from the price, as a
 * charge for the same rest is, so that the two never differ by a rounding.
 */
function pricedAnew(
  tx: Transaction,
  of: Subscription,
  item: SubscriptionItem,
  { amount, period }: Charge,
  at: number,
): number | undefined {
  const owed = (from: number) => restLines(tx, of, [item], () => from)[0]?.amount
  const left = owed(Math.max(at, period.start))
  return owed(period.start) === amount && left !== undefined ? -left : undefined
}

/** Gives back the rest of every running period. */
export function creditLines(tx: Transaction, of: Subscription, at: number): LineEntry[] {
  if (of.status === 'trialing' || of.status === 'incomplete') return []
  return of.items.data.flatMap((item) => creditLine(tx, of, item, at))
}

/**
 * Lines for what is left at `at` of the running period of these items of `of`, at what the discounts leave of their
 * prices. A fixed amount that other items had off in this period is not taken off again.
 */
export function restLines(
  tx: Transaction,
  of: Subscription,
  items: readonly SubscriptionItem[],
  at: (item: SubscriptionItem) => number,
): LineEntry[] {
  const others = of.items.data.filter(({ id }) => !items.some((item) => item.id === id))
  const had = others.flatMap((item) => cutsOfWholePeriod(tx, of, item))
  const spent = (id: string) => sumOf(had.filter(({ discount }) => discount === id))
  const cuts = cutsOfPeriod(tx, of, items, spent)
  return items.map((item, index) => {
    const own = cuts[index] ?? []
    const full = amountOf(item) - sumOf(own)
    return partLine(tx, of, item, {
      at: at(item),
      whole: wholeOf(of, item),
      sign: 1,
      full,
      cuts: own,
    })
  })
}

/** What the item's last charge comes to in cuts of a whole period. */
function cutsOfWholePeriod(tx: Transaction, of: Subscription, item: SubscriptionItem): Cut[] {
  const charge = lastCharge(tx, of, item)
  if (!charge) return []
  const whole = wholeOf(of, item)
  const share = (whole.end - whole.start) / Math.max(charge.period.end - charge.period.start, 1)
  return charge.cuts.map(({ amount, discount }) => ({
    amount: Math.round(amount * share),
    discount,
  }))
}

function sumOf(cuts: readonly Cut[]): number {
  return cuts.reduce((sum, { amount }) => sum + amount, 0)
}

/** The period that the item's price is for: its running one may be only the rest of it. */
function wholeOf(of: Subscription, item: SubscriptionItem): Period {
  const { whole } = opening(anchorOf(of), item.price, item.current_period_start)
  return whole.end === item.current_period_end ? whole : periodOf(item)
}

/** Pending invoice items of these lines: the next invoice takes them. */
export function addPending(tx: Transaction, of: Subscription, lines: readonly LineEntry[]): void {
  for (const line of lines) {
    addInvoiceItem(tx, {
      ...line,
      customer: of.customer,
      currency: of.currency,
      quantity: line.quantity ?? 1,
      // What a discount takes off is in the amount already.
      discounts: [],
    })
  }
  endSpentDiscounts(
    tx,
    of,
    lines.flatMap(({ discountAmounts = [] }) => discountAmounts),
  )
}

/** What a void invoice had taken is pending again, as items of its own. */
export function returnPending(
  tx: Transaction,
  invoice: Invoice,
  returns: (item: string) => boolean = () => true,
): void {
  const items = linesOf(tx, invoice.id).map((line) =>
    tx.db.find('invoiceitem', itemBehind(line) ?? ''),
  )
  for (const item of items) {
    if (!item || !returns(item.id)) continue
    const { invoiceItem: _, quantity, ...line } = lineOfItem(item)
    addInvoiceItem(tx, {
      ...line,
      customer: item.customer,
      currency: item.currency,
      quantity: quantity ?? 1,
    })
  }
}

/** Prorations that wait for an invoice which will not come. */
export function dropPending(tx: Transaction, of: Subscription): void {
  for (const item of tx.db.where('invoiceitem', 'customer', of.customer)) {
    const isOwn = item.parent?.subscription_details?.subscription === of.id
    if (isOwn && item.proration && item.invoice === null) tx.db.remove('invoiceitem', item.id)
  }
}
