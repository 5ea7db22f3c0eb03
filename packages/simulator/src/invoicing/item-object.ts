/** Invoice items: charges and credits of a customer that wait for an invoice, or were put on a draft. */
import type { InvoiceItem } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { inParam } from '../http/route.ts'
import { tellChanged } from './changed.ts'
import { addLine, recalculate, redeem, rememberCurrency } from './draft.ts'
import type { LineEntry } from './entry.ts'
import { taxRates } from './invoice-object.ts'
import { lineOfItem, priceIn, pricingOf, unitOf } from './line-object.ts'

export interface ItemEntry extends Omit<LineEntry, 'invoiceItem' | 'period' | 'quantity'> {
  readonly customer: string
  readonly currency: string
  /** A draft to put it on; it is pending when left out. */
  readonly invoice?: string | undefined
  readonly quantity?: number | undefined
  /** The present moment when left out. */
  readonly period?: LineEntry['period'] | undefined
}

/** Stores the item and tells of it; on a draft it becomes a line at once. */
export function addInvoiceItem(tx: Transaction, entry: ItemEntry): InvoiceItem {
  const own = inTimeOf(tx, entry.customer)
  const item = storeItem(own, entry)
  if (item.invoice !== null) {
    const invoice = inParam(own, 'invoice', item.invoice, 'invoice')
    addLine(own, invoice, lineOfItem(item))
    tellChanged(own, invoice, recalculate(own, invoice))
  }
  return item
}

/** The same without the line. */
export function storeItem(tx: Transaction, entry: ItemEntry): InvoiceItem {
  const item = tx.db.put('invoiceitem', newItem(tx, entry))
  rememberCurrency(tx, item)
  tx.emit('invoiceitem.created', item)
  return item
}

function newItem(tx: Transaction, entry: ItemEntry): InvoiceItem {
  const { customer: customerId, currency, proration = false, quantity = 1 } = entry
  const customer = inParam(tx, 'customer', customerId, 'customer')
  const id = tx.newId('ii_1')
  const price = entry.price === undefined ? undefined : inParam(tx, 'price', entry.price, 'price')
  const priced = priceIn(price, currency, quantity)
  const amount = entry.amount ?? priced.amount
  const target = { customer: customerId, invoiceItem: id }
  return {
    id,
    object: 'invoiceitem',
    amount,
    currency,
    customer: customerId,
    customer_account: null,
    date: tx.now,
    description: entry.description ?? null,
    discountable: entry.discountable ?? (!proration && amount >= 0),
    discounts: (entry.discounts ?? []).map((one) => redeem(tx, one, target)),
    invoice: entry.invoice ?? null,
    livemode: false,
    metadata: { ...entry.metadata },
    parent: parentOf(entry),
    period: entry.period ?? { end: tx.now, start: tx.now },
    pricing: pricingOf(price, priced.unit ?? unitOf(amount, quantity)),
    proration,
    ...(proration ? { proration_details: prorationOf(entry) } : {}),
    quantity,
    quantity_decimal: String(quantity),
    tax_rates: taxRates(tx, entry.taxRates ?? [], 'tax_rates'),
    test_clock: customer.test_clock ?? null,
  }
}

function parentOf({ subscription, subscriptionItem }: ItemEntry): InvoiceItem['parent'] {
  if (subscription === undefined || subscription === null) return null
  return {
    subscription_details: {
      subscription,
      ...(subscriptionItem ? { subscription_item: subscriptionItem } : {}),
    },
    type: 'subscription_details',
  }
}

function prorationOf({
  creditedItems: credited,
  discountAmounts: cuts = [],
}: ItemEntry): NonNullable<InvoiceItem['proration_details']> {
  return {
    credited_items: credited
      ? {
          invoice_line_item_details: {
            invoice: credited.invoice,
            invoice_line_items: [...credited.invoice_line_items],
          },
          type: 'invoice_line_items',
        }
      : null,
    discount_amounts: cuts.map((cut) => ({ ...cut })),
  }
}
