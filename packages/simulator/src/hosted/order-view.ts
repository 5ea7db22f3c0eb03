/** Reads from a session what its page shows. */
import type { LineItem, Product, Session } from '../account/tables.ts'
import type { MethodName, OrderLine, OrderView } from './checkout-page.ts'

const namelessMerchant = 'Test shop'

type FindProduct = (id: string) => Product | undefined

export function orderOf(
  session: Session,
  lineItems: readonly LineItem[],
  findProduct: FindProduct,
): OrderView {
  const details = session.total_details
  return {
    merchant: session.branding_settings?.display_name || namelessMerchant,
    cancelUrl: webUrl(session.cancel_url),
    currency: session.currency ?? 'usd',
    lines: lineItems.map((line) => lineOf(line, findProduct)),
    subtotal: session.amount_subtotal ?? 0,
    discount: details?.amount_discount ?? 0,
    shipping: details?.amount_shipping ?? 0,
    tax: details?.amount_tax ?? 0,
    total: session.amount_total ?? 0,
  }
}

function lineOf(line: LineItem, findProduct: FindProduct): OrderLine {
  const product = line.price ? findProduct(line.price.product) : undefined
  return {
    name: line.description ?? product?.name ?? 'Item',
    description: product?.description ?? null,
    quantity: line.quantity ?? 1,
    unitAmount: line.price?.unit_amount ?? null,
    amount: line.amount_subtotal,
  }
}

const drawn: readonly MethodName[] = ['card', 'sepa_debit', 'us_bank_account']

/** None when there is nothing to pay. */
export function methodsOf(session: Session): readonly MethodName[] {
  if (session.amount_total === 0) return []
  const offered = drawn.filter((name) => session.payment_method_types.includes(name))
  return offered.length > 0 ? offered : ['card']
}

const verbs: Readonly<Record<string, string>> = { book: 'Book', donate: 'Donate' }

export function verbOf(session: Session): string {
  return verbs[session.submit_type ?? ''] ?? 'Pay'
}

/** A link must lead to a web page: `javascript:` and its kin would run in the page's own name. */
export function webUrl(url: string | null | undefined): string | null {
  return url && /^https?:\/\//i.test(url) ? url : null
}
