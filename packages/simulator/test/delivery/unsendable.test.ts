// Goal: a URL to which nothing can be sent is refused; one that is there all the same fails its attempts, and ends nothing.
import { expect, test } from 'vitest'
import { send } from '../../src/delivery/send.ts'
import { type Ports, systemPorts } from '../../src/ports.ts'
import { bench } from '../support.ts'

test.each(['localhost:3000/x', 'http://%zz@127.0.0.1:1/', 'http://a:%e0@127.0.0.1/', 'ftp://a.b/'])(
  '%s is refused by the API and in process',
  async (url) => {
    const b = await bench()
    const form = `enabled_events[]=*&url=${encodeURIComponent(url)}`
    const refusal = { code: 'url_invalid', param: 'url' }
    expect((await b.call('POST', '/v1/webhook_endpoints', form)).error).toMatchObject(refusal)
    expect(() => b.account.addWebhookEndpoint({ url })).toThrow('Invalid URL')
    expect(b.account.webhookEndpoints()).toEqual([])
  },
)

test.each([
  ['localhost:3000/x', 'err_invalid_protocol'],
  ['http://%zz@127.0.0.1:1/', 'not_sent'],
])('an older snapshot’s %s fails with %s', async (url, error) => {
  const b = await bench()
  b.account.addWebhookEndpoint({ url: 'http://127.0.0.1:1/placeholder' })
  const text = JSON.stringify(b.simulator.snapshot())
  b.simulator.restore(JSON.parse(text.replaceAll('http://127.0.0.1:1/placeholder', url)))
  await b.stripe.customers.create()
  await b.account.drain()
  expect(b.account.deliveries()).toMatchObject([{ type: 'customer.created', attempt: 1, error }])
  b.account.advance(60 * 60)
  await b.account.drain()
  expect(b.account.deliveries().length).toBeGreaterThan(1)
})

test.each(['localhost:3000/x', 'http://%zz@127.0.0.1:1/'])(
  'an attempt at %s leaves no time limit behind, which would end the process later',
  async (url) => {
    let limits = 0
    const later: Ports['later'] = () => {
      limits += 1
      return () => {
        limits -= 1
      }
    }
    await expect(send(url, Buffer.from('{}'), '', { ...systemPorts(), later })).rejects.toThrow()
    expect(limits).toBe(0)
  },
)
