// Goal: every flow that Stripe's reference names is played, ends where it says, and tells what Stripe tells of it.
// Method: the SDK against the simulator, a stage of its own for each; the terminal objects are read back.
import { expect, test } from 'vitest'
import { FLOWS, type Flow, openStage, stateOf } from './index.ts'
import { type CheckoutInput, plainShop } from './stage.ts'

const sections = Array.from({ length: 17 }, (_, index) => `3.${index + 1}`)
/** A step's events come before the next step's: few at a time leave many orders to try. */
const EVENTS_PER_STEP_MAX = 18

async function play(flow: Flow, seed: string) {
  const stage = await openStage(seed)
  try {
    const told: { type: string; json: string }[][] = []
    for (const step of flow.steps) {
      await step(stage)
      told.push(stage.news().map((event) => ({ type: event.type, json: JSON.stringify(event) })))
    }
    const state = await stateOf(stage, flow)
    return { told, state, url: stage.simulator.url }
  } finally {
    // Closing tells what was not of Stripe's shape.
    await stage.close()
  }
}

test.each(FLOWS)('$section $name', async (flow) => {
  const { told, state } = await play(flow, flow.name)
  expect(state).toMatchObject(flow.ends)
  const types = new Set(told.flat().map(({ type }) => type))
  expect([...types]).toEqual(expect.arrayContaining([...flow.tells]))
  expect(Math.max(...told.map(({ length }) => length))).toBeLessThanOrEqual(EVENTS_PER_STEP_MAX)
})

test('the flows have names of their own, and leave no section out', () => {
  expect(new Set(FLOWS.map(({ name }) => name)).size).toBe(FLOWS.length)
  expect(new Set(FLOWS.map(({ section }) => section))).toEqual(new Set(sections))
  for (const { ends, tells } of FLOWS) {
    expect(Object.keys(ends).length).toBeGreaterThan(0)
    expect(tells.length).toBeGreaterThan(0)
  }
})

test('a flow that does not end as it says is seen', async () => {
  const [flow] = FLOWS
  if (flow === undefined) throw new TypeError('there are no flows')
  const { state } = await play(flow, 'red')
  expect(state).not.toMatchObject({ charge: { refunded: true } })
})

/** Without the simulator's port, and the keys that the SDK draws. */
const bytes = ({ told, url }: Awaited<ReturnType<typeof play>>) =>
  told.map((step) =>
    step.map(({ json }) => json.replaceAll(url, '').replaceAll(/"stripe-node-retry-[^"]+"/g, '""')),
  )

test('a seed gives the same events byte for byte, another seed others', async () => {
  const flow = FLOWS.find(({ name }) => name === 'dunning to canceled')
  if (flow === undefined) throw new TypeError('the flow is gone')
  const first = bytes(await play(flow, 'same'))
  expect(bytes(await play(flow, 'same'))).toEqual(first)
  expect(bytes(await play(flow, 'other'))).not.toEqual(first)
})

test('another shop can sell on the stage', async () => {
  const [flow] = FLOWS
  if (flow === undefined) throw new TypeError('there are no flows')
  const asked: CheckoutInput[] = []
  const stage = await openStage('shop', {
    checkout(market) {
      const sell = plainShop(market)
      return (input) => {
        asked.push(input)
        return sell(input)
      }
    },
  })
  try {
    for (const step of flow.steps) await step(stage)
    expect(asked).toEqual([{ itemId: 'poster', quantity: 2, userId: 'user_1' }])
    expect(stage.kept.get('order')).toBe('ord_1')
    expect(await stateOf(stage, flow)).toMatchObject(flow.ends)
  } finally {
    await stage.close()
  }
})
