// Goal: access is a function of what a buyer has, and of nothing else; more never means less.
// Method: fast-check draws buyers, also ones that Stripe would not allow.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AccessPolicies } from '../../../src/catalogue.ts'
import type {
  InvoiceInput,
  OrderInput,
  SubscriptionInput,
} from '../../../src/pipeline/projections/access/claims.ts'
import {
  type AccessInputs,
  accessAt,
  accessOf,
} from '../../../src/pipeline/projections/access/derive.ts'
import { ACCESS_REASONS } from '../../../src/pipeline/projections/access/reasons.ts'
import { at, CATALOGUE, rulesOf, subscription } from './make.ts'

const HOUR_MS = 3_600_000
const time = fc.integer({ min: 0, max: 24 * 60 }).map((hours) => at(1) + hours * HOUR_MS)
const maybeTime = fc.option(time, { nil: null })
const itemId = fc.constantFrom(...Object.keys(CATALOGUE), 'gone')
const disputes = fc.array(
  fc.constantFrom('warning_needs_response', 'needs_response', 'won', 'lost', 'prevented'),
  { maxLength: 2 },
) satisfies fc.Arbitrary<InvoiceInput['disputes'][number][]>

const invoice: fc.Arbitrary<InvoiceInput> = fc.record({
  id: fc.integer({ min: 1, max: 40 }).map((n) => `in_${n}`),
  status: fc.constantFrom('paid', 'open'),
  attempted: fc.boolean(),
  total: fc.constantFrom(0, 2000),
  amountPaid: fc.constantFrom(0, 2000),
  amountRefunded: fc.constantFrom(0, 0, 500, 2000),
  disputes,
  periodStart: maybeTime,
  periodEnd: maybeTime,
  dueAt: fc.option(time, { nil: null, freq: 1 }),
  finalizedAt: maybeTime,
  createdAt: time,
})

