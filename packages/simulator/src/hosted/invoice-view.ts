/** Reads from an invoice what its page and its PDF show. */

import type { Invoice, InvoiceLine, PaymentIntent } from '../account/tables.ts'
import { formatMoney } from '../catalogue/money.ts'
import { linesOf } from '../invoicing/line-object.ts'
import { paymentsOf } from '../invoicing/payment-rows.ts'
import type { Account } from '../world/account.ts'
import { countryName } from './countries.ts'
import { namelessMerchant } from './order-view.ts'
import { shownDate } from './terms-text.ts'

export interface InvoiceRow {
  readonly name: string
  readonly period: string | null
  readonly quantity: string
  readonly unit: string
  readonly amount: string
}

export type InvoiceState = 'due' | 'paid' | 'processing' | 'void' | 'uncollectible'

export interface InvoiceView {
  readonly invoice: Invoice
  readonly merchant: string
  readonly state: InvoiceState
  /** The payment that waits for the customer's authentication. */
  readonly challenged: PaymentIntent | undefined
  readonly amount: string
  readonly facts: readonly (readonly [label: string, text: string])[]
  readonly billedTo: readonly string[]
  readonly rows: readonly InvoiceRow[]
  readonly sums: readonly {
    readonly label: string
    readonly amount: string
    readonly isDue: boolean
  }[]
}

export function invoiceViewOf(account: Account, id: string): InvoiceView | undefined {
  account.catchUp()
  const invoice = account.db.find('invoice', id)
  if (!invoice || invoice.status === 'draft') return undefined
  const intents = paymentsOf(account, id)
    .filter(({ status }) => status === 'open')
    .map(({ payment }) => account.db.find('payment_intent', payment.payment_intent ?? ''))
  const isProcessing = intents.some((intent) => intent?.status === 'processing')
  const state = stateOf(invoice, isProcessing)
  const shown = invoice.status === 'paid' ? invoice.total : invoice.amount_remaining
  return {
    invoice,
    merchant: invoice.account_name ?? namelessMerchant,
    state,
    challenged:
      state === 'due' ? intents.find((intent) => intent?.status === 'requires_action') : undefined,
    amount: money(invoice, shown),
    facts: factsOf(invoice),
    billedTo: billedTo(invoice),
    rows: linesOf(account, id).map((line) => rowOf(line)),
    sums: sumsOf(invoice),
  }
}

function stateOf({ status }: Invoice, isProcessing: boolean): InvoiceState {
  if (status === 'paid' || status === 'void' || status === 'uncollectible') return status
  return isProcessing ? 'processing' : 'due'
}

function factsOf(invoice: Invoice): InvoiceView['facts'] {
  const { paid_at: paid, finalized_at: finalized } = invoice.status_transitions
  const row = (label: string, at: number | null | undefined) =>
    at ? [[label, shownDate(at)] as const] : []
  return [
    ['Invoice number', invoice.number ?? invoice.id],
    ...row('Date of issue', invoice.effective_at ?? finalized),
    ...row('Date due', invoice.due_date),
    ...row('Date paid', paid),
  ]
}

function billedTo({ customer_name, customer_email, customer_address, customer_phone }: Invoice) {
  const { line1, line2, postal_code, city, state, country } = customer_address ?? {}
  const place = [postal_code, city, state].filter(Boolean).join(' ')
  const land = country && countryName(country)
  return [customer_name, line1, line2, place, land, customer_email, customer_phone].filter(
    (text): text is string => typeof text === 'string' && text !== '',
  )
}

function rowOf(line: InvoiceLine): InvoiceRow {
  const { start, end } = line.period
  const unit = line.pricing?.unit_amount_decimal
  return {
    name: line.description ?? 'Item',
    period: end > start ? `${shownDate(start)} – ${shownDate(end)}` : null,
    quantity: line.quantity === null ? '' : String(line.quantity),
    unit: unit ? formatMoney(Math.round(Number(unit)), line.currency) : '',
    amount: formatMoney(line.amount, line.currency),
  }
}

function sumsOf(invoice: Invoice): InvoiceView['sums'] {
  const row = (label: string, amount: number, isDue = false) => ({
    label,
    amount: money(invoice, amount),
    isDue,
  })
  const discount = (invoice.total_discount_amounts ?? []).reduce((sum, one) => sum + one.amount, 0)
  const tax = (invoice.total_taxes ?? []).reduce((sum, one) => sum + one.amount, 0)
  const balance = invoice.total - invoice.amount_due
  return [
    row('Subtotal', invoice.subtotal),
    ...(discount > 0 ? [row('Discount', -discount)] : []),
    ...(tax > 0 ? [row('Tax', tax)] : []),
    row('Total', invoice.total),
    ...(balance > 0 ? [row('Applied balance', -balance)] : []),
    ...(invoice.amount_paid > 0 ? [row('Amount paid', -invoice.amount_paid)] : []),
    row('Amount due', invoice.status === 'open' ? invoice.amount_remaining : 0, true),
  ]
}

function money({ currency }: Invoice, amount: number): string {
  return formatMoney(amount, currency)
}

const columns = { name: 44, quantity: 6, unit: 14, amount: 14 } as const

/** The lines of the PDF. */
export function invoiceText(view: InvoiceView): string[] {
  const { name, quantity, unit, amount } = columns
  const cells = (row: InvoiceRow) =>
    row.name.slice(0, name).padEnd(name) +
    row.quantity.padStart(quantity) +
    row.unit.padStart(unit) +
    row.amount.padStart(amount)
  const width = name + quantity + unit + amount
  return [
    `${view.merchant} (simulated)`,
    '',
    view.state === 'paid' ? 'INVOICE - PAID' : 'INVOICE',
    ...view.facts.map(([label, text]) => `${label.padEnd(18)}${text}`),
    '',
    'Bill to',
    ...view.billedTo,
    '',
    cells({
      name: 'Description',
      quantity: 'Qty',
      unit: 'Unit price',
      amount: 'Amount',
      period: null,
    }),
    '-'.repeat(width),
    ...view.rows.flatMap((row) => [cells(row), ...(row.period ? [`  ${row.period}`] : [])]),
    '-'.repeat(width),
    ...view.sums.map(
      ({ label, amount: sum }) => `${label.padStart(width - amount)}${sum.padStart(amount)}`,
    ),
    '',
    'Made by a simulator. No money was moved, and none is owed.',
  ]
}
