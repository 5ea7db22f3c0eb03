/** Reads from a session what the order beside its form shows. */
import type { LineItem, Price, Session } from '../account/tables.ts'
import { formatMoney } from '../catalogue/money.ts'
import type { SessionView } from '../checkout/pay.ts'
import { type Renewal, shownDate } from './terms-text.ts'

export interface OrderLine {
  readonly id: string
  readonly name: string
  readonly description: string | null
  /** Null where usage decides. */
  readonly quantity: number | null
  /** Within which the buyer may change the quantity. */
  readonly bounds: { readonly min: number; readonly max: number } | null
  readonly price: string
  readonly each: string | null
}

interface SumRow {
  readonly label: string
  readonly amount: string
  readonly isDue: boolean
}

export interface OrderView {
  readonly merchant: string
  readonly cancelUrl: string | null
  readonly heading: string
  /** The large text: an amount, or what is free. */
  readonly title: string
  readonly notes: readonly string[]
  readonly lines: readonly OrderLine[]
  readonly sums: readonly SumRow[]
  readonly submit: string
  /** Null where no code is taken; `applied` is empty until there is one. */
  readonly promotion: { readonly applied: string; readonly saves: string } | null
}

interface OrderParts extends Pick<SessionView, 'session' | 'lineItems'> {
  /** A payment was tried: what it is for stays as it is. */
  readonly isBegun: boolean
  /** What each later period costs; undefined unless something recurs. */
  readonly renewal: Renewal | undefined
  readonly findProduct: (
    id: string,
  ) => { readonly name: string; readonly description: string | null } | undefined
  /** As the buyer typed it, or the coupon's name. */
  readonly discountName: string
}

/** Accounts have no name of their own here. */
export const namelessMerchant = 'Test shop'

export function merchantOf(session: Session): string {
  return session.branding_settings?.display_name || namelessMerchant
}

export function orderOf(parts: OrderParts): OrderView {
  const { session, lineItems, renewal } = parts
  return {
    merchant: merchantOf(session),
    cancelUrl: webUrl(session.cancel_url),
    ...headline(parts),
    lines: lineItems.map((line) => lineOf(line, parts)),
    sums: session.mode === 'setup' ? [] : sumsOf(parts),
    submit: submitOf(session, renewal),
    promotion:
      session.allow_promotion_codes && !parts.isBegun
        ? {
            applied: (session.discounts ?? []).length > 0 ? parts.discountName : '',
            saves: savesOf(session),
          }
        : null,
  }
}

type Headline = Pick<OrderView, 'heading' | 'title' | 'notes'>

function headline({ session, lineItems, renewal, findProduct }: OrderParts): Headline {
  const merchant = merchantOf(session)
  if (session.mode === 'setup') {
    return {
      heading: 'For later payments',
      title: takesCards(session) ? 'Save your card' : 'Save your details',
      notes: [`Kept by ${merchant}. Nothing is charged today.`],
    }
  }
  const due = money(session, session.amount_total)
  if (!renewal) return { heading: `Pay ${merchant}`, title: due, notes: [] }
  const first = lineItems.find(({ price }) => price?.recurring)?.price
  const name = (first && findProduct(first.product)?.name) ?? merchant
  if (renewal.trial === null) {
    const later = `Then ${renewal.amount} ${renewal.every}`
    const isSame = renewal.amount === due
    return {
      heading: `Subscribe to ${name}`,
      title: isSame ? `${due} ${renewal.every}` : `${due} due today`,
      notes: isSame ? [] : [later],
    }
  }
  const starting = `starting ${shownDate(renewal.trial.end)}`
  return {
    heading: `Try ${name}`,
    title: renewal.trial.text,
    notes: [`Then ${renewal.amount} ${renewal.every} ${starting}`],
  }
}

function lineOf(line: LineItem, { findProduct, renewal, isBegun }: OrderParts): OrderLine {
  const { price, quantity, adjustable_quantity: adjustable } = line
  const product = price ? findProduct(price.product) : undefined
  const isFree = renewal !== undefined && renewal.trial !== null && price?.recurring !== null
  const each = price && unitOf(price)
  return {
    id: line.id,
    name: line.description ?? product?.name ?? 'Item',
    description: product?.description ?? null,
    quantity,
    bounds:
      adjustable?.enabled && !isBegun
        ? { min: adjustable.minimum ?? 0, max: adjustable.maximum ?? 99 }
        : null,
    price:
      quantity === null
        ? 'By usage'
        : isFree
          ? 'Free today'
          : formatMoney(line.amount_subtotal, line.currency),
    each: each && ((quantity ?? 1) > 1 || isFree || quantity === null) ? `${each} each` : null,
  }
}

function unitOf(price: Price): string | null {
  return price.unit_amount === null ? null : formatMoney(price.unit_amount, price.currency)
}

function sumsOf({ session, lineItems, renewal, discountName }: OrderParts): SumRow[] {
  const details = session.total_details
  const row = (label: string, amount: number | null | undefined, isDue = false): SumRow => ({
    label,
    amount: money(session, amount),
    isDue,
  })
  const discount = details?.amount_discount ?? 0
  const order = lineItems.reduce((sum, line) => sum + line.amount_total, 0)
  const balance = (session.amount_total ?? 0) - order - (details?.amount_shipping ?? 0)
  return [
    row('Subtotal', session.amount_subtotal),
    ...(discount > 0
      ? [row(discountName ? `Discount (${discountName})` : 'Discount', -discount)]
      : []),
    ...(session.shipping_cost ? [row('Shipping', details?.amount_shipping)] : []),
    ...((details?.amount_tax ?? 0) > 0 ? [row('Tax', details?.amount_tax)] : []),
    ...(balance === 0 ? [] : [row(balance < 0 ? 'Your credit' : 'Your balance', balance)]),
    row(renewal ? 'Total due today' : 'Total due', session.amount_total, true),
  ]
}

const verbs: Readonly<Record<string, string>> = { book: 'Book', donate: 'Donate' }

function submitOf(session: Session, renewal: Renewal | undefined): string {
  if (session.mode === 'setup') {
    return takesCards(session) ? 'Save card' : 'Save payment method'
  }
  if (renewal) return renewal.trial ? 'Start trial' : 'Subscribe'
  if (session.amount_total === 0) return 'Complete order'
  return `${verbs[session.submit_type ?? ''] ?? 'Pay'} ${money(session, session.amount_total)}`
}

function takesCards({ payment_method_types: types }: Session): boolean {
  return types.every((type) => type === 'card')
}

function savesOf(session: Session): string {
  return money(session, -(session.total_details?.amount_discount ?? 0))
}

function money(session: Session, amount: number | null | undefined): string {
  return formatMoney(amount ?? 0, session.currency ?? 'usd')
}

/** A link must lead to a web page: `javascript:` and its kin would run in the page's own name. */
export function webUrl(url: string | null | undefined): string | null {
  return url && /^https?:\/\//i.test(url) ? url : null
}
