/** Says in words what a subscription is, what it costs, and how it goes on. */

import type { Price, Subscription } from '../account/tables.ts'
import { priceAmount } from '../catalogue/amounts.ts'
import { formatMoney } from '../catalogue/money.ts'
import { everyText, shownDate } from '../hosted/terms-text.ts'
import { nextEnd } from '../subscriptions/items.ts'
import type { Account } from '../world/account.ts'

export interface PlanView {
  readonly id: string
  readonly name: string
  readonly price: string
  readonly quantity: number | null
  readonly tone: 'good' | 'wait' | 'bad'
  readonly badge: string
  readonly next: string
  /** The open invoice that keeps it from going on. */
  readonly payUrl: string | null
  readonly isCanceling: boolean
  /** More than one item: only the merchant can change that. */
  readonly isPlain: boolean
}

export function planViewOf(account: Account, subscription: Subscription): PlanView {
  const { items, status, cancel_at: cancelAt } = subscription
  const [first] = items.data
  const name = first ? productName(account, first.price) : 'Plan'
  const more = items.data.length - 1
  const cost = totalText(subscription)
  const invoice = account.db.find('invoice', subscription.latest_invoice ?? '')
  return {
    id: subscription.id,
    name: more > 0 ? `${name} and ${more} more` : name,
    price: cost,
    quantity: first?.quantity ?? null,
    ...standing(subscription, cost),
    payUrl:
      status !== 'active' && status !== 'trialing' && invoice?.status === 'open'
        ? (invoice.hosted_invoice_url ?? null)
        : null,
    isCanceling: cancelAt !== null,
    isPlain: more === 0,
  }
}

type Standing = Pick<PlanView, 'tone' | 'badge' | 'next'>

function standing(subscription: Subscription, cost: string): Standing {
  const { status, cancel_at: cancelAt, trial_end: trialEnd } = subscription
  if (cancelAt !== null) {
    return { tone: 'wait', badge: 'Canceling', next: `Ends on ${shownDate(cancelAt)}.` }
  }
  if (status === 'trialing' && trialEnd !== null) {
    const next = `Free until ${shownDate(trialEnd)}, then ${cost}.`
    return { tone: 'good', badge: 'Trial', next }
  }
  if (status === 'active') {
    return { tone: 'good', badge: 'Active', next: `Renews on ${shownDate(nextEnd(subscription))}.` }
  }
  return troubles[status] ?? { tone: 'wait', badge: status, next: '' }
}

const troubles: Readonly<Record<string, Standing>> = {
  past_due: {
    tone: 'bad',
    badge: 'Past due',
    next: 'The last payment has failed. Pay the open invoice, or use another card.',
  },
  unpaid: {
    tone: 'bad',
    badge: 'Unpaid',
    next: 'The last payments have failed. Pay the open invoices to go on.',
  },
  incomplete: {
    tone: 'bad',
    badge: 'Not begun',
    next: 'It begins when its first invoice is paid.',
  },
  paused: { tone: 'wait', badge: 'Paused', next: 'Nothing is billed while it is paused.' },
}

export function productName(account: Account, price: Price): string {
  return account.db.find('product', price.product)?.name ?? price.nickname ?? 'Plan'
}

/** `$20.00 per month`. */
export function priceText(price: Price, quantity = 1): string {
  const { amount } = priceAmount(price, quantity)
  const every = price.recurring ? ` ${everyText(price.recurring)}` : ''
  return `${formatMoney(amount, price.currency)}${every}`
}

function totalText({ items, currency }: Subscription): string {
  const [first] = items.data
  const total = items.data.reduce(
    (sum, { price, quantity }) => sum + priceAmount(price, quantity ?? 0).amount,
    0,
  )
  const every = first?.price.recurring ? ` ${everyText(first.price.recurring)}` : ''
  const usage = items.data.some(({ price }) => price.recurring?.usage_type === 'metered')
  return `${formatMoney(total, currency)}${every}${usage ? ' and usage' : ''}`
}
