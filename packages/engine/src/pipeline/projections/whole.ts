// Owns making an answer whole: the pages of its lists behind the first one, which is all that Stripe shows with an object.
import { isJsonObject, type JsonObject } from '../inbox/lanes.ts'
import { hasMore, idOf, listOf, objectOf } from './fields.ts'
import type { Asking } from './projector.ts'

/** Of a list. An invoice has as many lines as were prorated, a subscription at most twenty items. */
const PAGES_MAX = 50

type NextPage = (after: string) => Promise<unknown>

/** Asks for the pages after the first; null when one of them cannot be read, or they do not end. */
async function withWhole(
  asking: Asking,
  object: JsonObject,
  name: string,
  next: NextPage,
): Promise<JsonObject | null> {
  const first = object[name]
  if (!isJsonObject(first) || !hasMore(first)) return object
  const data = [...(listOf(first) ?? [])]
  for (let pages = 1; pages < PAGES_MAX; pages += 1) {
    const after = idOf(data.at(-1))
    if (after === null) return null
    await asking.turn()
    const page = await next(after)
    const more = listOf(page)
    if (more === null || more.length === 0) return null
    data.push(...more)
    if (!hasMore(page)) return { ...object, [name]: { ...first, data, has_more: false } }
  }
  return null
}

/** With all of its items. Its latest invoice stays as it is. */
export function wholeSubscription(
  asking: Asking,
  subscription: JsonObject,
): Promise<JsonObject | null> {
  const { stripe, timeoutMs } = asking
  const id = idOf(subscription) ?? ''
  return withWhole(asking, subscription, 'items', (after) =>
    stripe.subscriptionItemsAfter(id, after, { timeoutMs }),
  )
}

/** With all of its lines and payments. Its subscription stays as it is. */
export async function wholeInvoice(
  asking: Asking,
  invoice: JsonObject,
): Promise<JsonObject | null> {
  const { stripe, timeoutMs } = asking
  const id = idOf(invoice) ?? ''
  const lined = await withWhole(asking, invoice, 'lines', (after) =>
    stripe.invoiceLinesAfter(id, after, { timeoutMs }),
  )
  if (lined === null) return null
  return await withWhole(asking, lined, 'payments', (after) =>
    stripe.invoicePaymentsAfter(id, after, { timeoutMs }),
  )
}

/** The latest invoice that came with a subscription, whole; `cut` when it is there and is not. */
export async function latestInvoiceOf(
  asking: Asking,
  subscription: JsonObject,
): Promise<JsonObject | 'cut' | null> {
  const invoice = objectOf(subscription.latest_invoice)
  return invoice === null ? null : ((await wholeInvoice(asking, invoice)) ?? 'cut')
}
