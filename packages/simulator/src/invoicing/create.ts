/** Creates drafts at a caller's request: new ones, or revisions of what was finalised. */
import type { Customer, Invoice, InvoiceLine } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { missingParam, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { given, inParam, mergeMetadata } from '../http/route.ts'
import { draftInvoice } from './draft.ts'
import { type DiscountEntry, type LineEntry, subscriptionParent, type Takes } from './entry.ts'
import { checkDue, readDecorations, readMethod, readShippingCost } from './invoice-params.ts'
import { currencyOf } from './item-params.ts'
import { linesOf } from './line-object.ts'

type Params = ParamsOf<'POST /v1/invoices'>

export function createInvoice(tx: Transaction, params: Params): Invoice {
  const original = originalOf(tx, params)
  const customerId = params.customer ?? original?.customer ?? undefined
  if (customerId === undefined) throw missingParam('customer')
  const customer = inParam(tx, 'customer', customerId, 'customer')
  const own = inTimeOf(tx, customer.id)
  const method = params.collection_method ?? original?.collection_method ?? 'charge_automatically'
  if (!original || params.collection_method !== undefined) checkDue(method, params)
  const currency = original?.currency ?? currencyOf(own, params.currency, customer.id)
  const { number, effective_at, ...decorations } = readDecorations(params)
  return draftInvoice(own, {
    customer: customer.id,
    currency,
    collectionMethod: method === 'send_invoice' ? method : 'charge_automatically',
    daysUntilDue: params.days_until_due,
    dueDate: params.due_date ?? original?.due_date ?? undefined,
    billingReason: 'manual',
    parent: parentOf(own, params),
    autoAdvance: params.auto_advance ?? false,
    finalizesAt: readFinalizesAt(own, params.automatically_finalizes_at),
    description: params.description ?? original?.description,
    metadata: mergeMetadata(original?.metadata ?? {}, params.metadata),
    discounts: discountsOf(own, customer, original, params),
    defaultTaxRates: params.default_tax_rates ?? original?.default_tax_rates.map(({ id }) => id),
    defaultPaymentMethod: readMethod(own, params.default_payment_method, customer.id),
    defaultSource: readMethod(own, params.default_source, customer.id, 'default_source'),
    lines: original ? linesOf(own, original.id).map((line) => asBefore(own, line)) : [],
    takes: params.pending_invoice_items_behavior === 'include' ? takesFor(params) : undefined,
    more: {
      ...(original ? { from_invoice: { action: 'revision', invoice: original.id } } : {}),
      ...given({
        ...decorations,
        shipping_cost: readShippingCost(own, params.shipping_cost, currency),
        number: number ?? undefined,
        effective_at: effective_at ?? undefined,
      }),
    },
  })
}

function originalOf(
  tx: Transaction,
  { from_invoice: from, customer }: Params,
): Invoice | undefined {
  if (!from) return undefined
  if (customer !== undefined) {
    throw refuse('You may only specify one of these parameters: customer, from_invoice.', {
      code: 'parameters_exclusive',
      param: 'customer',
    })
  }
  const original = inParam(tx, 'invoice', from.invoice, 'from_invoice[invoice]')
  if (original.status !== 'open' && original.status !== 'uncollectible') {
    throw refuse(
      `You can only revise an invoice that is open or uncollectible; this one is ${original.status}.`,
      { param: 'from_invoice[invoice]' },
    )
  }
  return original
}

/** A line of the original, as it was. */
function asBefore(tx: Transaction, line: InvoiceLine): LineEntry {
  return {
    price: line.pricing?.price_details?.price,
    amount: line.amount,
    quantity: line.quantity,
    description: line.description,
    period: line.period,
    discounts: line.discounts.map((discount) => ({ discount })),
    metadata: line.metadata,
    taxRates: tx.db.find('invoice_line_secret', line.id)?.taxRates,
    discountable: line.discountable,
  }
}

/** Without discounts of its own an invoice inherits its customer's; an empty list stops that. */
function discountsOf(
  tx: Transaction,
  { discount }: Customer,
  original: Invoice | undefined,
  { discounts }: Params,
): readonly DiscountEntry[] {
  if (discounts === null) return []
  if (discounts !== undefined) return discounts
  if (original) return original.discounts.map((id) => ({ discount: id }))
  const isRunning = discount && (discount.end === null || discount.end > tx.now)
  return isRunning ? [{ discount: discount.id }] : []
}

function parentOf(tx: Transaction, { subscription: id }: Params): Invoice['parent'] {
  if (id === undefined) return null
  const { metadata } = inParam(tx, 'subscription', id, 'subscription')
  return subscriptionParent(id, metadata)
}

function takesFor({ subscription }: Params): Takes {
  if (subscription === undefined) return () => true
  return (item) => item.parent?.subscription_details?.subscription === subscription
}

const farthestSeconds = 5 * 365 * 24 * 60 * 60

export function readFinalizesAt(tx: Transaction, at: number | undefined): number | undefined {
  if (at !== undefined && (at <= tx.now || at > tx.now + farthestSeconds)) {
    throw refuse('automatically_finalizes_at must be in the future and within five years.', {
      param: 'automatically_finalizes_at',
    })
  }
  return at
}
