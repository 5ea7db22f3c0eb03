// Owns what the shop does when an order is paid: one row of its own, in the engine's transaction.
import { createHmac } from 'node:crypto'
import type { Database, Handlers } from '@quittance/engine'
import { goodOf } from './goods.ts'

export interface Delivery {
  readonly kind: 'licence' | 'parcel'
  /** The licence keys, or the parcel's note. */
  readonly lines: readonly string[]
}

/** The shop's own table, beside the engine's schema in the same database. */
export async function createDeliveries(database: Database): Promise<void> {
  await database.query(`create table if not exists demo_deliveries (
    order_id text primary key,
    kind text not null,
    lines jsonb not null,
    at timestamptz not null default now()
  )`)
}

/**
 * Runs exactly once per order: its insert commits together with the order's status and the mark of
 * the effect, or none of them does. That is why there is no `on conflict` here.
 */
export function deliveryHandlers(secret: string): Handlers {
  return {
    'order.fulfilled': async ({ order, tx }) => {
      // A membership is nothing to send: access follows from the subscription itself.
      if (order.kind === 'subscription') return
      const good = goodOf(order.itemId)
      const kind = good?.kind ?? 'parcel'
      const lines =
        kind === 'licence'
          ? Array.from({ length: order.quantity }, (_, n) => licenceKey(secret, order.id, n))
          : [
              `${order.quantity} × ${good?.name ?? order.itemId}, parcel ${parcelNumber(secret, order.id)}`,
            ]
      await tx.query('insert into demo_deliveries (order_id, kind, lines) values ($1, $2, $3)', [
        order.id,
        kind,
        JSON.stringify(lines),
      ])
    },
  }
}

export async function deliveryOf(database: Database, orderId: string): Promise<Delivery | null> {
  const rows = await database.query<{ kind: Delivery['kind']; lines: readonly string[] }>(
    'select kind, lines from demo_deliveries where order_id = $1',
    [orderId],
  )
  return rows[0] ?? null
}

/** Crockford's alphabet: nobody mistakes a letter for a digit when typing a key. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

function letters(secret: string, text: string, count: number): string {
  const digest = createHmac('sha256', secret).update(text).digest()
  return Array.from(digest.subarray(0, count), (byte) => ALPHABET[byte % 32]).join('')
}

/** Derived, not drawn: a repeated run of the handler would write the same key. */
function licenceKey(secret: string, orderId: string, n: number): string {
  const text = letters(secret, `licence ${orderId} ${n}`, 16)
  return `QUIRE-${text.match(/.{4}/g)?.join('-') ?? text}`
}

function parcelNumber(secret: string, orderId: string): string {
  return `HQ ${letters(secret, `parcel ${orderId}`, 9)}`
}
