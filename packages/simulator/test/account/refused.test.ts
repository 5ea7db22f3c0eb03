// A refused request leaves nothing behind, outside of the account's rows either.
import { expect, test } from 'vitest'
import { bench, endpoint } from '../support.ts'

test('a transfer that is refused moves no money in either account', async () => {
  const b = await bench()
  const { id } = await b.stripe.accounts.create({ type: 'standard' })
  const balances = () =>
    Promise.all([b.stripe.balance.retrieve(), b.stripe.balance.retrieve({}, { stripeAccount: id })])
  const before = await balances()
  const form = `amount=5000&currency=usd&destination=${id}`
  expect((await b.call('POST', '/v1/transfers', `${form}&expand[]=nope`)).status).toBe(400)
  expect(await balances()).toEqual(before)
  await b.stripe.transfers.create({ amount: 5000, currency: 'usd', destination: id })
  const [here, there] = await balances()
  expect([here.available[0]?.amount, there.available[0]?.amount]).toEqual([-5000, 5000])
})

test('nor is a webhook resent by a request that is refused', async () => {
  const b = await bench()
  const sink = await endpoint()
  b.account.addWebhookEndpoint({ url: sink.url })
  await b.stripe.customers.create()
  await b.simulator.drain()
  const [event] = (await b.stripe.events.list()).data
  const path = `/v1/events/${event?.id}/retry`
  expect((await b.call('POST', path, 'expand[]=nope')).status).toBe(400)
  await b.simulator.drain()
  expect(sink.received).toHaveLength(1)
  expect((await b.call('POST', path)).status).toBe(200)
  await b.simulator.drain()
  expect(sink.received).toHaveLength(2)
})

test('nor does a CLI session begin by one', async () => {
  const b = await bench()
  const form = 'device_name=desk&websocket_features[]=webhooks'
  const path = '/v1/stripecli/sessions'
  // One more than there may be: each of them would count.
  for (let index = 0; index < 101; index += 1) {
    expect((await b.call('POST', path, `${form}&expand[]=nope`)).error.type).toBe(
      'invalid_request_error',
    )
  }
  expect((await b.call('POST', path, form)).status).toBe(200)
})
