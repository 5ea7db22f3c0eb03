// Owns what is asked of Stripe when a customer's entitlements changed: the whole list.
import type { Queryable } from '../../../ports/database.ts'
import { StripeRefusal } from '../../../ports/stripe.ts'
import { isJsonObject, type JsonObject } from '../../inbox/lanes.ts'
import type { AccessRules } from '../access/rules.ts'
import { settleBuyer } from '../access/settle-buyer.ts'
import { buyerOf } from '../buyers/row.ts'
import { hasMore, idOf, listOf, textOf } from '../fields.ts'
import { apply, DONE, ends, OBJECT_MISSING, UNUSABLE } from '../outcomes.ts'
import type { Apply, Asking, AskStep, EventItem, Plan, Scope } from '../projector.ts'
import { type EntitlementFacts, listedAt, replaceEntitlements } from './row.ts'

/** A hundred to a page: no plan has more features, and an endless list ends here. */
const PAGES_MAX = 10

/**
 * The summary in the event is a page of how it was then. The list is asked for, and replaces what
 * is stored; one that is newer than the event has said it already.
 */
export async function planEntitlements(
  { object, seq }: EventItem,
  read: Queryable,
  rules: AccessRules,
): Promise<Plan> {
  const customerId = idOf(object.customer)
  if (customerId === null) return apply(ends(UNUSABLE))
  const listed = await listedAt(read, customerId)
  if (listed !== null && listed.ticket > seq) return apply(ends(DONE))
  return { kind: 'ask', ask: askForEntitlements(customerId, rules) }
}

function askForEntitlements(customerId: string, rules: AccessRules): AskStep {
  return async (asking) => {
    const list = await listAll(asking, customerId)
    if (list === 'unusable') return ends(UNUSABLE)
    if (list === 'missing') return endForDeleted(customerId, asking.ticket, rules)
    return (scope) => settleList(scope, customerId, list, asking.ticket, rules)
  }
}

type Listed = readonly EntitlementFacts[] | 'missing' | 'unusable'

async function listAll(asking: Asking, customerId: string): Promise<Listed> {
  const found: EntitlementFacts[] = []
  let after: string | null = null
  for (let pages = 1; pages <= PAGES_MAX; pages += 1) {
    if (after !== null) await asking.turn()
    const page = await askForPage(asking, customerId, after)
    if (page === null) return 'missing'
    const read = (listOf(page) ?? []).map(readEntitlement)
    const known = read.filter((entitlement) => entitlement !== null)
    if (known.length < read.length) return 'unusable'
    found.push(...known)
    after = known.at(-1)?.id ?? null
    if (!hasMore(page) || after === null) return found
  }
  return 'unusable'
}

/** Null when Stripe does not know the customer, or no longer. */
async function askForPage(
  { stripe, timeoutMs }: Asking,
  customerId: string,
  after: string | null,
): Promise<JsonObject | null> {
  try {
    const page: unknown = await stripe.entitlements(customerId, after, { timeoutMs })
    return isJsonObject(page) ? page : null
  } catch (error) {
    if (error instanceof StripeRefusal && error.stripeCode === 'resource_missing') return null
    throw error
  }
}

function readEntitlement(object: JsonObject): EntitlementFacts | null {
  const id = idOf(object)
  const featureId = idOf(object.feature)
  const lookupKey = textOf(object.lookup_key)
  return id === null || featureId === null || lookupKey === null
    ? null
    : { id, featureId, lookupKey }
}

async function settleList(
  scope: Scope,
  customerId: string,
  list: readonly EntitlementFacts[],
  ticket: bigint,
  rules: AccessRules,
) {
  const buyer = await buyerOf(scope.tx, 'customer_id', customerId)
  const written = await replaceEntitlements(scope.tx, { id: buyer.id, customerId }, list, ticket)
  if (written) await settleBuyer(scope, buyer.id, rules)
  return { kind: 'done' } as const
}

/** A customer who was deleted has none; one whom we do not know to be deleted is a wrong key. */
function endForDeleted(customerId: string, ticket: bigint, rules: AccessRules): Apply {
  return async (scope) => {
    const listed = await listedAt(scope.tx, customerId)
    if (listed?.gone !== true) return OBJECT_MISSING
    return await settleList(scope, customerId, [], ticket, rules)
  }
}
