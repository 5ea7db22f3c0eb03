/** A new subscription: what it is for, when it begins, and the first invoice. */
import type { Customer, Price, Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { missingParam, notSimulated, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { inParam, mergeMetadata } from '../http/route.ts'
import { readEnd, waitForEnd } from './cancel-at.ts'
import { grantFeatures } from './entitlements.ts'
import { firstInvoice, type PayFirst } from './first-invoice.ts'
import {
  checkTogether,
  type DiscountChoice,
  type ItemDraft,
  type ItemEntry,
  itemList,
  newItem,
  readItems,
} from './items.ts'
import { subscriptionObject } from './object.ts'
import { readPendingInterval, waitForPending } from './pending-items.ts'
import { asOneChange, currentSubscription, storeSubscription } from './save.ts'
import { opening, readStart, type Start } from './start.ts'
import { hasEnded } from './status.ts'
import { readBillingMode, readTerms } from './terms.ts'
import { wait, waitForPeriodEnd, waitForTrialEnd } from './timers.ts'

type Sent = ParamsOf<'POST /v1/subscriptions'>

/** The request's parameters, or those that another room would have sent. */
export type CreateParams = {
  readonly [K in Exclude<keyof Sent, 'discounts' | 'items'>]?: Sent[K] | undefined
} & {
  readonly discounts?: readonly DiscountChoice[] | null | undefined
  readonly items?: readonly ItemEntry[] | undefined
  /** What else waits for an invoice of the customer does not come onto the first one. */
  readonly leavesPending?: boolean
}

/** `payFirst` pays the first invoice in its own way, instead of as `payment_behavior` says. */
export function createSubscription(
  tx: Transaction,
  params: CreateParams,
  payFirst?: PayFirst,
): Subscription {
  const { own, subscription: draft } = draftSubscription(tx, params)
  const made = storeSubscription(own, draft)
  grantFeatures(own, made.id, made.items.data)
  asOneChange(
    own,
    made,
    () => firstInvoice(own, made, params, payFirst),
    (after) => {
      own.emit('customer.subscription.created', after)
      waitForTrialEnd(own, after)
    },
  )
  const subscription = currentSubscription(own, made)
  if (!hasEnded(subscription)) waitForPeriodEnd(own, subscription)
  waitForPending(own, subscription)
  waitForEnd(own, subscription, params.proration_behavior)
  if (subscription.status === 'incomplete') {
    wait(own, subscription, 'incomplete', own.now + own.rules.incompleteSeconds)
  }
  return subscription
}

/** The subscription as it would begin, before its first invoice; not stored. */
export function draftSubscription(
  tx: Transaction,
  params: CreateParams,
): { readonly own: Transaction; readonly subscription: Subscription } {
  const { own, customer, drafts } = readCustomerAndItems(tx, params)
  const prices = drafts.map(({ price }) => price)
  const start = readStart(own.now, params, prices)
  return { own, subscription: begin(own, customer, drafts, start, params) }
}

/** Refuses what cannot be made, and does nothing else. */
export function requireCreatable(tx: Transaction, params: CreateParams): void {
  const { own, drafts } = readCustomerAndItems(tx, params)
  readStart(
    own.now,
    params,
    drafts.map(({ price }) => price),
  )
}

interface Beginning {
  readonly own: Transaction
  readonly customer: Customer
  readonly drafts: readonly ItemDraft[]
}

function readCustomerAndItems(tx: Transaction, params: CreateParams): Beginning {
  if (params.customer === undefined) throw missingParam('customer')
  const customer = inParam(tx, 'customer', params.customer, 'customer')
  const own = inTimeOf(tx, customer.id)
  if (params.payment_behavior === 'pending_if_incomplete') {
    throw refuse(
      '`pending_if_incomplete` is only used with updates and cannot be passed when creating a subscription.',
      { param: 'payment_behavior' },
    )
  }
  checkClockLimit(own, customer)
  const drafts = readItems(own, params.items ?? [])
  const price = drafts[0]?.price
  if (!price) throw missingParam('items')
  checkTogether(drafts, params.billing_mode?.type ?? 'flexible')
  if (params.currency !== undefined && params.currency.toLowerCase() !== price.currency) {
    throw notSimulated('subscriptions in another currency than that of their prices', 'currency')
  }
  checkCurrency(customer, price)
  return { own, customer, drafts }
}

/** A customer has one currency for life. */
function checkCurrency(customer: Customer, price: Price): void {
  const { currency } = customer
  if (!currency || currency === price.currency) return
  throw refuse(
    `You cannot combine currencies on a single customer. This customer has had a subscription, coupon, or invoice item with currency ${currency}.`,
    { param: 'items' },
  )
}

const clockSubscriptionsMax = 3

function checkClockLimit(tx: Transaction, customer: Customer): void {
  // The limit of customers per clock can be lifted, and that of their subscriptions with it.
  if (!customer.test_clock || tx.rules.testClockCustomersMax === Number.POSITIVE_INFINITY) return
  const living = tx.db.where('subscription', 'customer', customer.id).filter((s) => !hasEnded(s))
  if (living.length < clockSubscriptionsMax) return
  throw refuse(
    `You have reached the limit of ${clockSubscriptionsMax} subscriptions for a customer with a test clock.`,
    { param: 'customer' },
  )
}

function begin(
  tx: Transaction,
  customer: Customer,
  drafts: readonly ItemDraft[],
  start: Start,
  params: CreateParams,
): Subscription {
  const id = tx.newId('sub_1')
  const of = { id, customer: customer.id }
  const items = drafts.map((draft) => {
    const period =
      start.trial ??
      opening({ time: start.anchor, day: start.anchorConfig?.day_of_month }, draft.price, tx.now)
        .period
    return newItem(tx, of, draft, period)
  })
  const made = subscriptionObject(tx, {
    id,
    customer: customer.id,
    currency: items[0]?.price.currency ?? '',
    anchor: start.anchor,
    anchorConfig: start.anchorConfig,
    items: itemList(id, items),
    // Its first invoice says whether it begins.
    status: 'incomplete',
    trial: start.trial,
    terms: {
      ...readTerms(tx, of, params),
      ...readPendingInterval(tx, params.pending_invoice_item_interval),
      metadata: mergeMetadata({}, params.metadata),
      billing_mode: readBillingMode(params.billing_mode),
    },
  })
  return { ...made, ...readEnd(tx, made, params) }
}
