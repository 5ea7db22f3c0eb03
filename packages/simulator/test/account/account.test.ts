// Goal: one seed, one world; a clock that moves events to their moments; rows that roll back.
import { describe, expect, test } from 'vitest'
import { Store } from '../../src/account/store.ts'
import { previousAttributes } from '../../src/account/transaction.ts'
import { checkedSimulator } from '../schema/checked-simulator.ts'
import { bench, confirmPage, noonMs, openSession } from '../support.ts'

test('the same seed and clock give the same objects and events', async () => {
  const play = async () => {
    const b = await bench({ seed: 'again', now: () => noonMs })
    const { id } = await openSession(b, {
      line_items: [
        {
          price_data: { currency: 'eur', unit_amount: 3000, product_data: { name: 'a' } },
          quantity: 1,
        },
      ],
    })
    await confirmPage(b, id)
    // The SDK draws its idempotency keys itself.
    return JSON.stringify(b.account.events()).replaceAll(/127\.0\.0\.1:\d+/g, 'host')
  }
  const strip = (text: string) => text.replaceAll(/stripe-node-retry-[0-9a-f-]+/g, 'key')
  expect(strip(await play())).toBe(strip(await play()))
})

test('accounts draw different ids', async () => {
  const b = await bench()
  const other = await b.call('POST', '/v1/products', 'name=a', {
    authorization: 'Bearer sk_test_other',
  })
  expect((await b.stripe.products.create({ name: 'a' })).id).not.toBe(other.body.id)
})

test('the virtual clock runs with the wall and never back', async () => {
  let wallMs = noonMs
  const b = await bench({ now: () => wallMs })
  b.account.advance(100)
  wallMs += 5000
  expect(b.account.now()).toBe(noonMs / 1000 + 105)
  expect(() => b.account.advance(-1)).toThrow(RangeError)
})

test('what falls due on the way happens in order, each at its own moment', async () => {
  const b = await bench({ now: () => noonMs })
  const start = b.account.now()
  await openSession(b, { expires_at: start + 7200 })
  await openSession(b, { expires_at: start + 3600 })
  b.account.advance(10_000)
  expect(b.account.events()).toMatchObject([
    { type: 'checkout.session.expired', created: start + 3600 },
    { type: 'checkout.session.expired', created: start + 7200 },
  ])
})

test('two simulators, a port that is taken, and closing', async () => {
  const first = await checkedSimulator()
  await expect(checkedSimulator({ port: first.port })).rejects.toThrow(/EADDRINUSE/)
  await first.close()
  const second = await checkedSimulator({ port: first.port })
  expect(second.url).toBe(`http://127.0.0.1:${first.port}`)
  await second.close()
})

describe('store', () => {
  const tombstone = (id: string) => ({ id, object: 'x', deleted: true as const })

  test('a failed transaction leaves rows as they were', () => {
    const store = new Store()
    store.put('tombstone', tombstone('kept'))
    const fail = () =>
      store.atomically(
        () => {
          store.put('tombstone', { ...tombstone('kept'), object: 'changed' })
          store.put('tombstone', tombstone('new'))
          store.remove('tombstone', 'kept')
          throw new Error('no')
        },
        () => false,
      )
    expect(fail).toThrow('no')
    expect(store.all('tombstone')).toEqual([tombstone('kept')])
  })

  test('an error that keeps its state keeps it', () => {
    const store = new Store()
    const fail = () =>
      store.atomically(
        () => {
          store.put('tombstone', tombstone('new'))
          throw new Error('declined')
        },
        () => true,
      )
    expect(fail).toThrow('declined')
    expect(store.all('tombstone')).toHaveLength(1)
  })
})

test('previous_attributes: changed, added, removed, nested', () => {
  expect(
    previousAttributes(
      { a: 1, same: 2, list: [1], meta: { x: '1', y: '2' } },
      { a: 3, same: 2, list: [1, 2], meta: { x: '9', y: '2', z: '3' } },
    ),
  ).toEqual({ a: 1, list: [1], meta: { x: '1', z: null } })
  expect(previousAttributes({ a: 1 }, { a: 1 })).toBeUndefined()
})
