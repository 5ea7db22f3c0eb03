// Goal: whatever way the news of one history takes, it ends in one state and tells each fact once.
// Method: fast-check draws a history of refunds and disputes and a way for its events; a model that
// lives through the history says what is true at its end, and what had been true on the way.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { backends, useDatabase } from '../../support/databases.ts'
import { openShop, type Shop } from '../../support/shop.ts'
import { type Json, listener, Till } from './till.ts'

const TOTAL = 3000
const CHARGE = 'ch_pi_1'
const DISPUTE_WAY = ['won', 'appeal_under_review', 'lost'] as const

/** What may happen next; what cannot happen at that point is skipped. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('refund' as const),
      part: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fail' as const), which: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('dispute' as const), inquiry: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('decide' as const), which: fc.nat(1) }) },
)

const scenario = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 8 }),
  /** A second holds one step, or all of them. */
  pace: fc.constantFrom(0, 1),
  buyer: fc.constantFrom<Parameters<Till['order']>[0]>(
    {},
    { userId: 'user_1' },
    { customer: 'cus_1' },
    { userId: 'user_1', customer: 'cus_1' },
  ),
  /** After how many steps the session's event comes; the end at the latest. */
  completedAfter: fc.nat(8),
  /** How many of a step's events come before the next step, and whether they are worked off then. */
  prompt: fc.array(fc.record({ events: fc.nat(4), drain: fc.boolean() }), { maxLength: 8 }),
  seed: fc.nat(1_000_000),
  twice: fc.boolean(),
})

/** What was true on the way: facts, and the sums at the end. */
class Model {
  readonly facts = new Set<string>()
  readonly standing = new Map<string, number>()
  readonly disputes = new Map<string, number>()
  status: string | null = null
  newest = ''

  get refunded(): number {
    return [...this.standing.values()].reduce((sum, amount) => sum + amount, 0)
  }

  refund(id: string, amount: number): void {
    this.standing.set(id, amount)
    const isWhole = this.refunded >= TOTAL
    // The whole is told once, of whichever refund first made it.
    this.facts.add(`order.${isWhole ? 'refunded' : 'partially_refunded'} ${id}`)
  }
}

const RUNS = Number(process.env.PROPERTY_RUNS ?? 12)

describe.each(backends)('any way of the news on $name', (backend) => {
  const db = useDatabase(backend)

  /** Lets the next thing happen; answers its events, or none if it cannot happen. */
  function happen(
    till: Till,
    model: Model,
    next: typeof step extends fc.Arbitrary<infer T> ? T : never,
  ) {
    switch (next.kind) {
      case 'refund': {
        const amount = Math.min(next.part * 500, TOTAL - model.refunded)
        if (amount <= 0) return []
        const events = till.refund(CHARGE, amount)
        model.refund(`re_${CHARGE}_${till.refundsMade(CHARGE)}`, amount)
        return events
      }
      case 'fail': {
        // Within one second nobody can tell what came first.
        const id = [...model.standing.keys()][next.which]
        if (id === undefined || till.pace === 0) return []
        model.standing.delete(id)
        model.facts.add(`order.refund_failed ${id}`)
        return till.failRefund(id)
      }
      case 'dispute': {
        const status = next.inquiry ? 'warning_needs_response' : 'needs_response'
        const id = `dp_${model.disputes.size + 1}`
        model.disputes.set(id, 0)
        model.facts.add(`order.disputed ${id}`)
        model.status = status
        model.newest = id
        return till.dispute(CHARGE, { status })
      }
      case 'decide': {
        const id = [...model.disputes.keys()][next.which]
        const at = id === undefined ? undefined : model.disputes.get(id)
        const status = at === undefined ? undefined : DISPUTE_WAY[at]
        if (id === undefined || at === undefined || status === undefined) return []
        model.disputes.set(id, at + 1)
        if (status !== 'appeal_under_review') model.facts.add(`order.dispute_${status} ${id}`)
        if (id === model.newest) model.status = status
        return till.changeDispute(id, status)
      }
    }
  }

  function shuffled<T>(items: readonly T[], seed: number): T[] {
    let state = seed
    const keyed = items.map((item) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
      return { item, key: state }
    })
    return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item)
  }

  async function play(drawn: typeof scenario extends fc.Arbitrary<infer T> ? T : never) {
    const { on, told } = listener()
    const shop: Shop = openShop(db, { on })
    const till = new Till(shop)
    till.pace = drawn.pace
    const model = new Model()
    const { orderId, completed } = await till.order({ ...drawn.buyer, pending: true })
    const all: Json[] = []
    for (const [n, next] of drawn.steps.entries()) {
      if (n === drawn.completedAfter) await shop.deliver(completed)
      const events = happen(till, model, next)
      all.push(...events)
      const { events: prompt, drain } = drawn.prompt[n] ?? { events: 0, drain: false }
      for (const event of events.slice(0, prompt)) await shop.deliver(event)
      if (drain) await shop.drain()
    }
    const rest = [...all, completed, ...(drawn.twice ? all : [])]
    for (const event of shuffled(rest, drawn.seed)) await shop.deliver(event)
    await shop.drain()
    return { shop, orderId, model, told }
  }

  test('ends in one state and tells each fact once', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (drawn) => {
        await db.reset()
        const { shop, orderId, model, told } = await play(drawn)
        expect(await shop.engine.orders.get(orderId)).toMatchObject({
          status: 'fulfilled',
          amountRefunded: model.refunded,
          disputeStatus: model.status,
          failed: false,
          held: false,
        })
        expect(told[0]).toBe('order.fulfilled')
        expect(told.slice(1).sort()).toEqual([...model.facts].sort())
        const open = await db.database.query(
          `select seq, state, reason from quittance.dispatch where state <> 'done'`,
        )
        expect(open).toEqual([])
      }),
      { numRuns: RUNS },
    )
  })
})
