/** `POST /v1/invoices/create_preview`: what the next invoice of a customer or a subscription would be. */
import type { Invoice } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { missingParam, notSimulated } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { api, inParam, mergeMetadata, type Route } from '../http/route.ts'
import { previewInvoice } from './draft.ts'
import type { InvoiceEntry, LineEntry } from './entry.ts'
import { readPeriod } from './item-changes.ts'
import { currencyOf, readCharge } from './item-params.ts'
import { lineOfItem } from './line-object.ts'

export type PreviewParams = ParamsOf<'POST /v1/invoices/create_preview'>

/** The next invoice of a subscription, with the changes that were asked for, or of the customer's first one; undefined when there is none. */
export type SubscribedEntry = (tx: Transaction, params: PreviewParams) => InvoiceEntry | undefined

const ofSubscriptions = [
  'schedule',
  'schedule_details',
  'subscription',
  'subscription_details',
] as const

/** For when nobody knows of subscriptions. */
export const unsubscribed: SubscribedEntry = (_tx, params) => {
  const named = ofSubscriptions.find((name) => params[name] !== undefined)
  if (named !== undefined) throw notSimulated('previews of subscriptions', named)
  return undefined
}

/** What is of subscriptions comes from their room. */
export function previewRoutes(subscribed: SubscribedEntry): readonly Route[] {
  return [
    api(
      'POST /v1/invoices/create_preview',
      // A price that is told inline is there for as long as it is looked at.
      ({ tx, params }) => tx.db.tentatively(() => preview(tx, params, subscribed(tx, params))),
      {
        refuses: [
          'automatic_tax',
          'customer_account',
          'customer_details',
          'issuer',
          'on_behalf_of',
          'preview_mode',
        ],
      },
    ),
  ]
}

function preview(tx: Transaction, params: PreviewParams, base: InvoiceEntry | undefined): Invoice {
  const customerId = params.customer ?? base?.customer
  if (customerId === undefined) throw missingParam('customer')
  const customer = inParam(tx, 'customer', customerId, 'customer')
  const own = inTimeOf(tx, customer.id)
  const currency = base?.currency ?? currencyOf(own, params.currency, customer.id)
  const entries = params.invoice_items ?? []
  const changed = new Set(entries.map((one) => one.invoiceitem))
  const takes = base ? base.takes : () => true
  return previewInvoice(own, {
    ...(base ?? manual(customer.id)),
    currency,
    discounts: discountsOf(params, base, customer.discount?.id),
    lines: [
      ...entries.map((one, index) => lineOf(own, one, `invoice_items[${index}]`)),
      ...(base?.lines ?? []),
    ],
    takes: takes && ((item) => !changed.has(item.id) && takes(item)),
  })
}

function manual(customer: string): Omit<InvoiceEntry, 'currency' | 'lines'> {
  return {
    customer,
    collectionMethod: 'charge_automatically',
    billingReason: 'upcoming',
    parent: null,
    autoAdvance: false,
  }
}

function discountsOf(
  { discounts }: PreviewParams,
  base: InvoiceEntry | undefined,
  inherited: string | undefined,
): InvoiceEntry['discounts'] {
  if (discounts === null) return []
  if (discounts !== undefined) return discounts
  return base ? base.discounts : inherited === undefined ? [] : [{ discount: inherited }]
}

type Entry = NonNullable<PreviewParams['invoice_items']>[number]

/** A pending item as it would be after the change, or one that does not exist yet. */
function lineOf(tx: Transaction, entry: Entry, at: string): LineEntry {
  const item =
    entry.invoiceitem === undefined
      ? undefined
      : inParam(tx, 'invoiceitem', entry.invoiceitem, `${at}[invoiceitem]`)
  const { price, discounts, tax_rates: rates } = entry
  const charge = readCharge(
    tx,
    {
      amount: entry.amount,
      pricing: price === undefined ? undefined : { price },
      quantity: entry.quantity,
      quantity_decimal: entry.quantity_decimal,
      unit_amount_decimal: unitOf(entry),
    },
    { quantity: item?.quantity ?? 1 },
    at,
  )
  const before = item ? lineOfItem(item) : { period: { start: tx.now, end: tx.now } }
  return {
    ...before,
    ...(charge ? { price: undefined, amount: undefined, ...charge } : {}),
    ...(entry.description === undefined ? {} : { description: entry.description }),
    ...(entry.discountable === undefined ? {} : { discountable: entry.discountable }),
    ...(discounts === undefined ? {} : { discounts: discounts ?? [] }),
    period: readPeriod(entry.period) ?? before.period,
    ...(rates === undefined ? {} : { taxRates: rates ?? [] }),
    metadata: mergeMetadata(item?.metadata ?? {}, entry.metadata),
  }
}

/** Of a new price only its amount counts: a preview makes none. */
function unitOf({ price_data: data, ...entry }: Entry): string | undefined {
  const exact = entry.unit_amount_decimal ?? data?.unit_amount_decimal
  const unit = entry.unit_amount ?? data?.unit_amount
  return exact ?? (unit === undefined ? undefined : String(unit))
}
