// Goal: answers that are applied side by side end in the newest one, and each transition is made by one of them.
// Method: settleAnswer in many transactions at once, without the effect keys that would hide a second telling.
import { describe, expect, test } from 'vitest'
import type { Happening } from '../../../src/events.ts'
import { accessRules } from '../../../src/pipeline/projections/access/rules.ts'
import type { Scope } from '../../../src/pipeline/projections/projector.ts'
import {
  readAnswer,
  settleAnswer,
} from '../../../src/pipeline/projections/subscriptions/settle-answer.ts'
import { backends, useDatabase } from '../../support/databases.ts'
import { CATALOGUE, invoice, item, itemsOf, type Json, subscription } from './desk.ts'

const AT_ONCE = 8
const ROUNDS = 10
const rules = accessRules(CATALOGUE, {})

describe.each(backends)('answers side by side on $name', (backend) => {
  const db = useDatabase(backend)

  async function settle(ticket: bigint, on: Json | null, billed: Json, heard: Happening[]) {
    const answer = readAnswer(ticket, on, billed)
    if (answer === null) throw new TypeError('the answer cannot be read')
    await db.database.transaction(async (tx) => {
      const scope: Scope = {
        tx,
        item: {
          kind: 'check',
          seq: ticket,
          lane: 'sub_1',
          generation: 1,
          attempt: 1,
          charged: 1,
          objectType: 'subscription',
          objectId: 'sub_1',
          origin: 'sweep',
        },
        cause: { kind: 'check', seq: ticket, origin: 'sweep', objectId: 'sub_1' },
        note: () => undefined,
        emit: (happening) => {
          heard.push(happening)
        },
        emitRaw: () => false,
      }
      await settleAnswer(scope, answer, rules)
    })
  }

  test('the newest stands, and each fact is told by one', { timeout: 120_000 }, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await db.reset()
      const heard: Happening[] = []
      const tickets = Array.from({ length: AT_ONCE }, (_, n) => BigInt(n + 1))
      const from = round % AT_ONCE
      await Promise.all(
        [...tickets.slice(from), ...tickets.slice(0, from)].map(async (ticket) => {
          const n = Number(ticket)
          const status = n === AT_ONCE ? 'past_due' : 'active'
          const items = itemsOf(item(`price_${n}`, { id: `si_${n}` }))
          const billed = invoice({ attempt_count: n })
          await settle(ticket, subscription({ status, items }), billed, heard)
        }),
      )
      const newest = BigInt(AT_ONCE)
      expect(await db.database.query('select ticket, status from quittance.subscriptions')).toEqual(
        [{ ticket: newest, status: 'past_due' }],
      )
      expect(await db.database.query('select id from quittance.subscription_items')).toEqual([
        { id: `si_${AT_ONCE}` },
      ])
      expect(
        await db.database.query('select ticket, attempt_count from quittance.invoices'),
      ).toEqual([{ ticket: newest, attempt_count: AT_ONCE }])
      const facts = heard.filter(({ key }) => /:(activated|paid|past_due:8)$/.test(key))
      expect(facts.map(({ name }) => name).sort()).toEqual([
        'invoice.paid',
        'subscription.activated',
        'subscription.past_due',
      ])
    }
  })
})
