/** Invoices of a subscription: made with its terms, collected at once or by themselves, or left as a pause says. */
import type { Invoice, InvoiceItem, Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { draftInvoice } from '../invoicing/draft.ts'
import { markUncollectible, voidInvoice } from '../invoicing/end.ts'
import { type InvoiceEntry, type LineEntry, subscriptionParent } from '../invoicing/entry.ts'
import { finalizeInvoice } from '../invoicing/finalize.ts'
import { advanceInvoice } from '../invoicing/pay.ts'
import { endSpentDiscounts, runningDiscounts } from './discounts.ts'
import type { Period } from './periods.ts'
import { changeSubscription } from './save.ts'

export interface Bill {
  readonly reason:
    | 'automatic_pending_invoice_item_invoice'
    | 'subscription_create'
    | 'subscription_cycle'
    | 'subscription_update'
  readonly lines: readonly LineEntry[]
  /** What the invoice calls its period: the one that has passed. */
  readonly period: Period
  /** It takes pending items of this subscription alone. */
  readonly leavesPending?: boolean
}

/** What the subscription tells its invoices. */
export function invoiceEntry(
  tx: Transaction,
  of: Subscription,
  { reason, lines, period, leavesPending = false }: Bill,
): InvoiceEntry {
  const discounts = runningDiscounts(tx, of, Math.max(period.end, tx.now))
  return {
    customer: of.customer,
    currency: of.currency,
    collectionMethod:
      of.collection_method === 'send_invoice' ? 'send_invoice' : 'charge_automatically',
    daysUntilDue: of.days_until_due ?? undefined,
    billingReason: reason,
    parent: subscriptionParent(of.id, of.metadata),
    autoAdvance: !isCollectionPaused(of),
    description: of.invoice_settings.description,
    discounts: discounts.map((discount) => ({ discount })),
    defaultTaxRates: (of.default_tax_rates ?? []).map(({ id }) => id),
    periodStart: period.start,
    periodEnd: period.end,
    lines,
    takes: (item) => (leavesPending ? subscriptionOf(item) === of.id : isFor(item, of.id)),
    more: {
      ...(of.invoice_settings.custom_fields
        ? { custom_fields: of.invoice_settings.custom_fields }
        : {}),
      ...(of.invoice_settings.footer === null ? {} : { footer: of.invoice_settings.footer }),
      payment_settings: {
        default_mandate: null,
        payment_method_options: null,
        payment_method_types: of.payment_settings?.payment_method_types ?? null,
      },
    },
  }
}

/** Pending items of this subscription, and those of its customer that are for none. */
function isFor(item: InvoiceItem, id: string): boolean {
  return (subscriptionOf(item) ?? id) === id
}

function subscriptionOf({ parent }: InvoiceItem): string | undefined {
  return parent?.subscription_details?.subscription
}

export function pendingItems(tx: Transaction, { customer, id }: Subscription): InvoiceItem[] {
  return tx.db
    .where('invoiceitem', 'customer', customer)
    .filter((item) => item.invoice === null && isFor(item, id))
}

/** Its invoices are made, and nobody is charged for them. */
function isCollectionPaused({ pause_collection: pause, status }: Subscription): boolean {
  return pause !== null || status === 'unpaid'
}

export interface Drafted {
  readonly invoice: Invoice
  /** Its collection is paused: what was to become of it has been done. */
  readonly rests: boolean
}

/** An invoice that the subscription calls its latest: a draft, or what its paused collection makes of it. */
export function draftBill(tx: Transaction, of: Subscription, bill: Bill): Drafted {
  const draft = draftInvoice(tx, invoiceEntry(tx, of, bill))
  changeSubscription(tx, of, { latest_invoice: draft.id })
  endSpentDiscounts(tx, of, [
    ...(draft.total_discount_amounts ?? []).map(({ amount, discount }) => ({
      amount,
      discount: String(discount),
    })),
    ...bill.lines.flatMap(({ discountAmounts = [] }) => discountAmounts),
  ])
  if (!isCollectionPaused(of)) return { invoice: draft, rests: false }
  return { invoice: asPauseSays(tx, of, draft), rests: true }
}

function asPauseSays(
  tx: Transaction,
  { pause_collection: pause }: Subscription,
  draft: Invoice,
): Invoice {
  if (pause === null || pause.behavior === 'keep_as_draft') return draft
  const open = finalizeInvoice(tx, draft)
  if (open.status !== 'open') return open
  return pause.behavior === 'void' ? voidInvoice(tx, open) : markUncollectible(tx, open)
}

/** Drafts and collects in this request, as Stripe does with what is billed at once, unless collection is paused. */
export function billNow(
  tx: Transaction,
  of: Subscription,
  bill: Bill,
  collect = (draft: Invoice): Invoice => advanceInvoice(tx, draft),
): Invoice {
  const { invoice, rests } = draftBill(tx, of, bill)
  return rests ? invoice : collect(invoice)
}
