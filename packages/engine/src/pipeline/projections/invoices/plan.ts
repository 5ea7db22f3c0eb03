// Owns what is asked of Stripe for an event, or a check, about an invoice or a payment of one.
import type { Queryable } from '../../../ports/database.ts'
import { isJsonObject, type JsonObject } from '../../inbox/lanes.ts'
import type { AccessRules } from '../access/rules.ts'
import { idOf } from '../fields.ts'
import { apply, DONE, ends, OBJECT_MISSING, UNUSABLE } from '../outcomes.ts'
import type { Apply, Asking, AskStep, EventItem, Plan } from '../projector.ts'
import { type Announcement, announcementOf } from '../subscriptions/announce.ts'
import { announceStored, readAnswer, settleAnswer } from '../subscriptions/settle-answer.ts'
import { wholeInvoice, wholeSubscription } from '../whole.ts'
import { readInvoice, subscriptionIn } from './read.ts'
import { isPaymentKnown } from './row.ts'

const TICKET = `select ticket, status = 'deleted' as gone from quittance.invoices where id = $1`

/**
 * Whether the row was written by an answer to a request that began after this was stored. Of a
 * deleted draft there are no more answers.
 */
async function isServed(read: Queryable, id: string, seq: bigint): Promise<boolean> {
  const [row] = await read.query<{ ticket: bigint; gone: boolean }>(TICKET, [id])
  return row !== undefined && (row.ticket > seq || row.gone)
}

/**
 * Invoice events come in any order, so the event is a hint: the invoice is asked for, with its
 * payments and its subscription. An answer that is newer than the event has said it already.
 */
export async function planInvoice(
  item: EventItem,
  read: Queryable,
  rules: AccessRules,
): Promise<Plan> {
  const id = idOf(item.object)
  if (id === null) return apply(ends(UNUSABLE))
  const announcement = announcementOf(item)
  if (await isServed(read, id, item.seq)) {
    if (announcement === null) return apply(ends(DONE))
    return apply((scope) => announceStored(scope, announcement, { invoiceId: id }))
  }
  const lastWord = item.type === 'invoice.deleted' ? item.object : null
  return { kind: 'ask', ask: askForInvoice(id, rules, announcement, lastWord) }
}

/** Comes up to 21 seconds after the rest; mostly the invoice has been seen with it by then. */
export async function planInvoicePayment(
  { object, seq }: EventItem,
  read: Queryable,
  rules: AccessRules,
): Promise<Plan> {
  const id = idOf(object)
  const invoiceId = idOf(object.invoice)
  if (id === null || invoiceId === null) return apply(ends(UNUSABLE))
  const isKnown =
    (await isServed(read, invoiceId, seq)) || (await isPaymentKnown(read, invoiceId, id))
  if (isKnown) return apply(ends(DONE))
  return { kind: 'ask', ask: askForInvoice(invoiceId, rules, null, null) }
}

/** A check; what was answered after it was placed has answered it. */
export async function planInvoiceCheck(
  item: { readonly objectId: string; readonly seq: bigint },
  read: Queryable,
  rules: AccessRules,
): Promise<Plan> {
  if (await isServed(read, item.objectId, item.seq)) return apply(ends(DONE))
  return { kind: 'ask', ask: askForInvoice(item.objectId, rules, null, null) }
}

function askForInvoice(
  id: string,
  rules: AccessRules,
  announcement: Announcement | null,
  lastWord: JsonObject | null,
): AskStep {
  return async (asking) => {
    const { stripe, timeoutMs, ticket } = asking
    const asked: unknown = await stripe.invoice(id, { timeoutMs })
    if (!isJsonObject(asked) || asked.deleted === true) {
      return lastWord === null ? ends(OBJECT_MISSING) : applyDeleted(lastWord, ticket, rules)
    }
    const invoice = await wholeInvoice(asking, asked)
    const subscription = await subscriptionOf(asking, asked)
    if (subscription === 'missing') return ends(OBJECT_MISSING)
    if (invoice === null || subscription === 'cut') return ends(UNUSABLE)
    const answer = readAnswer(ticket, subscription, invoice)
    if (answer === null) return ends(UNUSABLE)
    return (scope) => settleAnswer(scope, answer, rules, announcement)
  }
}

/** Expanded as asked for; a port that answers with the id alone costs one more request. */
async function subscriptionOf(
  asking: Asking,
  invoice: JsonObject,
): Promise<JsonObject | 'missing' | 'cut' | null> {
  const named = subscriptionIn(invoice)
  const id = idOf(named)
  if (id === null) return null
  const subscription = isJsonObject(named) ? named : await askFor(asking, id)
  if (!isJsonObject(subscription)) return 'missing'
  return (await wholeSubscription(asking, subscription)) ?? 'cut'
}

async function askFor({ stripe, timeoutMs, turn }: Asking, id: string): Promise<unknown> {
  await turn()
  return await stripe.subscription(id, { timeoutMs })
}

/** A draft leaves nothing behind at Stripe but this event. */
function applyDeleted(payload: JsonObject, ticket: bigint, rules: AccessRules): Apply {
  const facts = readInvoice(payload)
  if (facts === null) return ends(UNUSABLE)
  const invoice = { ...facts, status: 'deleted', nextPaymentAttempt: null } as const
  return (scope) => settleAnswer(scope, { ticket, subscription: null, invoice }, rules)
}
