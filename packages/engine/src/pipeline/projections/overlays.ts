// Owns the overlays over an order's status: failed (a dead letter) and held (a quarantine).
import type { Queryable, Transaction } from '../../ports/database.ts'
import { isJsonObject, orderOfLane } from '../inbox/lanes.ts'
import type { Item, Outcome } from './projector.ts'

/** An event marks its order at most once; several events may. */
const MARK = `
with marked as (
  insert into quittance.order_marks (seq, order_id, kind, reason, is_check)
  select $1, id, $2, $3, $4 from quittance.orders where id = $5 or session_id = $6
  on conflict (seq) do update set kind = excluded.kind, reason = excluded.reason
  returning order_id
)
insert into quittance.order_history (order_id, from_status, to_status, cause, seq, note, at)
select o.id, o.status, $2, 'processor', $1, $3, quittance.now()
from quittance.orders o join marked on o.id = marked.order_id
returning order_id`

const UNMARK = 'delete from quittance.order_marks where seq = $1 returning order_id'

/** A check's verdict stands only until there is a newer one. */
const UNMARK_CHECKS = `
delete from quittance.order_marks where order_id = $1 and is_check and seq < $2 returning order_id`

const REFRESH = `
update quittance.orders o set
  failed = exists (
    select 1 from quittance.order_marks m where m.order_id = o.id and m.kind = 'failed'),
  held_reason = (
    select reason from quittance.order_marks m
    where m.order_id = o.id and m.kind = 'held' order by m.seq limit 1),
  updated_at = quittance.now()
where o.id = any ($1::text[])`

const NOTE_REDRIVEN = `
insert into quittance.order_history (order_id, from_status, to_status, cause, seq, note, at)
select id, null, status, 'operator', $2, 'its event was redriven', quittance.now()
from quittance.orders where id = any ($1::text[])`

export interface OrderOverlays {
  /** A dead letter marks its order as failed. A check proves nothing about it and marks nothing. */
  markFailed(tx: Transaction, item: Item): Promise<void>
  settle(
    tx: Transaction,
    item: Item,
    outcome: Exclude<Outcome, { kind: 'ask' }>,
    settled: { readonly state: string; readonly reason: string | null },
  ): Promise<void>
}

interface MarkedRow extends Record<string, unknown> {
  readonly order_id: string
}

/** The session that an item speaks of, for sessions whose lane is not their order's. */
function sessionOf(item: Item): string | null {
  if (item.kind === 'check') return item.objectType === 'checkout.session' ? item.objectId : null
  const { object } = item
  if (!isJsonObject(object) || object.object !== 'checkout.session') return null
  return typeof object.id === 'string' ? object.id : null
}

async function refresh(tx: Queryable, rows: readonly MarkedRow[]): Promise<readonly string[]> {
  const orders = [...new Set(rows.map((row) => row.order_id))]
  if (orders.length > 0) await tx.query(REFRESH, [orders])
  return orders
}

export const orderOverlays: OrderOverlays = {
  async markFailed(tx, item) {
    if (item.kind === 'check') return
    const values = [
      item.seq,
      'failed',
      'dead_letter',
      false,
      orderOfLane(item.lane),
      sessionOf(item),
    ]
    await refresh(tx, await tx.query<MarkedRow>(MARK, values))
  },

  async settle(tx, item, outcome, settled) {
    // Only a redrive can end what had ended before, so a first generation skips the look.
    if (item.generation > 1 && settled.state !== 'waiting') {
      const orders = await refresh(tx, await tx.query<MarkedRow>(UNMARK, [item.seq]))
      if (orders.length > 0) await tx.query(NOTE_REDRIVEN, [orders, item.seq])
    }
    const isCheck = item.kind === 'check'
    if (outcome.kind === 'quarantined' && outcome.holds !== null) {
      const values = [item.seq, 'held', outcome.reason, isCheck, outcome.holds, null]
      await refresh(tx, await tx.query<MarkedRow>(MARK, values))
    } else if (isCheck && outcome.kind === 'done') {
      const order = orderOfLane(item.lane)
      if (order === null) return
      await refresh(tx, await tx.query<MarkedRow>(UNMARK_CHECKS, [order, item.seq]))
    }
  },
}
