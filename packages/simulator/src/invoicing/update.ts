/** Changes of an invoice at a caller's request: all of a draft, little of what is finalised. */
import type { Invoice } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { given, mergeMetadata } from '../http/route.ts'
import { tellChanged } from './changed.ts'
import { readFinalizesAt } from './create.ts'
import { recalculate, redeem, scheduleFinalization } from './draft.ts'
import { taxRates } from './invoice-object.ts'
import { checkDue, readDecorations, readMethod, readShippingCost } from './invoice-params.ts'

type Params = ParamsOf<'POST /v1/invoices/:id'>

/** Once finalised, money, dates and the way of collection stay. */
const locked = [
  'account_tax_ids',
  'automatically_finalizes_at',
  'collection_method',
  'custom_fields',
  'days_until_due',
  'default_tax_rates',
  'discounts',
  'due_date',
  'effective_at',
  'number',
  'shipping_cost',
  'shipping_details',
] as const

export function updateInvoice(tx: Transaction, before: Invoice, params: Params): Invoice {
  const isDraft = before.status === 'draft'
  const fixed = isDraft ? undefined : locked.find((name) => params[name] !== undefined)
  if (fixed !== undefined) {
    throw refuse(`Finalized invoices can't be updated in this way: '${fixed}' is fixed.`, {
      code: 'invoice_not_editable',
      param: fixed,
    })
  }
  const own = inTimeOf(tx, before.customer)
  const changed: Invoice = {
    ...before,
    ...given(readDecorations(params)),
    ...collection(own, before, params),
    ...given({
      description: params.description,
      shipping_cost: readShippingCost(own, params.shipping_cost, before.currency),
      default_payment_method: readMethod(own, params.default_payment_method, before.customer),
      default_source:
        params.default_source === null
          ? null
          : readMethod(own, params.default_source, before.customer, 'default_source'),
      default_tax_rates:
        params.default_tax_rates === undefined
          ? undefined
          : taxRates(own, params.default_tax_rates ?? [], 'default_tax_rates'),
      discounts: discountsOf(own, before, params.discounts),
    }),
    metadata: mergeMetadata(
      before.metadata,
      params.metadata ?? (params.metadata === null ? null : {}),
    ),
  }
  const after = isDraft ? recalculate(own, changed) : own.db.put('invoice', changed)
  tellChanged(own, before, after)
  plan(own, before, after)
  return after
}

function discountsOf(
  tx: Transaction,
  { id, customer }: Invoice,
  discounts: Params['discounts'],
): string[] | undefined {
  if (discounts === null) return []
  return discounts?.map((one) => redeem(tx, one, { customer, invoice: id }))
}

const day = 24 * 60 * 60

/** How it is collected, and when it advances by itself. */
function collection(tx: Transaction, before: Invoice, params: Params): Partial<Invoice> {
  const method = params.collection_method ?? before.collection_method
  const { days_until_due: days, due_date: date } = params
  if (method !== before.collection_method || days !== undefined || date !== undefined) {
    checkDue(method, params)
  }
  const isSent = method === 'send_invoice'
  const due = date ?? (days === undefined ? before.due_date : before.created + days * day)
  const advance = params.auto_advance ?? before.auto_advance ?? false
  const at = advanceAt(tx, before, params, advance)
  return {
    auto_advance: advance,
    automatically_finalizes_at: before.status === 'draft' ? at : null,
    collection_method: method,
    due_date: isSent ? due : null,
    next_payment_attempt: isSent ? null : at,
  }
}

/** Of a draft, when it finalises; of an open invoice, when it is next tried. */
function advanceAt(
  tx: Transaction,
  before: Invoice,
  { auto_advance: named, automatically_finalizes_at: at }: Params,
  advance: boolean,
): number | null {
  const isDraft = before.status === 'draft'
  const known = isDraft ? before.automatically_finalizes_at : before.next_payment_attempt
  if (at !== undefined) return readFinalizesAt(tx, at) ?? null
  if (named === undefined || before.auto_advance === named) return known
  if (!advance) return null
  return isDraft || before.status === 'open' ? tx.now + tx.rules.finalizeAfterSeconds : null
}

function plan(tx: Transaction, before: Invoice, after: Invoice): void {
  if (after.status === 'draft') {
    const isPutOff = after.automatically_finalizes_at !== before.automatically_finalizes_at
    if (isPutOff) scheduleFinalization(tx, after)
    return
  }
  const at = after.next_payment_attempt
  if (at === null || at === before.next_payment_attempt) return
  tx.schedule((at - tx.now) * 1000, { kind: 'collect_invoice', invoiceId: after.id })
}
