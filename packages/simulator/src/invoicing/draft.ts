/** Drafts of invoices: made and stored, worked out again, or only looked at. */
import type { Coupon, Invoice, InvoiceItem, InvoiceLine } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { couponOf, newDiscount, redeemable } from '../catalogue/discounts.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { dropDiscount } from '../customers/customer-discount.ts'
import { inParam } from '../http/route.ts'
import type { DiscountEntry, InvoiceEntry, LineEntry } from './entry.ts'
import { newInvoice } from './invoice-object.ts'
import { lineOfItem, newLine } from './line-object.ts'
import { type Sheet, storedSheet, workedOut } from './sheet.ts'

/** Makes a discount of an entry, or finds the one that it names; answers its id. */
export type Redeem = (entry: DiscountEntry) => string

/** Stores a draft with its lines and tells of it. Pending items that `entry.takes` come first. */
export function draftInvoice(tx: Transaction, entry: InvoiceEntry): Invoice {
  const own = inTimeOf(tx, entry.customer)
  const id = own.newId('in_1')
  const items = entry.takes ? pendingItems(own, entry).filter(entry.takes) : []
  const sheet = sheetOf(own, id, entry, items, (one) =>
    redeem(own, one, { customer: entry.customer, invoice: id }),
  )
  if (entry.settled) own.db.put('invoice_secret', { id, settled: entry.settled })
  for (const item of items) own.db.put('invoiceitem', { ...item, invoice: id })
  const { invoice } = keep(own, workedOut(own, sheet))
  rememberCurrency(own, invoice)
  own.emit('invoice.created', invoice)
  useUpDiscount(own, invoice)
  scheduleFinalization(own, invoice)
  return invoice
}

/** The invoice as it would be; nothing is stored, and nobody is told. */
export function previewInvoice(tx: Transaction, entry: InvoiceEntry): Invoice {
  const own = inTimeOf(tx, entry.customer)
  const coupons = new Map<string, Coupon>()
  const consider = (one: DiscountEntry): string => {
    if (one.discount !== undefined) return one.discount
    const { coupon } = redeemable(own, redeemed(one), { customer: entry.customer })
    const id = own.newId('di_1')
    coupons.set(id, coupon)
    return id
  }
  const items = entry.takes ? pendingItems(own, entry).filter(entry.takes) : []
  const sheet = sheetOf(own, own.newId('upcoming_in_1'), entry, items, consider)
  return workedOut(own, { ...sheet, coupons }).invoice
}

/** Works out a stored draft's sums again after a change; tells nobody. */
export function recalculate(tx: Transaction, invoice: Invoice): Invoice {
  const own = inTimeOf(tx, invoice.customer)
  return keep(own, workedOut(own, storedSheet(own, invoice))).invoice
}

function sheetOf(
  tx: Transaction,
  id: string,
  entry: InvoiceEntry,
  items: readonly InvoiceItem[],
  redeemWith: Redeem,
): Sheet {
  const customer = inParam(tx, 'customer', entry.customer, 'customer')
  const invoice: Invoice = {
    ...newInvoice(tx, id, entry, customer),
    discounts: (entry.discounts ?? []).map(redeemWith),
  }
  const rates = new Map<string, readonly string[]>()
  const entries = [...items.map(lineOfItem), ...entry.lines]
  const lines = entries.map((one) => {
    const line = newLine(tx, { invoice: id, currency: entry.currency }, one, [
      ...(one.discounts ?? []).map(redeemWith),
    ])
    if (one.taxRates && one.taxRates.length > 0) rates.set(line.id, one.taxRates)
    return line
  })
  return { invoice, lines, rates, coupons: new Map() }
}

/** Adds a line to a stored draft, whose sums are then to be worked out again. */
export function addLine(tx: Transaction, invoice: Invoice, entry: LineEntry): InvoiceLine {
  const owner = { invoice: invoice.id, currency: invoice.currency }
  const discounts = (entry.discounts ?? []).map((one) =>
    redeem(tx, one, { customer: invoice.customer, invoiceItem: entry.invoiceItem }),
  )
  const line = tx.db.put('line_item', newLine(tx, owner, entry, discounts))
  if (entry.taxRates && entry.taxRates.length > 0) {
    tx.db.put('invoice_line_secret', { id: line.id, taxRates: [...entry.taxRates] })
  }
  return line
}

function keep(tx: Transaction, sheet: Sheet): Sheet {
  for (const line of sheet.lines) tx.db.put('line_item', line)
  for (const [id, taxRates] of sheet.rates) tx.db.put('invoice_line_secret', { id, taxRates })
  tx.db.put('invoice', sheet.invoice)
  return sheet
}

function pendingItems(tx: Transaction, { customer, currency }: InvoiceEntry): InvoiceItem[] {
  return tx.db
    .where('invoiceitem', 'customer', customer)
    .filter((item) => item.invoice === null && item.currency === currency)
}

function redeemed({ coupon, promotion_code }: DiscountEntry) {
  return { coupon, promotionCode: promotion_code }
}

export function redeem(
  tx: Transaction,
  entry: DiscountEntry,
  target: Parameters<typeof newDiscount>[2],
): string {
  if (entry.discount !== undefined) return inParam(tx, 'discount', entry.discount, 'discounts').id
  return newDiscount(tx, redeemed(entry), target).id
}

/** A discount that the customer has for one invoice was for the first that it takes something off. */
export function useUpDiscount(
  tx: Transaction,
  { customer: id, total_discount_amounts: cuts }: Invoice,
): void {
  const customer = tx.db.find('customer', id ?? '')
  const discount = customer?.discount
  if (!customer || !discount || couponOf(tx, discount.id).duration !== 'once') return
  const isUsed = cuts?.some((cut) => cut.discount === discount.id && cut.amount > 0)
  if (isUsed) dropDiscount(tx, customer)
}

/** The currency of a customer's first bill stays theirs. */
export function rememberCurrency(
  tx: Transaction,
  { customer: id, currency }: { readonly customer: string | null; readonly currency: string },
): void {
  const customer = tx.db.find('customer', id ?? '')
  if (!customer || customer.currency) return
  tx.emit('customer.updated', tx.db.put('customer', { ...customer, currency }), { currency: null })
}

export function scheduleFinalization(tx: Transaction, invoice: Invoice): void {
  const at = invoice.automatically_finalizes_at
  if (at === null) return
  tx.schedule((at - tx.now) * 1000, { kind: 'finalize_invoice', invoiceId: invoice.id })
}
