// Goal: the tables of states hang together, and say of ends what the schema says.
// Method: the tables themselves; the schema's guards are tried with every arrow and every other pair.
import { describe, expect, test } from 'vitest'
import { INVOICE_STATES } from '../../../src/pipeline/projections/invoices/states.ts'
import { SUBSCRIPTION_STATES } from '../../../src/pipeline/projections/subscriptions/states.ts'
import { backends, useDatabase } from '../../support/databases.ts'

interface State {
  readonly starts?: true
  readonly ended: boolean
  readonly follows: readonly string[]
}

const TABLES: readonly (readonly [string, Readonly<Record<string, State>>, string])[] = [
  [
    'subscriptions',
    SUBSCRIPTION_STATES,
    `insert into quittance.subscriptions
       (id, customer_id, livemode, status, created_at, updated_at)
     values ($1, 'cus_1', false, $2, now(), now())`,
  ],
  [
    'invoices',
    INVOICE_STATES,
    `insert into quittance.invoices
       (id, livemode, status, currency, subtotal, total, amount_due, amount_paid,
        amount_remaining, attempted, attempt_count, created_at, updated_at)
     values ($1, false, $2, 'eur', 0, 0, 0, 0, 0, false, 0, now(), now())`,
  ],
]

test.each(TABLES)('%s: every state can be come to, and an end has no way out', (_, states) => {
  const reached = new Set(Object.keys(states).filter((name) => states[name]?.starts === true))
  for (const name of reached) for (const next of states[name]?.follows ?? []) reached.add(next)
  expect([...reached].sort()).toEqual(Object.keys(states).sort())
  for (const { ended, follows } of Object.values(states)) expect(follows.length === 0).toBe(ended)
})

describe.each(backends)('the guards of the schema on $name', (backend) => {
  const db = useDatabase(backend)

  test.each(TABLES)(
    '%s: out of an end there is no way, out of others every one',
    async (table, states, insert) => {
      for (const [from, { ended }] of Object.entries(states)) {
        for (const to of Object.keys(states)) {
          const id = `${from} ${to}`
          await db.database.query(insert, [id, from])
          const moved = db.database.query(
            `update quittance.${table} set status = $2 where id = $1`,
            [id, to],
          )
          if (ended && from !== to) await expect(moved).rejects.toMatchObject({ code: '23514' })
          else await moved
        }
      }
    },
  )
})
