// A state file: written whole, taken up by the next run, and never overwritten when it cannot be read.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadState, saveState } from '../../src/cli-state.ts'
import { stockSimulator } from '../../src/cli-stock.ts'
import { bench } from '../support.ts'

const wish = {
  apiKey: 'sk_test_simulator',
  prices: [{ lookupKey: 'poster_2026', currency: 'usd', unitAmount: 2_500 }],
  forwardTo: ['http://127.0.0.1:1/hook'],
  secret: undefined,
}

function file(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quittance-state-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'state.json')
}

test('the next run finds what the last one left, and stocks nothing twice', async () => {
  const path = file()
  const first = await bench()
  expect(await loadState(first.simulator, path)).toBe(false)
  const stocked = await stockSimulator(first.simulator, wish)
  const customer = await first.stripe.customers.create({ name: 'Ada' })
  await saveState(first.simulator, path)

  const next = await bench()
  expect(await loadState(next.simulator, path)).toBe(true)
  expect(await next.stripe.customers.retrieve(customer.id)).toMatchObject({ name: 'Ada' })
  const again = await stockSimulator(next.simulator, wish)
  expect(again.prices).toEqual(stocked.prices)
  expect(again.endpoints).toEqual(stocked.endpoints)
  expect(again.env.STRIPE_WEBHOOK_SECRET).toBe(stocked.env.STRIPE_WEBHOOK_SECRET)
})

test('another amount takes the lookup key over', async () => {
  const { simulator, stripe } = await bench()
  const { prices } = await stockSimulator(simulator, wish)
  await stockSimulator(simulator, {
    ...wish,
    prices: [{ lookupKey: 'poster_2026', currency: 'usd', unitAmount: 2_600 }],
  })
  const { data } = await stripe.prices.list({ lookup_keys: ['poster_2026'] })
  expect(data.map(({ unit_amount }) => unit_amount)).toEqual([2_600])
  expect(data[0]?.id).not.toBe(prices[0]?.id)
})

test('a file that is no state is named and left alone', async () => {
  const path = file()
  writeFileSync(path, '{"mine":true}')
  const { simulator } = await bench()
  await expect(loadState(simulator, path)).rejects.toThrow(/cannot be taken up: .* Move the file/)
  expect(readFileSync(path, 'utf8')).toBe('{"mine":true}')
})
