/** Changes of invoice items, by their own route or through the line that they became. */
import type { InvoiceItem } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { refuse } from '../http/errors.ts'
import { applyUpdate } from '../http/resource.ts'
import { redeem } from './draft.ts'
import type { DiscountEntry } from './entry.ts'
import { taxRates } from './invoice-object.ts'
import { type Charge, type ChargeParams, readCharge, readQuantity } from './item-params.ts'
import { priceIn, pricingOf, unitOf } from './line-object.ts'

export interface ChangeParams extends ChargeParams {
  readonly description?: string | undefined
  readonly discountable?: boolean | undefined
  readonly discounts?: readonly DiscountEntry[] | null | undefined
  readonly metadata?: Readonly<Record<string, string>> | null | undefined
  readonly period?: { readonly start: number; readonly end: number } | undefined
  readonly tax_rates?: readonly string[] | null | undefined
}

/** Of the item alone: the line that it may have become, and its invoice, are the caller's. */
export function changeItem(
  tx: Transaction,
  before: InvoiceItem,
  params: ChangeParams,
  path = '',
): InvoiceItem {
  const target = { customer: before.customer, invoiceItem: before.id }
  const discounts = params.discounts === null ? [] : params.discounts
  const rates = params.tax_rates === null ? [] : params.tax_rates
  return applyUpdate(
    tx,
    'invoiceitem',
    before,
    {
      ...repriced(tx, before, params, path),
      description: params.description,
      discountable: readDiscountable(params.discountable, before.proration),
      discounts: discounts?.map((one) => redeem(tx, one, target)),
      period: readPeriod(params.period),
      tax_rates: rates && taxRates(tx, rates, 'tax_rates'),
    },
    params.metadata,
    null,
  )
}

type Priced = Pick<InvoiceItem, 'amount' | 'currency' | 'pricing'> & {
  readonly quantity: number | null
}

/** The fields that a new price, amount or quantity changes. */
export function repriced(tx: Transaction, before: Priced, params: ChargeParams, path: string) {
  const quantity = before.quantity ?? 1
  const charge =
    readCharge(tx, params, { quantity }, path) ?? requantified(before, readQuantity(params, path))
  return charge && pricedBy(tx, before.currency, charge)
}

/** Only the quantity is new: the price or the unit amount stays. */
function requantified({ pricing }: Priced, quantity: number | undefined): Charge | undefined {
  if (quantity === undefined) return undefined
  const price = pricing?.price_details?.price
  if (price !== undefined) return { price, quantity }
  return { amount: Math.round(Number(pricing?.unit_amount_decimal ?? 0) * quantity), quantity }
}

function pricedBy(tx: Transaction, currency: string, charge: Charge) {
  const price = tx.db.find('price', charge.price ?? '')
  const priced = priceIn(price, currency, charge.quantity)
  const amount = charge.amount ?? priced.amount
  return {
    amount,
    pricing: pricingOf(price, priced.unit ?? unitOf(amount, charge.quantity)),
    quantity: charge.quantity,
    quantity_decimal: String(charge.quantity),
  }
}

export function readPeriod<P extends { readonly start: number; readonly end: number }>(
  period: P | undefined,
): P | undefined {
  if (period && period.end < period.start) {
    throw refuse('The period end must be greater than or equal to the period start.', {
      param: 'period[end]',
    })
  }
  return period
}

export function readDiscountable(
  discountable: boolean | undefined,
  proration: boolean,
): boolean | undefined {
  if (discountable === true && proration) {
    throw refuse('Prorations cannot be discountable.', { param: 'discountable' })
  }
  return discountable
}
