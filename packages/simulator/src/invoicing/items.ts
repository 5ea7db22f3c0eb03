/** The routes of invoice items. */
import type { Invoice, InvoiceItem } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { within } from '../http/common-params.ts'
import { missingParam, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { bury, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, inParam, inPath, mergeMetadata, type Route } from '../http/route.ts'
import { tellChanged } from './changed.ts'
import { recalculate } from './draft.ts'
import { changeItem, readPeriod } from './item-changes.ts'
import { addInvoiceItem } from './item-object.ts'
import { type Charge, currencyOf, readCharge } from './item-params.ts'
import { followItem, lineBehind, removeLine } from './lines.ts'
import { requireDraft } from './transitions.ts'

const path = '/v1/invoiceitems'

function create(tx: Transaction, params: ParamsOf<'POST /v1/invoiceitems'>): InvoiceItem {
  const draft = params.invoice === undefined ? undefined : draftOf(tx, params.invoice)
  const customerId = params.customer ?? draft?.customer ?? undefined
  if (customerId === undefined) throw missingParam('customer')
  const customer = inParam(tx, 'customer', customerId, 'customer')
  if (draft && draft.customer !== customer.id) {
    throw refuse('The customer of the invoice item must be that of the invoice.', {
      param: 'customer',
    })
  }
  if (params.subscription !== undefined) {
    inParam(tx, 'subscription', params.subscription, 'subscription')
  }
  const own = inTimeOf(tx, customer.id)
  const charge: Charge = readCharge(own, params, { quantity: 1 }) ?? { amount: 0, quantity: 1 }
  const currency = currencyOf(own, params.currency ?? draft?.currency, customer.id, charge)
  if (draft && draft.currency !== currency) {
    throw refuse(
      `The currency of the invoice item (${currency}) does not match that of the invoice (${draft.currency}).`,
      { param: 'currency' },
    )
  }
  return addInvoiceItem(own, {
    ...charge,
    customer: customer.id,
    currency,
    description: params.description ?? productName(own, charge),
    discountable: params.discountable,
    discounts: params.discounts ?? [],
    invoice: draft?.id,
    metadata: mergeMetadata({}, params.metadata),
    period: readPeriod(params.period),
    subscription: params.subscription,
    taxRates: params.tax_rates,
  })
}

function draftOf(tx: Transaction, id: string): Invoice {
  const invoice = inParam(tx, 'invoice', id, 'invoice')
  requireDraft(invoice)
  return invoice
}

function productName(tx: Transaction, { price: id }: Charge): string | null {
  const product = tx.db.find('price', id ?? '')?.product
  return tx.db.find('product', product ?? '')?.name ?? null
}

function update(
  tx: Transaction,
  before: InvoiceItem,
  params: ParamsOf<'POST /v1/invoiceitems/:id'>,
): InvoiceItem {
  const own = inTimeOf(tx, before.customer)
  const invoice = before.invoice === null ? undefined : draftOf(own, before.invoice)
  const after = changeItem(own, before, params)
  if (invoice) {
    followItem(own, after)
    tellChanged(own, invoice, recalculate(own, invoice))
  }
  return after
}

export const itemRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => create(tx, params), {
    refuses: ['customer_account', 'tax_behavior', 'tax_code'],
  }),
  retrieveRoute(`GET ${path}/:id`, 'invoiceitem'),
  api(
    `POST ${path}/:id`,
    ({ tx, ids, params }) => update(tx, inPath(tx, 'invoiceitem', ids[0]), params),
    { refuses: ['tax_behavior', 'tax_code', 'invoicing_rules'] },
  ),
  api(`DELETE ${path}/:id`, ({ tx, ids }) => {
    const item = inPath(tx, 'invoiceitem', ids[0])
    const own = inTimeOf(tx, item.customer)
    const invoice = item.invoice === null ? undefined : draftOf(own, item.invoice)
    const line = invoice && lineBehind(own, invoice.id, item.id)
    const gone = bury(own, 'invoiceitem', item, 'invoiceitem.deleted')
    if (invoice && line) {
      removeLine(own, line)
      tellChanged(own, invoice, recalculate(own, invoice))
    }
    return gone
  }),
  listRoute(
    `GET ${path}`,
    'invoiceitem',
    (item, { created, pending }) =>
      within(item.date, created) && (pending === undefined || (item.invoice === null) === pending),
    ['created'],
  ),
]