const someSubscription: fc.Arbitrary<SubscriptionInput> = fc.record({
  id: fc.integer({ min: 1, max: 40 }).map((n) => `sub_${n}`),
  status: fc.constantFrom(
    'incomplete',
    'incomplete_expired',
    'trialing',
    'active',
    'active',
    'past_due',
    'past_due',
    'unpaid',
    'paused',
    'canceled',
    'canceled',
  ),
  createdAt: time,
  cancelAt: maybeTime,
  pauseBehavior: fc.constantFrom(null, null, 'void', 'keep_as_draft'),
  periodStart: maybeTime,
  periodEnd: maybeTime,
  items: fc.array(
    fc.record({
      itemId: fc.option(itemId, { nil: null }),
      quantity: fc.constantFrom(0, 1, 5, null),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  invoices: fc.uniqueArray(invoice, { maxLength: 4, selector: ({ id }) => id }),
})

const someOrder: fc.Arbitrary<OrderInput> = fc
  .record({
    id: fc.integer({ min: 1, max: 40 }).map((n) => `order_${n}`),
    itemId,
    status: fc.constantFrom('fulfilled', 'fulfilled', 'fulfilled', 'awaiting_payment', 'expired'),
    amountTotal: fc.constantFrom(0, 2000),
    amountRefunded: fc.constantFrom(0, 0, 500, 2000),
    disputes,
    createdAt: time,
    fulfilledAt: time,
  })
  .map((drawn) => ({
    ...drawn,
    fulfilledAt: drawn.status === 'fulfilled' ? drawn.fulfilledAt : null,
  }))

const buyer: fc.Arbitrary<AccessInputs> = fc.record({
  subscriptions: fc.uniqueArray(someSubscription, { maxLength: 4, selector: ({ id }) => id }),
  orders: fc.uniqueArray(someOrder, { maxLength: 4, selector: ({ id }) => id }),
})

const either = fc.constantFrom('keep', 'revoke')
const policies: fc.Arbitrary<AccessPolicies> = fc.record({
  pastDueGraceDays: fc.constantFrom(0, 7, 30),
  partialRefund: either,
  fullRefund: either,
  inquiry: either,
  chargeback: either,
  disputeLost: either,
  canceledNow: fc.constantFrom('ends_now', 'paid_through'),
  collectionVoided: either,
})

const RUNS = { numRuns: Number(process.env.PROPERTY_RUNS ?? 2_000) }

/** The features that are granted at a moment. */
function granted(inputs: AccessInputs, over: AccessPolicies, moment: number): readonly string[] {
  return [...accessOf(inputs, rulesOf(over))]
    .filter(([feature, derived]) => accessAt(feature, derived, new Date(moment)).granted)
    .map(([feature]) => feature)
}

describe('access of any buyer under any policies', () => {
  test('does not depend on the order of what the buyer has', () => {
    const shuffled = buyer.chain((drawn) =>
      fc.record({
        drawn: fc.constant(drawn),
        other: fc.record({
          subscriptions: fc
            .shuffledSubarray([...drawn.subscriptions], { minLength: drawn.subscriptions.length })
            .map((list) =>
              list.map((each) => ({
                ...each,
                items: [...each.items].reverse(),
                invoices: [...each.invoices].reverse(),
              })),
            ),
          orders: fc.shuffledSubarray([...drawn.orders], { minLength: drawn.orders.length }),
        }),
      }),
    )
    fc.assert(
      fc.property(shuffled, policies, ({ drawn, other }, over) => {
        const rules = rulesOf(over)
        expect([...accessOf(other, rules)]).toEqual([...accessOf(drawn, rules)])
      }),
      RUNS,
    )
  })

  test('never shrinks by a further source', () => {
    const grows = fc.record({
      before: buyer,
      subscription: someSubscription.map((drawn) => ({ ...drawn, id: 'sub_more' })),
      order: someOrder.map((drawn) => ({ ...drawn, id: 'order_more' })),
      which: fc.constantFrom('subscription', 'order', 'both'),
    })
    fc.assert(
      fc.property(grows, policies, time, ({ before, subscription: sub, order, which }, over, t) => {
        const after = {
          subscriptions: [...before.subscriptions, ...(which === 'order' ? [] : [sub])],
          orders: [...before.orders, ...(which === 'subscription' ? [] : [order])],
        }
        expect(granted(after, over, t)).toEqual(
          expect.arrayContaining([...granted(before, over, t)]),
        )
      }),
      RUNS,
    )
  })

  test('ends at its end, to the millisecond, and is not there before it is over', () => {
    fc.assert(
      fc.property(buyer, policies, (inputs, over) => {
        for (const [feature, derived] of accessOf(inputs, rulesOf(over))) {
          const { until } = derived
          if (until === null) continue
          const before = accessAt(feature, derived, new Date(until.getTime() - 1))
          expect(before).toMatchObject({ granted: true, until })
          for (const later of [0, 1, 1000 * HOUR_MS]) {
            const after = accessAt(feature, derived, new Date(until.getTime() + later))
            expect(after).toMatchObject({ granted: false, until: null })
            expect(ACCESS_REASONS[after.reason].grants).toBe(false)
          }
        }
      }),
      RUNS,
    )
  })

  test('has a reason that agrees with it, and a source that the buyer has', () => {
    fc.assert(
      fc.property(buyer, policies, time, (inputs, over, t) => {
        for (const [feature, derived] of accessOf(inputs, rulesOf(over))) {
          const seen = accessAt(feature, derived, new Date(t))
          expect(ACCESS_REASONS[seen.reason].grants).toBe(seen.granted)
          expect(seen.because).not.toContain('{')
          if (seen.until !== null) expect(ACCESS_REASONS[seen.reason].over).not.toBeNull()
          const sources = [...inputs.subscriptions, ...inputs.orders].map(({ id }) => id)
          expect(sources).toContain(seen.source?.id)
        }
      }),
      RUNS,
    )
  })

  test('stays for good with one active subscription that nothing was taken back of', () => {
    fc.assert(
      fc.property(buyer, policies, time, (inputs, over, t) => {
        const active = subscription({ id: 'sub_good' })
        const inputsWith = { ...inputs, subscriptions: [...inputs.subscriptions, active] }
        const kept = accessOf(inputsWith, rulesOf(over)).get('export')
        expect(kept).toMatchObject({ granted: true, until: null })
        expect(granted(inputsWith, over, t)).toContain('export')
      }),
      RUNS,
    )
  })
})
