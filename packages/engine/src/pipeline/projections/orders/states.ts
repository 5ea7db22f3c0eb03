// Owns the order's state table: the ranks of the join, what is an end, and which fact a move is.
import type { OrderFact } from '../../../config.ts'
import type { OrderStatus } from '../../../types.ts'

interface StatusRow {
  /** Status is a join: the higher rank wins, in whatever order the news arrives. */
  readonly rank: number
  /** Nothing but a higher rank follows. */
  readonly ended: boolean
  /** The fact that reaching it makes, for the app's handlers. */
  readonly fact: OrderFact | null
  readonly meaning: string
  readonly setBy: string
}

/** The docs' picture of an order's life is drawn from this table. */
export const ORDER_STATES: { readonly [Status in OrderStatus]: StatusRow } = {
  pending: {
    rank: 0,
    ended: false,
    fact: null,
    meaning: 'created with its session; the price is snapshotted',
    setBy: 'checkout',
  },
  confirmed: {
    rank: 1,
    ended: false,
    fact: null,
    meaning: 'the buyer came back',
    setBy: 'redirect',
  },
  awaiting_payment: {
    rank: 2,
    ended: false,
    fact: 'order.awaiting_payment',
    meaning: 'the session is complete, the money is not here yet',
    setBy: 'event or check',
  },
  expired: {
    rank: 3,
    ended: true,
    fact: 'order.expired',
    meaning: 'the session ended unpaid',
    setBy: 'event or check',
  },
  canceled: {
    rank: 4,
    ended: true,
    fact: 'order.canceled',
    meaning: 'the merchant expired the session',
    setBy: 'event or check',
  },
  payment_failed: {
    rank: 5,
    ended: true,
    fact: 'order.payment_failed',
    meaning: 'the delayed payment failed',
    setBy: 'event or check',
  },
  fulfilled: {
    rank: 6,
    ended: true,
    fact: 'order.fulfilled',
    meaning: 'paid, checked against the snapshot, effects written',
    setBy: 'event or check',
  },
}

const STATUSES = Object.keys(ORDER_STATES) as readonly OrderStatus[]

/** The statuses from which a move to `to` is one upward. */
export function statusesBelow(to: OrderStatus): readonly OrderStatus[] {
  return STATUSES.filter((status) => ORDER_STATES[status].rank < ORDER_STATES[to].rank)
}
