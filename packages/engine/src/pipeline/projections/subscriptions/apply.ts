// Owns writing what Stripe says of a subscription: newer answers only, and never out of an end.
import { insertCheck } from '../../inbox/checks.ts'
import { type AccessRules, itemIdOf } from '../access/rules.ts'
import { collectedBefore } from '../invoices/row.ts'
import { causeText } from '../orders/row.ts'
import type { Scope } from '../projector.ts'
import { isOverdue } from './observe.ts'
import type { SubscriptionFacts } from './read.ts'
import {
  activate,
  addSubscriptionHistory,
  type Derived,
  findSubscription,
  placeSubscription,
  type StoredSubscription,
  updateSubscription,
} from './row.ts'
import { hasEnded } from './states.ts'

export interface SubscriptionWrite {
  /** The row as it is now, whoever wrote it. It is locked. */
  readonly now: StoredSubscription
  /** The row that this write replaced; null when there was none, or when nothing was written. */
  readonly before: StoredSubscription | null
  readonly written: boolean
  /** With this write it is known to have been let in. */
  readonly activated: boolean
}

/** What comes with the facts: the answer's ticket, and whether it shows a paid invoice of it. */
export interface Answered {
  readonly ticket: bigint
  readonly isPaid: boolean
}

export async function writeSubscription(
  scope: Scope,
  facts: SubscriptionFacts,
  answered: Answered,
  rules: AccessRules,
): Promise<SubscriptionWrite> {
  const derive = (before: StoredSubscription | null): Derived => ({
    ticket: answered.ticket,
    activated: before?.row.activated === true || facts.begun || answered.isPaid,
    overdue: isOverdue(facts.status, before?.row.overdue ?? false),
    itemIdOf: (item) => itemIdOf(rules, item),
  })
  const placed = await placeSubscription(scope.tx, facts, derive(null))
  if (placed.fresh) {
    await tellRow(scope, facts, null, placed)
    return { now: placed, before: null, written: true, activated: placed.row.activated }
  }
  if (placed.row.ticket >= answered.ticket || isRefused(scope, facts, placed)) {
    return await leave(scope, placed, answered)
  }
  const updated = await updateSubscription(scope.tx, facts, derive(placed))
  const before = { row: placed.row, items: updated.itemsBefore }
  await tellRow(scope, facts, before, updated)
  const activated = updated.row.activated && !placed.row.activated
  return { now: updated, before, written: true, activated }
}

/** An older answer changes nothing; the invoice that came with it may be news all the same. */
async function leave(
  scope: Scope,
  { row }: StoredSubscription,
  { isPaid }: Answered,
): Promise<SubscriptionWrite> {
  const activated = isPaid && !row.activated && (await activate(scope.tx, row.id))
  const now = await findSubscription(scope.tx, row.id)
  if (now === null) throw new TypeError(`${row.id} is locked, and not there`)
  return { now, before: null, written: false, activated }
}

/** Stripe lets nothing out of an end; if an answer does, the row stays and somebody should know. */
function isRefused(scope: Scope, facts: SubscriptionFacts, { row }: StoredSubscription): boolean {
  if (!hasEnded(row.status) || row.status === facts.status) return false
  scope.note({
    level: 'warn',
    message: 'refused a subscription transition',
    fields: {
      subscriptionId: row.id,
      from: row.status,
      to: facts.status,
      cause: causeText(scope.cause).cause,
      seq: String(scope.item.seq),
    },
  })
  return true
}

/** History and log: what somebody looks at who asks what happened. */
async function tellRow(
  scope: Scope,
  facts: SubscriptionFacts,
  before: StoredSubscription | null,
  now: StoredSubscription,
): Promise<void> {
  noteItems(scope, facts, before, now)
  if (before === null) noteMarker(scope, facts, now)
  const from = before?.row.status ?? null
  const to = now.row.status
  if (from === to) return
  await addSubscriptionHistory(scope.tx, facts.id, from, to, scope.cause)
  scope.note({
    level: 'info',
    message: 'subscription moved',
    fields: {
      subscriptionId: facts.id,
      ...(from === null ? {} : { from }),
      to,
      cause: causeText(scope.cause).cause,
      seq: String(scope.item.seq),
    },
  })
  if (hasEnded(to)) await askOfCollection(scope, 'subscription_id', facts.id, now.row.ticket)
}

/**
 * Stripe stops collecting the invoices of what has ended, and tells nobody. The questions wait in
 * this item's own lane, so that its worker finds them without a bell.
 */
export async function askOfCollection(
  scope: Scope,
  by: 'customer_id' | 'subscription_id',
  value: string,
  ticket: bigint,
): Promise<void> {
  const { lane } = scope.item
  for (const objectId of await collectedBefore(scope.tx, by, value, ticket)) {
    await insertCheck(scope.tx, { objectType: 'invoice', objectId, origin: 'question', lane })
  }
}

/** Said when a price comes up, not with every write. */
function noteItems(
  scope: Scope,
  facts: SubscriptionFacts,
  before: StoredSubscription | null,
  now: StoredSubscription,
): void {
  const known = new Set(before?.items.map((item) => item.price_id))
  for (const { price_id: priceId, item_id: itemId } of now.items) {
    if (itemId !== null || known.has(priceId)) continue
    scope.note({
      level: 'warn',
      message: 'a subscription has a price that is not in the catalogue: it grants nothing',
      fields: {
        subscriptionId: facts.id,
        priceId,
        cure: 'Name the price in the catalogue (price, lookupKey or formerPrices) if it is yours.',
      },
    })
  }
}

/** Another program on the account may use our key in its metadata: that makes it no order of ours. */
function noteMarker(scope: Scope, facts: SubscriptionFacts, now: StoredSubscription): void {
  if (facts.marker === null || now.row.order_id !== null) return
  scope.note({
    level: 'warn',
    message: 'a subscription names an order that is not here',
    fields: { subscriptionId: facts.id, orderId: facts.marker },
  })
}
