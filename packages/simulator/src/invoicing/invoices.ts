/** The routes of invoices. */
import type { Invoice } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { findMethod } from '../customers/instruments.ts'
import { timeRange, within } from '../http/common-params.ts'
import { refuse } from '../http/errors.ts'
import { listPageBy } from '../http/list-page.ts'
import { bury, retrieveRoute } from '../http/resource.ts'
import { api, inPath, type Route } from '../http/route.ts'
import { attachPayment } from './attach.ts'
import { createInvoice } from './create.ts'
import { markUncollectible, voidInvoice } from './end.ts'
import { finalizeInvoice } from './finalize.ts'
import { readMethod, refused } from './invoice-params.ts'
import { itemBehind, linesOf } from './line-object.ts'
import { removeLine } from './lines.ts'
import { collectInvoice, payOrRefuse, refuseWhileUnderWay } from './pay.ts'
import { requireDraft } from './transitions.ts'
import { updateInvoice } from './update.ts'

const path = '/v1/invoices'

/** Its items wait for another invoice; what is of a subscription's period goes with it. */
function deleteDraft(tx: Transaction, invoice: Invoice) {
  requireDraft(invoice)
  if (invoice.parent?.subscription_details && invoice.billing_reason !== 'manual') {
    throw refuse('You can only delete draft invoices that are not from a subscription.')
  }
  const own = inTimeOf(tx, invoice.customer)
  for (const line of linesOf(own, invoice.id)) {
    removeLine(own, line)
    const item = own.db.find('invoiceitem', itemBehind(line) ?? '')
    if (item) own.db.put('invoiceitem', { ...item, invoice: null })
  }
  return bury(own, 'invoice', invoice, 'invoice.deleted')
}

/** A draft is finalised first, as Stripe does when it sends by itself. */
function send(tx: Transaction, invoice: Invoice): Invoice {
  if (invoice.collection_method !== 'send_invoice') {
    throw refuse(
      "You can only manually send an invoice if its collection method is 'send_invoice'.",
    )
  }
  const own = inTimeOf(tx, invoice.customer)
  const open = invoice.status === 'draft' ? finalizeInvoice(own, invoice) : invoice
  if (open.status === 'void' || open.status === 'uncollectible') {
    throw refuse(`You cannot send an invoice that is ${open.status}.`)
  }
  own.emit('invoice.sent', open)
  return open
}

/** With `auto_advance` the automatic collection begins at once. */
function finalize(tx: Transaction, draft: Invoice, autoAdvance: boolean | undefined): Invoice {
  const advance = autoAdvance ?? draft.auto_advance ?? false
  const open = finalizeInvoice(tx, { ...draft, auto_advance: advance })
  const isCharged = open.collection_method === 'charge_automatically'
  return advance && isCharged && open.status === 'open' ? collectInvoice(tx, open) : open
}

export const invoiceRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => createInvoice(tx, params), { refuses: refused }),
  retrieveRoute(`GET ${path}/:id`, 'invoice'),
  api(
    `POST ${path}/:id`,
    ({ tx, ids, params }) => updateInvoice(tx, inPath(tx, 'invoice', ids[0]), params),
    { refuses: refused.filter((name) => name !== 'customer_account') },
  ),
  api(`DELETE ${path}/:id`, ({ tx, ids }) => deleteDraft(tx, inPath(tx, 'invoice', ids[0]))),
  api(`POST ${path}/:id/finalize`, ({ tx, ids, params }) =>
    finalize(tx, inPath(tx, 'invoice', ids[0]), params.auto_advance),
  ),
  api(
    `POST ${path}/:id/pay`,
    ({ tx, ids, params }) => {
      const invoice = inPath(tx, 'invoice', ids[0])
      const named = params.payment_method ?? params.source
      const param = params.payment_method === undefined ? 'source' : 'payment_method'
      const id = readMethod(tx, named, invoice.customer, param)
      return payOrRefuse(tx, invoice, {
        method: id === undefined ? undefined : findMethod(tx, id, param),
        offSession: params.off_session,
        outOfBand: params.paid_out_of_band,
      })
    },
    // `forgive` concerns sources with a balance of their own; a card always pays the whole.
    { refuses: ['mandate'] },
  ),
  api(`POST ${path}/:id/send`, ({ tx, ids }) => send(tx, inPath(tx, 'invoice', ids[0]))),
  api(`POST ${path}/:id/void`, ({ tx, ids }) => {
    const invoice = inPath(tx, 'invoice', ids[0])
    refuseWhileUnderWay(tx, invoice)
    return voidInvoice(tx, invoice)
  }),
  api(`POST ${path}/:id/mark_uncollectible`, ({ tx, ids }) =>
    markUncollectible(tx, inPath(tx, 'invoice', ids[0])),
  ),
  api(
    `POST ${path}/:id/attach_payment`,
    ({ tx, ids, params }) => attachPayment(tx, inPath(tx, 'invoice', ids[0]), params),
    { refuses: ['payment_record'] },
  ),
  api(
    `GET ${path}`,
    ({ tx, params }) => {
      const { collection_method: method, created, customer, due_date: due, status } = params
      return listPageBy(
        tx.db,
        'invoice',
        ['customer', customer],
        path,
        params,
        (invoice) =>
          (method === undefined || invoice.collection_method === method) &&
          (status === undefined || invoice.status === status) &&
          within(invoice.created, created) &&
          (due === undefined || within(invoice.due_date ?? Number.NaN, due)) &&
          (params.subscription === undefined ||
            invoice.parent?.subscription_details?.subscription === params.subscription),
      )
    },
    { fields: { created: timeRange(), due_date: timeRange() }, refuses: ['customer_account'] },
  ),
]
