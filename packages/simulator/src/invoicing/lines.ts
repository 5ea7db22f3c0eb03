/** Changes of the lines of a draft; its sums are then to be worked out again. */
import type { InvoiceItem, InvoiceLine } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { mergeMetadata } from '../http/route.ts'
import { redeem } from './draft.ts'
import { taxRates } from './invoice-object.ts'
import {
  type ChangeParams,
  changeItem,
  readDiscountable,
  readPeriod,
  repriced,
} from './item-changes.ts'
import { itemBehind, linesOf } from './line-object.ts'

export function lineBehind(
  tx: Transaction,
  invoiceId: string,
  itemId: string,
): InvoiceLine | undefined {
  return linesOf(tx, invoiceId).find((line) => itemBehind(line) === itemId)
}

/** The line of a changed item shows the same as the item. */
export function followItem(tx: Transaction, item: InvoiceItem): void {
  const line = item.invoice === null ? undefined : lineBehind(tx, item.invoice, item.id)
  if (!line) return
  const { amount, description, discountable, discounts, metadata, period, pricing } = item
  const { quantity, quantity_decimal } = item
  tx.db.put('line_item', {
    ...line,
    amount,
    description,
    discountable,
    discounts: discounts ?? [],
    metadata: metadata ?? {},
    period,
    pricing,
    quantity,
    quantity_decimal,
    subtotal: amount,
  })
  setRates(tx, line.id, item.tax_rates?.map(({ id }) => id) ?? [])
}

function setRates(tx: Transaction, lineId: string, rates: readonly string[]): void {
  if (rates.length === 0) tx.db.remove('invoice_line_secret', lineId)
  else tx.db.put('invoice_line_secret', { id: lineId, taxRates: [...rates] })
}

export function removeLine(tx: Transaction, line: InvoiceLine): void {
  tx.db.remove('line_item', line.id)
  tx.db.remove('invoice_line_secret', line.id)
}

/** A line that an item became changes with it; one of a subscription changes alone. */
export function changeLine(
  tx: Transaction,
  line: InvoiceLine,
  params: ChangeParams,
  path: string,
): void {
  const item = tx.db.find('invoiceitem', itemBehind(line) ?? '')
  if (item) {
    followItem(tx, changeItem(tx, item, params, path))
    return
  }
  const { metadata, description, discountable, period, tax_rates: rates } = params
  const discounts = params.discounts === null ? [] : params.discounts
  const changed = { ...line, ...repriced(tx, line, params, path) }
  const proration = line.parent?.subscription_item_details?.proration ?? false
  tx.db.put('line_item', {
    ...changed,
    description: description ?? line.description,
    discountable: readDiscountable(discountable, proration) ?? line.discountable,
    discounts: discounts?.map((one) => redeem(tx, one, {})) ?? line.discounts,
    metadata: metadata === undefined ? line.metadata : mergeMetadata(line.metadata, metadata),
    period: readPeriod(period) ?? line.period,
    subtotal: changed.amount,
  })
  if (rates !== undefined) {
    setRates(
      tx,
      line.id,
      taxRates(tx, rates ?? [], 'tax_rates').map(({ id }) => id),
    )
  }
}
