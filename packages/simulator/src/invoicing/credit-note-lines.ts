/** The lines of a credit note: parts of an invoice's lines, or lines of its own, and what they sum to. */
import type { Stripe } from 'stripe'
import type { Invoice, InvoiceLine, TaxRate } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { missingParam, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { mergeMetadata } from '../http/route.ts'
import type { Stored } from '../wire.ts'
import { taxRates } from './invoice-object.ts'
import { linesOf } from './line-object.ts'
import { gather, gatherTaxes, included, sum, taxesOn } from './totals.ts'

export type CreditNoteParams =
  | ParamsOf<'POST /v1/credit_notes'>
  | ParamsOf<'GET /v1/credit_notes/preview'>
type LineParams = NonNullable<CreditNoteParams['lines']>[number]
export type CreditNoteLine = Stored<Stripe.CreditNoteLineItem>

export function creditedLines(
  tx: Transaction,
  invoice: Invoice,
  params: CreditNoteParams,
): CreditNoteLine[] {
  const { amount, lines } = params
  if (amount !== undefined && lines === undefined) {
    if (amount <= 0) {
      throw refuse('The amount of a credit note must be greater than 0.', { param: 'amount' })
    }
    return [
      customLine(tx, invoice, { type: 'custom_line_item', quantity: 1, unit_amount: amount }, ''),
    ]
  }
  if (lines === undefined || lines.length === 0) {
    throw refuse('One of `amount`, `lines`, or `shipping_cost` must be provided.', {
      code: 'parameter_missing',
      param: 'lines',
    })
  }
  return lines.map((line, index) => {
    const at = `lines[${index}]`
    if (line.tax_amounts) {
      throw refuse('The simulator does not simulate tax amounts of your own yet.', {
        param: `${at}[tax_amounts]`,
      })
    }
    if (line.type === 'custom_line_item') return customLine(tx, invoice, line, at)
    return partOfLine(tx, invoice, line, at)
  })
}

function customLine(
  tx: Transaction,
  invoice: Invoice,
  entry: LineParams,
  at: string,
): CreditNoteLine {
  const { unit_amount: unit, unit_amount_decimal: exact, quantity = 1 } = entry
  const price = exact ?? (unit === undefined ? undefined : String(unit))
  if (price === undefined) throw missingParam(`${at}[unit_amount]`)
  const amount = Math.round(Number(price) * quantity)
  const rates = taxRates(tx, entry.tax_rates ?? [], `${at}[tax_rates]`)
  return {
    ...newLine(tx, entry, amount, rates),
    quantity,
    taxes: taxesOn(amount, rates, exemptionOf(invoice)),
    type: 'custom_line_item',
    unit_amount: Number.isInteger(Number(price)) ? Number(price) : null,
    unit_amount_decimal: price,
  }
}

function partOfLine(
  tx: Transaction,
  invoice: Invoice,
  entry: LineParams,
  at: string,
): CreditNoteLine {
  const id = entry.invoice_line_item
  if (id === undefined) throw missingParam(`${at}[invoice_line_item]`)
  const line = linesOf(tx, invoice.id).find((one) => one.id === id)
  if (!line) {
    throw refuse(`The invoice ${invoice.id} has no line item ${id}.`, {
      code: 'resource_missing',
      param: `${at}[invoice_line_item]`,
    })
  }
  const unit = Number(line.pricing?.unit_amount_decimal ?? line.amount)
  const quantity = entry.quantity ?? (entry.amount === undefined ? line.quantity : null)
  const byQuantity = quantity === line.quantity ? line.amount : Math.round(unit * (quantity ?? 1))
  const amount = entry.amount ?? byQuantity
  if (amount > line.amount) {
    throw refuse(`The line item ${id} is of ${line.amount}; ${amount} cannot be credited.`, {
      param: `${at}[amount]`,
    })
  }
  const part = line.amount === 0 ? 0 : amount / line.amount
  const discounts = (line.discount_amounts ?? []).map((cut) => ({
    ...cut,
    amount: Math.round(cut.amount * part),
  }))
  const rates = ratesOf(tx, invoice, line)
  const made = newLine(tx, entry, amount, rates)
  const net = amount - sum(discounts.map((cut) => cut.amount))
  return {
    ...made,
    description: line.description,
    discount_amount: amount - net,
    discount_amounts: discounts,
    invoice_line_item: id,
    pretax_credit_amounts: discounts.map((cut) => ({ ...cut, type: 'discount' as const })),
    quantity,
    taxes: taxesOn(net, rates, exemptionOf(invoice)),
    type: 'invoice_line_item',
    unit_amount: Number.isInteger(unit) ? unit : null,
    unit_amount_decimal: line.pricing?.unit_amount_decimal ?? null,
  }
}

function ratesOf(tx: Transaction, invoice: Invoice, line: InvoiceLine): TaxRate[] {
  const own = tx.db.find('invoice_line_secret', line.id)?.taxRates
  return own ? taxRates(tx, own, 'tax_rates') : invoice.default_tax_rates
}

function exemptionOf({ customer_tax_exempt: exempt }: Invoice): 'exempt' | 'none' | 'reverse' {
  return exempt === 'exempt' || exempt === 'reverse' ? exempt : 'none'
}

function newLine(
  tx: Transaction,
  entry: LineParams,
  amount: number,
  rates: readonly TaxRate[],
): Omit<CreditNoteLine, 'quantity' | 'taxes' | 'type' | 'unit_amount' | 'unit_amount_decimal'> {
  return {
    id: tx.newId('cnli_1'),
    object: 'credit_note_line_item',
    amount,
    description: entry.description ?? null,
    discount_amount: 0,
    discount_amounts: [],
    livemode: false,
    metadata: mergeMetadata({}, entry.metadata),
    pretax_credit_amounts: [],
    tax_rates: [...rates],
  }
}

/** What the lines come to, in the fields of the note. */
export function creditTotals(lines: readonly CreditNoteLine[]) {
  const taxes = lines.flatMap((line) => line.taxes ?? [])
  const discount = sum(lines.map((line) => line.discount_amount))
  const subtotal = sum(lines.map(({ amount }) => amount))
  const inside = included(taxes)
  const total = subtotal - discount + sum(taxes.map(({ amount }) => amount)) - inside
  const discountAmounts = gather(lines.flatMap((line) => line.discount_amounts))
  return {
    amount: total,
    discount_amount: discount,
    discount_amounts: discountAmounts,
    pretax_credit_amounts: discountAmounts.map((cut) => ({ ...cut, type: 'discount' as const })),
    subtotal,
    subtotal_excluding_tax: subtotal - inside,
    total,
    total_excluding_tax: subtotal - discount - inside,
    total_taxes: gatherTaxes(taxes),
  }
}
