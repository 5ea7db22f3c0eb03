// Owns the overlays over an order's status: failed (a dead letter) and held (a quarantine).
import type { Transaction } from '../../ports/database.ts'
import { isJsonObject, orderOfLane } from '../inbox/lanes.ts'
import type { Item, Outcome } from './projector.ts'

const MARK_FAILED = `
with marked as (
  update quittance.orders set failed_seq = $2, updated_at = quittance.now()
  where id = $1 or session_id = $3 returning id, status
)
insert into quittance.order_history (order_id, from_status, to_status, cause, seq, note, at)
select id, status, 'failed', 'processor', $2, 'its event is a dead letter', quittance.now()
from marked`

const CLEAR_FAILED = `
with cleared as (
  update quittance.orders set failed_seq = null, updated_at = quittance.now()
  where failed_seq = $1 returning id, status
)
insert into quittance.order_history (order_id, from_status, to_status, cause, seq, note, at)
select id, null, status, 'operator', $1, 'the dead letter was redriven', quittance.now()
from cleared`

const MARK_HELD = `
with marked as (
  update quittance.orders set held_seq = $2, held_reason = $3, updated_at = quittance.now()
  where id = $1 returning id, status
)
insert into quittance.order_history (order_id, from_status, to_status, cause, seq, note, at)
select id, status, 'held', 'processor', $2, $3, quittance.now() from marked`

const CLEAR_HELD = `
update quittance.orders set held_seq = null, held_reason = null, updated_at = quittance.now()
where held_seq = $1`

export interface OrderOverlays {
  markFailed(tx: Transaction, item: Item): Promise<void>
  settle(
    tx: Transaction,
    item: Item,
    outcome: Exclude<Outcome, { kind: 'ask' }>,
    settled: { readonly state: string },
  ): Promise<void>
}

/** The session that an item speaks of, for sessions whose lane is not their order's. */
function sessionOf(item: Item): string | null {
  if (item.kind === 'check') return item.objectType === 'checkout.session' ? item.objectId : null
  const { object } = item
  if (!isJsonObject(object) || object.object !== 'checkout.session') return null
  return typeof object.id === 'string' ? object.id : null
}

export const orderOverlays: OrderOverlays = {
  async markFailed(tx, item) {
    await tx.query(MARK_FAILED, [orderOfLane(item.lane), item.seq, sessionOf(item)])
  },

  /** Only a redrive can end what was a dead letter or held, so a first generation skips the look. */
  async settle(tx, item, outcome, settled) {
    if (item.generation > 1 && settled.state !== 'waiting') {
      await tx.query(CLEAR_FAILED, [item.seq])
      await tx.query(CLEAR_HELD, [item.seq])
    }
    if (outcome.kind === 'quarantined' && outcome.holds !== null) {
      await tx.query(MARK_HELD, [outcome.holds, item.seq, outcome.reason])
    }
  },
}
