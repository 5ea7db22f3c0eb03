// Owns the order's state table: the ranks of the join, what is an end, and what a move tells.
import type { EventName } from '../../../events.ts'
import type { OrderStatus } from '../../../types.ts'

/** What a move of an order's status can tell. */
export type OrderStatusEvent = Extract<
  EventName,
  | 'order.awaiting_payment'
  | 'order.fulfilled'
  | 'order.payment_failed'
  | 'order.expired'
  | 'order.canceled'
>

interface StatusRow {
  /** Status is a join: the higher rank wins, in whatever order the news arrives. */
  readonly rank: number
  /** Nothing but a higher rank follows. */
  readonly ended: boolean
  /** What reaching it tells the app's handlers. */
  readonly tells: OrderStatusEvent | null
  readonly meaning: string
  readonly setBy: string
}

/** The docs' picture of an order's life is drawn from this table. */
export const ORDER_STATES: { readonly [Status in OrderStatus]: StatusRow } = {
  pending: {
    rank: 0,
    ended: false,
    tells: null,
    meaning: 'created with its session; the price is snapshotted',
    setBy: 'checkout',
  },
  confirmed: {
    rank: 1,
    ended: false,
    tells: null,
    meaning: 'the buyer came back',
    setBy: 'redirect',
  },
  awaiting_payment: {
    rank: 2,
    ended: false,
    tells: 'order.awaiting_payment',
    meaning: 'the session is complete, the money is not here yet',
    setBy: 'event or check',
  },
  expired: {
    rank: 3,
    ended: true,
    tells: 'order.expired',
    meaning: 'the session ended unpaid',
    setBy: 'event or check',
  },
  canceled: {
    rank: 4,
    ended: true,
    tells: 'order.canceled',
    meaning: 'the merchant expired the session',
    setBy: 'event or check',
  },
  payment_failed: {
    rank: 5,
    ended: true,
    tells: 'order.payment_failed',
    meaning: 'the delayed payment failed',
    setBy: 'event or check',
  },
  fulfilled: {
    rank: 6,
    ended: true,
    tells: 'order.fulfilled',
    meaning: 'paid, checked against the snapshot, effects written',
    setBy: 'event or check',
  },
}

const STATUSES = Object.keys(ORDER_STATES) as readonly OrderStatus[]

/** The statuses from which a move to `to` is one upward. */
export function statusesBelow(to: OrderStatus): readonly OrderStatus[] {
  return STATUSES.filter((status) => ORDER_STATES[status].rank < ORDER_STATES[to].rank)
}
