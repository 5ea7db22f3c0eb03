/** The life of a subscription as a table: from which status it may go to which. */
import type { Subscription } from '../account/tables.ts'

type Status =
  | 'active'
  | 'canceled'
  | 'incomplete'
  | 'incomplete_expired'
  | 'past_due'
  | 'paused'
  | 'trialing'
  | 'unpaid'

const ways: Readonly<Record<Status, readonly Status[]>> = {
  incomplete: ['active', 'trialing', 'incomplete_expired', 'canceled'],
  incomplete_expired: [],
  trialing: ['active', 'past_due', 'unpaid', 'paused', 'canceled'],
  active: ['trialing', 'past_due', 'unpaid', 'paused', 'canceled'],
  past_due: ['active', 'trialing', 'unpaid', 'paused', 'canceled'],
  unpaid: ['active', 'trialing', 'paused', 'canceled'],
  paused: ['active', 'trialing', 'past_due', 'canceled'],
  canceled: [],
}

export function mayBecome(from: string, to: string): boolean {
  const next = Object.entries(ways).find(([status]) => status === from)?.[1] ?? []
  return next.some((status) => status === to)
}

/** Nothing more happens to it. */
export function hasEnded({ status }: Pick<Subscription, 'status'>): boolean {
  return status === 'canceled' || status === 'incomplete_expired'
}

/** It is billed at the end of its periods. */
export function isBilled({ status }: Pick<Subscription, 'status'>): boolean {
  return ['active', 'trialing', 'past_due', 'unpaid'].includes(status)
}

/** It gives its customer what it is for. */
export function isEntitling({ status }: Pick<Subscription, 'status'>): boolean {
  return ['active', 'trialing', 'past_due'].includes(status)
}
