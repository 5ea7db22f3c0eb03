// Owns what is asked of Stripe for an event, or a check, about a subscription.
import type { Queryable } from '../../../ports/database.ts'
import { isId, isJsonObject, type JsonObject } from '../../inbox/lanes.ts'
import type { AccessRules } from '../access/rules.ts'
import { apply, DONE, ends, OBJECT_MISSING, UNUSABLE } from '../outcomes.ts'
import type { AskStep, EventItem, Plan } from '../projector.ts'
import { latestInvoiceOf, wholeSubscription } from '../whole.ts'
import { type Announcement, announcementOf } from './announce.ts'
import { announceStored, readAnswer, settleAnswer } from './settle-answer.ts'
import { hasEnded, isSubscriptionStatus } from './states.ts'

const TICKET = 'select ticket from quittance.subscriptions where id = $1'

/** Whether the row was written by an answer to a request that began after this was stored. */
async function isServed(read: Queryable, id: string, seq: bigint): Promise<boolean> {
  const [row] = await read.query<{ ticket: bigint }>(TICKET, [id])
  return row !== undefined && row.ticket > seq
}

/**
 * Subscription events come in any order, so the event is a hint: the subscription is asked for,
 * with its latest invoice. An answer that is newer than the event has said it already.
 */
export async function planSubscription(
  item: EventItem,
  read: Queryable,
  rules: AccessRules,
): Promise<Plan> {
  const { id } = item.object
  if (!isId(id)) return apply(ends(UNUSABLE))
  const announcement = announcementOf(item)
  if (await isServed(read, id, item.seq)) {
    if (announcement === null) return apply(ends(DONE))
    return apply((scope) => announceStored(scope, announcement, { subscriptionId: id }))
  }
  return { kind: 'ask', ask: askForSubscription(id, rules, announcement, lastWord(item)) }
}

/** A check; what was answered after it was placed has answered it. */
export async function planSubscriptionCheck(
  item: { readonly objectId: string; readonly seq: bigint },
  read: Queryable,
  rules: AccessRules,
): Promise<Plan> {
  if (await isServed(read, item.objectId, item.seq)) return apply(ends(DONE))
  return { kind: 'ask', ask: askForSubscription(item.objectId, rules, null, null) }
}

/** Nothing follows an end, so its payload may be believed when Stripe has nothing more. */
function lastWord({ type, object }: EventItem): JsonObject | null {
  const { status } = object
  const isEnd = type === 'customer.subscription.deleted' && isSubscriptionStatus(status)
  return isEnd && hasEnded(status) ? object : null
}

/** Also for whoever knows of a subscription by another way: `lastWord` is what stands without it. */
export function askForSubscription(
  id: string,
  rules: AccessRules,
  announcement: Announcement | null,
  lastWord: JsonObject | null,
): AskStep {
  return async (asking) => {
    const { stripe, timeoutMs, ticket } = asking
    const asked: unknown = await stripe.subscription(id, { timeoutMs })
    if (!isJsonObject(asked) && lastWord === null) return ends(OBJECT_MISSING)
    const subscription = isJsonObject(asked) ? await wholeSubscription(asking, asked) : lastWord
    const invoice = subscription === null ? null : await latestInvoiceOf(asking, subscription)
    if (subscription === null || invoice === 'cut') return ends(UNUSABLE)
    const answer = readAnswer(ticket, subscription, invoice)
    if (answer === null) return ends(UNUSABLE)
    return (scope) => settleAnswer(scope, answer, rules, announcement)
  }
}
