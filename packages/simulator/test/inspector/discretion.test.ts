// Goal: nobody reads a secret over a developer's shoulder, and no name becomes markup. Method: every view, and the masks.
import { describe, expect, test } from 'vitest'
import { masked, maskedKey, maskedUrl } from '../../src/inspector/mask.ts'
import { tabs } from '../../src/inspector/place.ts'
import { bench } from '../support.ts'
import { idOf, open } from './support.ts'

describe('masks', () => {
  test.each([
    ['sk_test_51HabcdEfghIjkl', 'sk_test_••••Ijkl'],
    ['sk_live_51HabcdEfghIjkl', 'sk_live_••••Ijkl'],
    ['sk_test_short', 'sk_test_••••'],
    ['whatever', '••••'],
  ])('the key %s is shown as %s', (key, shown) => {
    expect(maskedKey(key)).toBe(shown)
  })

  test.each([
    ['http://user:hush@127.0.0.1:1/hook?token=zephyr', 'http://••••@127.0.0.1:1/hook?token=••••'],
    ['http://127.0.0.1:1/hook', 'http://127.0.0.1:1/hook'],
    ['hush', '••••'],
  ])('the address %s is shown as %s', (url, shown) => {
    expect(maskedUrl(url)).toBe(shown)
  })

  test.each([
    [{ client_secret: 'pi_1_secret_abc' }, { client_secret: '••••' }],
    [{ url: 'https://x.test/?s=pi_1_secret_abc' }, { url: 'https://x.test/?s=pi_1_secret_••••' }],
    [{ secret: 'whsec_abc' }, { secret: '••••' }],
    [{ message: 'Key sk_test_51Habcd is bad' }, { message: 'Key sk_test_•••• is bad' }],
    [
      { card: { number: '4242424242424242', cvc: '123' } },
      { card: { number: '•••• 4242', cvc: '••••' } },
    ],
    [{ note: 'paid by 4242 4242 4242 4242' }, { note: 'paid by •••• 4242' }],
    [{ account_number: '000123456789' }, { account_number: '•••• 6789' }],
    [{ number: 'ABC-0001' }, { number: 'ABC-0001' }],
    [
      { id: 'pi_424242424242424242', amount: 4242424242424242 },
      { id: 'pi_424242424242424242', amount: 4242424242424242 },
    ],
    [
      [{ secret: '' }, null],
      [{ secret: '' }, null],
    ],
    [{ name: undefined, id: 1 }, { id: 1 }],
  ])('%o is shown as %o', (value, shown) => {
    expect(masked(value)).toStrictEqual(shown)
  })
})

test('no view and no call shows a key, a secret or a card number', async () => {
  const key = 'sk_test_51HsesameSesame9876'
  const b = await bench()
  const account = b.simulator.account(key)
  const { secret, id: endpointId } = account.addWebhookEndpoint({
    url: 'http://user:hush@127.0.0.1:1/hook-path?token=zephyr',
    secret: 'whsec_murmur',
  })
  const headers = { authorization: `Bearer ${key}` }
  const intent = await b.call('POST', '/v1/payment_intents', 'amount=2000&currency=usd', headers)
  const card = 'card[number]=4242424242424242&card[cvc]=987&card[exp_month]=12&card[exp_year]=2034'
  await b.call('POST', '/v1/payment_methods', `type=card&${card}`, headers)
  await b.call(
    'POST',
    '/v1/webhook_endpoints',
    'url=http://127.0.0.1:1/&enabled_events[]=*',
    headers,
  )
  await b.simulator.drain()
  const rolled = account.rollWebhookSecret(endpointId, { overlapSeconds: 60 })
  const hidden = [key, secret, rolled, 'hush', 'zephyr', '4242424242424242', '"987"']
  hidden.push(String(intent.body.client_secret))
  for (const { secret: other } of account.webhookEndpoints()) hidden.push(other)
  const id = idOf(b, key)
  const { requests } = await b.sim(`requests?account=${id}`)
  const { events } = await b.sim(`events?account=${id}`)
  expect([requests, events].map((rows) => Array.isArray(rows) && rows.length > 0)).toEqual([
    true,
    true,
  ])
  const opened = [
    ...Object(requests).map((row: { id: string }) => ['requests', row.id]),
    ...Object(events).map((row: { id: string }) => ['events', row.id]),
  ]
  const paths = [
    ...tabs.map(([tab]) => `/?account=${id}&tab=${tab}`),
    ...opened.map(([tab, row]) => `/?account=${id}&tab=${tab}&open=${row}`),
    ...opened.map(([tab, row]) => `/_sim/${tab}/${row}`),
    ...['accounts', 'requests', 'events', 'webhook_endpoints'].map((name) => `/_sim/${name}`),
  ]
  for (const path of paths) {
    const text = await (await open(b.simulator.url, path)).text()
    for (const secretText of hidden)
      expect({ path, shows: text.includes(secretText) && secretText }).toEqual({
        path,
        shows: false,
      })
  }
})

test('what names itself in markup stays text', async () => {
  const b = await bench()
  await b.stripe.products.create({ name: '<img src=x onerror=alert(1)>', metadata: { '<i>': '"' } })
  b.simulator.account('sk_test_<img src=x onerror=alert(1)><i>')
  b.simulator.account('<script>alert(1)</script>')
  const [event] = b.account.events()
  const paths = [
    '/',
    `/?account=${idOf(b)}&tab=events&open=${Object(event).id}`,
    '/?account=<img src=x>&only=<i>',
  ]
  for (const path of paths) {
    const page = await (await open(b.simulator.url, path)).text()
    expect(page).not.toContain('<img')
    expect(page).not.toContain('<i>')
  }
})
