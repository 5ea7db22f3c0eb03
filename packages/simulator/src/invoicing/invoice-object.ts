/** Makes drafts of invoices in Stripe's full shape, without their lines and sums. */
import type { Customer, Invoice, TaxRate } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inParam } from '../http/route.ts'
import type { InvoiceEntry } from './entry.ts'
import { firstLines } from './line-object.ts'

const day = 24 * 60 * 60

/** `tx` is in the customer's time. */
export function newInvoice(
  tx: Transaction,
  id: string,
  entry: InvoiceEntry,
  customer: Customer,
): Invoice {
  const isSent = entry.collectionMethod === 'send_invoice'
  const draft: Invoice = {
    id,
    object: 'invoice',
    account_country: 'US',
    account_name: 'Simulator',
    account_tax_ids: null,
    amount_due: 0,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_paid_off_stripe: 0,
    amount_remaining: 0,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: entry.autoAdvance,
    automatic_tax: {
      disabled_reason: null,
      enabled: false,
      liability: null,
      provider: null,
      status: null,
    },
    automatically_finalizes_at: finalizesAt(tx, entry),
    billing_reason: entry.billingReason,
    collection_method: entry.collectionMethod,
    created: tx.now,
    currency: entry.currency,
    custom_fields: customer.invoice_settings.custom_fields,
    customer: customer.id,
    customer_account: null,
    ...billedTo(tx, customer),
    default_payment_method: entry.defaultPaymentMethod ?? null,
    default_source: entry.defaultSource ?? null,
    default_tax_rates: taxRates(tx, entry.defaultTaxRates ?? [], 'default_tax_rates'),
    description: entry.description ?? null,
    discounts: [],
    due_date: isSent ? (entry.dueDate ?? tx.now + (entry.daysUntilDue ?? 0) * day) : null,
    effective_at: null,
    ending_balance: null,
    footer: customer.invoice_settings.footer,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    lines: firstLines(id, []),
    livemode: false,
    metadata: { ...entry.metadata },
    next_payment_attempt: isSent ? null : finalizesAt(tx, entry),
    number: null,
    on_behalf_of: entry.onBehalfOf ?? null,
    parent: entry.parent,
    payment_settings: {
      default_mandate: null,
      payment_method_options: null,
      payment_method_types: null,
    },
    period_end: entry.periodEnd ?? tx.now,
    period_start: entry.periodStart ?? tx.now,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: customer.balance,
    statement_descriptor: null,
    status: 'draft',
    status_transitions: {
      finalized_at: null,
      marked_uncollectible_at: null,
      paid_at: null,
      voided_at: null,
    },
    subtotal: 0,
    subtotal_excluding_tax: 0,
    test_clock: customer.test_clock ?? null,
    total: 0,
    total_discount_amounts: [],
    total_excluding_tax: 0,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: tx.now,
  }
  return { ...draft, ...entry.more }
}

function finalizesAt(tx: Transaction, { autoAdvance, finalizesAt: at }: InvoiceEntry) {
  if (at !== undefined) return at
  return autoAdvance ? tx.now + tx.rules.finalizeAfterSeconds : null
}

/** What an invoice copies from its customer until it is finalised. */
export function billedTo(
  tx: Transaction,
  customer: Customer,
): Pick<
  Invoice,
  | 'customer_address'
  | 'customer_email'
  | 'customer_name'
  | 'customer_phone'
  | 'customer_shipping'
  | 'customer_tax_exempt'
  | 'customer_tax_ids'
> {
  const taxIds = tx.db.where('tax_id', 'customer', customer.id).reverse()
  return {
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    customer_shipping: customer.shipping,
    customer_tax_exempt: customer.tax_exempt ?? 'none',
    customer_tax_ids: taxIds.map(({ type, value }) => ({ type, value })),
  }
}

export function taxRates(tx: Transaction, ids: readonly string[], param: string): TaxRate[] {
  return ids.map((id, index) => inParam(tx, 'tax_rate', id, `${param}[${index}]`))
}
