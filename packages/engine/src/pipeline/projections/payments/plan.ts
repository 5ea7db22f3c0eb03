// Owns what is asked of Stripe for an event, or a check, about refunds and disputes.
import type { Queryable } from '../../../ports/database.ts'
import { isJsonObject, type JsonObject, markerOf } from '../../inbox/lanes.ts'
import type { AccessRules } from '../access/rules.ts'
import { idOf } from '../fields.ts'
import { findOrder } from '../orders/row.ts'
import { notOurs } from '../orders/settle.ts'
import { apply, DONE, ends, OBJECT_MISSING, UNUSABLE } from '../outcomes.ts'
import type { Asking, AskStep, CheckItem, EventItem, Plan } from '../projector.ts'
import { applyDecision, applyPayment, UNKNOWN_ORDER } from './apply.ts'
import {
  chargeIdOf,
  type Decision,
  decisionOf,
  type RefundFacts,
  readCharge,
  readDispute,
  readRefundPage,
} from './read.ts'
import { findCharge, findDispute } from './row.ts'

/** A hundred to a page: nobody refunds a charge more often, and an endless list ends here. */
const REFUND_PAGES_MAX = 50

/**
 * Refund events come in any order and a refund can fail after it succeeded, so the event is a
 * hint: the charge is asked for, with all of its refunds. An answer that is newer than the event
 * has said it already. A refund carries no marker of ours and may come before its order knows its
 * payment, so only the charge itself can tell that it is not ours.
 */
export async function planRefund(
  item: EventItem,
  read: Queryable,
  rules: AccessRules,
): Promise<Plan> {
  const { object } = item
  const chargeId = chargeIdOf(object)
  if (chargeId === null) return apply(async (scope) => notOurs(scope))
  const stored = await findCharge(read, chargeId)
  if (stored !== null && stored.ticket > item.seq) return apply(ends(DONE))
  const ask: Plan = { kind: 'ask', ask: askForCharge(chargeId, rules) }
  if (stored !== null) return ask
  const marker = markerOf(object)
  if (marker !== null) {
    return (await findOrder(read, 'id', marker, 'read')) === null ? apply(ends(UNKNOWN_ORDER)) : ask
  }
  if (object.object !== 'charge' || (await isOurs(read, object))) return ask
  return apply(async (scope) => notOurs(scope))
}

const KNOWN_PAYMENT = `
select exists (select 1 from quittance.orders where payment_intent_id = $1)
  or exists (select 1 from quittance.invoice_payments
    where payment_intent_id = $1 or charge_id = $2) as known`

async function isOurs(read: Queryable, charge: JsonObject): Promise<boolean> {
  if (idOf(charge.customer) !== null) return true
  const values = [idOf(charge.payment_intent), idOf(charge.id)]
  const rows = await read.query<{ known: boolean }>(KNOWN_PAYMENT, values)
  return rows[0]?.known === true
}

/** As with refunds. What an appeal changes since, the event of the decision still knows. */
export async function planDispute(
  item: EventItem,
  read: Queryable,
  rules: AccessRules,
): Promise<Plan> {
  const { object, type } = item
  const disputeId = idOf(object.id)
  if (disputeId === null) return apply(ends(UNUSABLE))
  const decision = type === 'charge.dispute.closed' ? decisionOf(object.status) : null
  const stored = await findDispute(read, disputeId)
  if (stored === null || stored.ticket < item.seq) {
    return { kind: 'ask', ask: askForDispute(disputeId, decision, rules) }
  }
  const isKnown = decision === null || (decision === 'won' ? stored.was_won : stored.was_lost)
  return apply(isKnown ? ends(DONE) : applyDecision(disputeId, decision, rules))
}

/** A check of a charge or a dispute; what was answered after it was placed has answered it. */
export async function planPaymentCheck(
  item: CheckItem & { readonly objectType: 'charge' | 'dispute' },
  read: Queryable,
  rules: AccessRules,
): Promise<Plan> {
  const { objectType, objectId, seq } = item
  const stored = await (objectType === 'charge' ? findCharge : findDispute)(read, objectId)
  if (stored !== null && stored.ticket > seq) return apply(ends(DONE))
  const ask =
    objectType === 'charge' ? askForCharge(objectId, rules) : askForDispute(objectId, null, rules)
  return { kind: 'ask', ask }
}

function askForCharge(chargeId: string, rules: AccessRules): AskStep {
  return async (asking) => {
    const { stripe, timeoutMs, ticket } = asking
    const answer: unknown = await stripe.charge(chargeId, { timeoutMs })
    if (!isJsonObject(answer)) return ends(OBJECT_MISSING)
    const charge = readCharge(answer)
    const refunds = await allRefunds(asking, chargeId, answer.refunds)
    if (charge === null || refunds === null) return ends(UNUSABLE)
    return applyPayment({ charge, refunds, dispute: null }, ticket, null, rules)
  }
}

function askForDispute(disputeId: string, decision: Decision | null, rules: AccessRules): AskStep {
  return async (asking) => {
    const { stripe, timeoutMs, ticket } = asking
    const answer: unknown = await stripe.dispute(disputeId, { timeoutMs })
    if (!isJsonObject(answer)) return ends(OBJECT_MISSING)
    const dispute = readDispute(answer)
    const charge = isJsonObject(answer.charge) ? readCharge(answer.charge) : null
    if (dispute === null || charge === null || !isJsonObject(answer.charge)) return ends(UNUSABLE)
    const refunds = await allRefunds(asking, charge.id, answer.charge.refunds)
    if (refunds === null) return ends(UNUSABLE)
    return applyPayment({ charge, refunds, dispute }, ticket, decision, rules)
  }
}

/** The expanded page and those after it; null when one cannot be read, or they do not end. */
async function allRefunds(
  asking: Asking,
  chargeId: string,
  expanded: unknown,
): Promise<readonly RefundFacts[] | null> {
  const refunds: RefundFacts[] = []
  let page = readRefundPage(expanded)
  for (let pages = 1; page !== null && pages <= REFUND_PAGES_MAX; pages += 1) {
    refunds.push(...page.refunds)
    const last = page.refunds.at(-1)
    if (!page.hasMore || last === undefined) return refunds
    await asking.turn()
    const { stripe, timeoutMs } = asking
    page = readRefundPage(await stripe.refundsAfter(chargeId, last.id, { timeoutMs }))
  }
  return null
}
