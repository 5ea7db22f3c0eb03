/** What an order comes to, by the arithmetic of the invoice that it gets: the one cannot part from the other. */
import type { LineItem, Session, SessionSecret } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { priceAmount } from '../catalogue/amounts.ts'
import { couponOf } from '../catalogue/discounts.ts'
import { type AddedUp, addUp } from '../invoicing/line-items.ts'
import { exemptionOf } from '../invoicing/sheet.ts'
import type { DiscountTerms } from '../invoicing/totals.ts'

export type Reading = Pick<Transaction, 'db' | 'now'>

export interface OrderTotals extends Pick<AddedUp, 'sums'> {
  /** In the session's order, each with its sums. */
  readonly lineItems: readonly LineItem[]
}

/** What is due today, before the balance of the customer. */
export function orderTotals(tx: Reading, session: Session, secret: SessionSecret): OrderTotals {
  const billed = asBilled(secret.lineItems)
  const { items, sums } = addUp(
    {
      ...termsOf(tx, session),
      lines: billed.map((line) => lineTerms(tx, secret, line, hasTrial(secret))),
    },
    session.shipping_cost?.amount_total ?? 0,
  )
  const sumsOf = new Map(billed.map(({ id }, index) => [id, items[index]]))
  return { lineItems: secret.lineItems.map((line) => ({ ...line, ...sumsOf.get(line.id) })), sums }
}

/** What each period costs after today: what recurs, less a discount that lasts. */
export function renewalTotal(tx: Reading, session: Session, secret: SessionSecret): number {
  const { discounts, ...terms } = termsOf(tx, session)
  const { sums } = addUp({
    ...terms,
    discounts: discounts.filter(({ coupon }) => coupon.duration !== 'once'),
    lines: secret.lineItems.filter(isRecurring).map((line) => lineTerms(tx, secret, line, false)),
  })
  return sums.amount_total
}

/** What the lines cost before anything is taken off. */
export function grossTotal(lines: readonly LineItem[]): number {
  return lines.reduce((sum, line) => sum + grossOf(line, false), 0)
}

/**
 * The lines as they stand on the invoice, one-time prices first. Where the last cent of a discount falls depends on
 * the order, and with taxes that differ by line the total does, too.
 */
export function asBilled(lines: readonly LineItem[]): LineItem[] {
  return [...lines.filter((line) => !isRecurring(line)), ...lines.filter(isRecurring)]
}

export function isRecurring({ price }: LineItem): boolean {
  return price !== null && price.recurring !== null
}

export function hasTrial({ asked }: SessionSecret): boolean {
  const data = asked.subscription_data
  return (data?.trial_period_days ?? 0) > 0 || data?.trial_end !== undefined
}

function termsOf(tx: Reading, session: Session) {
  return {
    currency: session.currency ?? '',
    taxExempt: exemptionOf(tx.db.find('customer', session.customer ?? '')),
    discounts: discountsOf(tx, session),
  }
}

/** Its own discount, or else that of its customer, which counts for subscriptions and not for single orders. */
function discountsOf(tx: Reading, session: Session): DiscountTerms[] {
  const coupon = tx.db.find('coupon', session.discounts?.[0]?.coupon ?? '')
  if (coupon) return [{ id: session.id, coupon }]
  const customer = tx.db.find('customer', session.customer ?? '')
  const inherited = session.mode === 'subscription' ? customer?.discount : null
  if (!inherited || (inherited.end !== null && inherited.end <= tx.now)) return []
  return [{ id: inherited.id, coupon: couponOf(tx, inherited.id) }]
}

function lineTerms(tx: Reading, secret: SessionSecret, line: LineItem, isTrial: boolean) {
  return {
    amount: grossOf(line, isTrial),
    discountable: true,
    product: line.price?.product ?? null,
    discounts: [],
    taxRates: ratesFor(secret, line.id)
      .map((id) => tx.db.find('tax_rate', id))
      .filter((rate) => rate !== undefined),
  }
}

function ratesFor({ taxRates, asked }: SessionSecret, lineId: string): readonly string[] {
  const own = taxRates[lineId] ?? []
  return own.length > 0 ? own : (asked.subscription_data?.default_tax_rates ?? [])
}

/** In a trial, what recurs costs nothing. */
function grossOf(line: LineItem, isTrial: boolean): number {
  const { price, quantity } = line
  if (!price || quantity === null || (isTrial && isRecurring(line))) return 0
  return priceAmount(price, quantity).amount
}
