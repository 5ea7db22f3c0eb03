// Owns which facts must be told, by Stripe's own objects and events alone: written apart from the engine.
import type Stripe from 'stripe'
import type { EventName } from '../../../src/events.ts'
import type { Rows, StoredRow } from './rows.ts'
import { factsOf, type Told } from './told.ts'

type Expected = readonly [name: EventName, subjects: readonly string[]]

const ids = (rows: readonly StoredRow[] | undefined, holds: (row: StoredRow) => boolean) =>
  (rows ?? []).filter(holds).map(({ id }) => String(id))

/** Let in at some time, as far as the end still shows it. */
function wasLetIn(subscription: StoredRow, invoices: readonly StoredRow[]): boolean {
  const { status, trial_start: trial, id } = subscription
  const begun = ['trialing', 'active', 'past_due', 'unpaid', 'paused']
  const hasPaid = invoices.some((each) => each.subscription_id === id && each.status === 'paid')
  return begun.includes(String(status)) || trial !== null || hasPaid
}

/** An attempt is told by its event; several may be of one number. */
function attempts(events: readonly Stripe.Event[], type: Stripe.Event['type']): string[] {
  const told = events.flatMap((event) => {
    if (event.type !== type || event.data.object.object !== 'invoice') return []
    return [`${event.data.object.id} ${event.data.object.attempt_count}`]
  })
  return [...new Set(told)]
}

function expectedOf(stripe: Rows, events: readonly Stripe.Event[]): readonly Expected[] {
  const { orders, subscriptions = [], invoices = [] } = stripe
  const paid = invoices.filter(({ status }) => status === 'paid')
  const renewals = paid.filter(({ billing_reason: reason }) => reason === 'subscription_cycle')
  return [
    ['order.fulfilled', ids(orders, ({ status }) => status === 'fulfilled')],
    ['order.expired', ids(orders, ({ status }) => status === 'expired')],
    ['order.payment_failed', ids(orders, ({ status }) => status === 'payment_failed')],
    ['subscription.activated', ids(subscriptions, (each) => wasLetIn(each, invoices))],
    ['subscription.canceled', ids(subscriptions, ({ status }) => status === 'canceled')],
    [
      'subscription.renewed',
      renewals.map(({ subscription_id: subscription, id }) => `${subscription} ${id}`),
    ],
    ['invoice.paid', paid.map(({ id }) => String(id))],
    ['invoice.payment_failed', attempts(events, 'invoice.payment_failed')],
    ['invoice.action_required', attempts(events, 'invoice.payment_action_required')],
  ]
}

/** Of refunds and disputes: whether each is told at all; full or in part is its owner's affair. */
function faultsOfMoney(told: readonly Told[], stripe: Rows): string[] {
  const has = (id: unknown, names: RegExp) =>
    told.some(({ name, subject }) => names.test(name) && subject.split(' ').includes(String(id)))
  const untold = (rows: readonly StoredRow[] | undefined, names: RegExp, word: string) =>
    (rows ?? []).filter(({ id }) => !has(id, names)).map(({ id }) => `${word} ${id} is not told`)
  const { refunds = [], disputes = [] } = stripe
  const [won, lost, failed] = [
    disputes.filter(({ status }) => status === 'won'),
    disputes.filter(({ status }) => status === 'lost'),
    refunds.filter(({ status }) => status === 'failed'),
  ]
  return [
    ...untold(disputes, /\.disputed$/, 'the dispute'),
    ...untold(won, /\.dispute_won$/, 'the won dispute'),
    ...untold(lost, /\.dispute_lost$/, 'the lost dispute'),
    ...untold(failed, /\.refund_failed$/, 'the failed refund'),
    ...untold(refunds, /refunded$/, 'the refund'),
  ]
}

export function faultsByStripe(
  told: readonly Told[],
  stripe: Rows,
  events: readonly Stripe.Event[],
): string[] {
  const facts = factsOf(told)
  const faults = expectedOf(stripe, events).flatMap(([name, subjects]) => {
    const mine = facts.filter((fact) => fact.startsWith(`${name} `)).join(', ')
    const theirs = subjects
      .map((subject) => `${name} ${subject}`)
      .sort()
      .join(', ')
    return mine === theirs ? [] : [`told: ${mine || 'none'}; by Stripe: ${theirs || 'none'}`]
  })
  return [...faults, ...faultsOfMoney(told, stripe)]
}
