// Goal: whatever the order of arrival, the rows end the same, facts are told once, observations alternate.
// Method: fast-check draws when the news of one history is delivered, half of it while the history runs.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { backends, useDatabase } from '../../support/databases.ts'
import {
  DAY,
  type Desk,
  invoice,
  item,
  itemsOf,
  type Json,
  MONTH,
  openDesk,
  paymentOf,
  START,
  subscription,
} from './desk.ts'

const RUNS = Number(process.env.PROPERTY_RUNS ?? 10)

const cycle = (over: Json) => invoice({ id: 'in_2', billing_reason: 'subscription_cycle', ...over })
const unpaid = { status: 'open', amount_paid: 0, amount_remaining: 2000 }
const renewed = (over: Json = {}) =>
  subscription({
    latest_invoice: 'in_2',
    items: itemsOf(
      item('price_pro', {
        current_period_start: START + MONTH,
        current_period_end: START + 2 * MONTH,
      }),
    ),
    ...over,
  })

type Told = readonly [type: string, object: Json]

/** What happens at Stripe, step by step, with the events that each step gives. */
const HISTORY: readonly (readonly Told[])[] = [
  [
    ['invoice.created', invoice({ ...unpaid, status: 'draft' })],
    ['customer.subscription.created', subscription({ status: 'incomplete' })],
    ['invoice.finalized', invoice(unpaid)],
  ],
  [
    ['invoice.paid', invoice({ payments: [paymentOf('pi_1')] })],
    ['customer.subscription.updated', subscription()],
    ['invoice_payment.paid', { ...paymentOf('pi_1'), invoice: 'in_1' }],
  ],
  [
    ['customer.subscription.trial_will_end', subscription({ trial_end: START + 9 * DAY })],
    ['customer.subscription.updated', subscription()],
  ],
  [
    ['invoice.created', cycle({ ...unpaid, status: 'draft', attempt_count: 0 })],
    ['customer.subscription.updated', renewed()],
  ],
  [
    ['invoice.payment_failed', cycle({ ...unpaid, attempt_count: 1 })],
    ['invoice.payment_action_required', cycle({ ...unpaid, attempt_count: 1 })],
    ['customer.subscription.updated', renewed({ status: 'past_due' })],
  ],
  [['invoice.payment_failed', cycle({ ...unpaid, attempt_count: 2 })]],
  [
    ['invoice.paid', cycle({ attempt_count: 3, payments: [paymentOf('pi_2')] })],
    ['customer.subscription.updated', renewed()],
    ['invoice_payment.paid', { ...paymentOf('pi_2'), invoice: 'in_2' }],
  ],
  [['customer.subscription.updated', renewed({ pause_collection: { behavior: 'void' } })]],
  [['customer.subscription.updated', renewed({ cancel_at_period_end: true })]],
  [
    [
      'customer.subscription.deleted',
      renewed({ status: 'canceled', cancel_at_period_end: true, ended_at: START + 2 * MONTH }),
    ],
  ],
]
const EVENTS = HISTORY.flat().length

const FACTS = [
  'invoice.action_required in_2 1',
  'invoice.paid in_1',
  'invoice.paid in_2',
  'invoice.payment_failed in_2 1',
  'invoice.payment_failed in_2 2',
  'subscription.activated sub_1',
  'subscription.canceled sub_1',
  'subscription.renewed in_2',
  'subscription.trial_ending sub_1',
]

const PAIRS: readonly (readonly [string, string])[] = [
  ['subscription.past_due', 'subscription.recovered'],
  ['subscription.cancel_scheduled', 'subscription.reactivated'],
  ['subscription.paused', 'subscription.resumed'],
  ['access.granted', 'access.revoked'],
]

const scenario = fc.record({
  /** While it runs: a step, a delivery of one of the events so far, or work. */
  during: fc.array(
    fc.oneof(fc.constant('step' as const), fc.nat(EVENTS - 1), fc.constant('work' as const)),
    { maxLength: 40 },
  ),
  /** After it: every event at least once. */
  after: fc.shuffledSubarray(
    Array.from({ length: 2 * EVENTS }, (_, n) => n % EVENTS),
    { minLength: EVENTS },
  ),
  atOnce: fc.boolean(),
})

const factOf = ({ name, about }: Desk['heard'][number]): string => {
  const {
    invoice: billed,
    subscription: on,
    attempt,
  } = about as {
    invoice?: { id: string }
    subscription?: { id: string }
    attempt?: number
  }
  return [name, billed?.id ?? on?.id, attempt].filter((part) => part !== undefined).join(' ')
}

/** Our own clock, and what numbers our own requests, differ from run to run. */
const OURS = ['ticket', 'created_at', 'updated_at']

async function stateOf(desk: Desk): Promise<Json> {
  const read = async (table: string) => {
    const rows = await desk.rows(`select * from quittance.${table} order by 1, 2`)
    return rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([key]) => !OURS.includes(key))),
    )
  }
  return {
    subscriptions: await read('subscriptions'),
    items: await read('subscription_items'),
    invoices: await read('invoices'),
    payments: await read('invoice_payments'),
  }
}

function assertAlternate(desk: Desk): void {
  for (const pair of PAIRS) {
    const names = desk.heard.map(({ name }) => name).filter((name) => pair.includes(name))
    names.forEach((name, n) => {
      expect(name).toBe(pair[n % 2])
    })
  }
}

describe.each(backends)('any order of arrival on $name', (backend) => {
  const db = useDatabase(backend)

  async function play(drawn: typeof scenario extends fc.Arbitrary<infer T> ? T : never) {
    const desk = openDesk(db)
    const happened: Json[] = []
    const steps = [...HISTORY]
    const step = () => {
      for (const [type, object] of steps.shift() ?? []) happened.push(desk.put(type, object))
    }
    const deliver = async (n: number) => {
      const event = happened[n]
      if (event !== undefined) await desk.deliver(event)
    }
    for (const what of drawn.during) {
      if (what === 'step') step()
      else if (what === 'work') await desk.drain()
      else await deliver(what)
    }
    while (steps.length > 0) step()
    const after = [...drawn.after, ...happened.map((_, n) => n)]
    if (drawn.atOnce) await Promise.all(after.map(deliver))
    else for (const n of after) await deliver(n)
    await desk.drain()
    return desk
  }

  test('ends in one state, with each fact told once', { timeout: 900_000 }, async () => {
    const undisturbed = await play({ during: [], after: [], atOnce: false })
    const expected = await stateOf(undisturbed)
    expect(expected.subscriptions).toMatchObject([{ status: 'canceled', activated: true }])
    await fc.assert(
      fc.asyncProperty(scenario, async (drawn) => {
        await db.reset()
        const desk = await play(drawn)
        expect(await stateOf(desk)).toEqual(expected)
        const facts = desk.heard.map(factOf).filter((fact) => FACTS.includes(fact))
        expect(facts.sort()).toEqual(FACTS)
        assertAlternate(desk)
        const open = await desk.rows(
          `select seq from quittance.dispatch where state <> 'done' and kind = 'event'`,
        )
        expect(open).toEqual([])
      }),
      { numRuns: RUNS },
    )
  })
})
