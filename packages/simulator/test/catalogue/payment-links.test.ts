// Payment links over the official SDK: terms, lines, changes.
import { expect, it } from 'vitest'
import { bench } from '../support.ts'

async function stock(b: Awaited<ReturnType<typeof bench>>) {
  return b.stripe.prices.create({
    currency: 'usd',
    unit_amount: 1500,
    product_data: { name: 'Poster' },
  })
}

it('is complete, and opens a page of the simulator', async () => {
  const b = await bench()
  const price = await stock(b)
  const link = await b.stripe.paymentLinks.create({
    line_items: [{ price: price.id, quantity: 2, adjustable_quantity: { enabled: true } }],
    after_completion: { type: 'redirect', redirect: { url: 'https://shop.example/thanks' } },
    restrictions: { completed_sessions: { limit: 3 } },
    custom_fields: [{ key: 'size', type: 'text', label: { type: 'custom', custom: 'Size' } }],
    payment_intent_data: { metadata: { a: '1' }, capture_method: 'manual' },
    invoice_creation: { enabled: true, invoice_data: { footer: 'Thanks' } },
    metadata: { order: '6735' },
    expand: ['line_items'],
  })
  expect(link.url).toBe(`${b.simulator.url}/b/${link.id}`)
  expect(link).toMatchObject({
    active: true,
    currency: 'usd',
    customer_creation: 'if_required',
    restrictions: { completed_sessions: { count: 0, limit: 3 } },
  })
  expect(link.line_items?.data).toMatchObject([
    {
      amount_total: 3000,
      quantity: 2,
      description: 'Poster',
      adjustable_quantity: { enabled: true, minimum: 0, maximum: 99 },
    },
  ])
  expect(b.types()).toEqual(['product.created', 'price.created', 'payment_link.created'])
})

it('changes its lines and terms', async () => {
  const b = await bench()
  const price = await stock(b)
  const { id } = await b.stripe.paymentLinks.create({
    line_items: [{ price: price.id, quantity: 1 }],
    subscription_data: { metadata: { plan: 'gold' } },
  })
  const [line] = (await b.stripe.paymentLinks.listLineItems(id)).data
  const after = await b.stripe.paymentLinks.update(id, {
    active: false,
    line_items: [{ id: line?.id ?? '', quantity: 4 }],
    subscription_data: { trial_period_days: 7 },
    metadata: { a: '1' },
  })
  expect(after.subscription_data).toMatchObject({
    trial_period_days: 7,
    metadata: { plan: 'gold' },
  })
  const lines = await b.stripe.paymentLinks.listLineItems(id)
  expect(lines.data).toMatchObject([{ quantity: 4, amount_total: 6000 }])
  expect((await b.stripe.paymentLinks.list({ active: true })).data).toEqual([])
  expect(b.account.events().at(-1)).toMatchObject({
    type: 'payment_link.updated',
    data: { previous_attributes: { active: true, metadata: { a: null } } },
  })
})

it.each([
  ['', 'parameter_missing', 'line_items'],
  ['line_items[0][quantity]=1', 'parameter_missing', 'line_items[0][price]'],
  [
    'line_items[0][quantity]=1&line_items[0][price]=price_no',
    'resource_missing',
    'line_items[0][price]',
  ],
  ['line_items[0][price]=PRICE', 'parameter_missing', 'line_items[0][quantity]'],
  [
    'line_items[0][price]=PRICE&line_items[0][quantity]=0',
    'parameter_invalid_integer',
    'line_items[0][quantity]',
  ],
  [
    'line_items[0][price]=PRICE&line_items[0][quantity]=1&transfer_data[destination]=acct_1',
    undefined,
    'transfer_data',
  ],
  [
    'line_items[0][price]=PRICE&line_items[0][quantity]=1&automatic_tax[enabled]=true',
    undefined,
    'automatic_tax',
  ],
])('refuses %s', async (form, code, param) => {
  const b = await bench()
  const price = await stock(b)
  const answer = await b.call('POST', '/v1/payment_links', form.replaceAll('PRICE', price.id))
  expect([answer.status, answer.error.code, answer.error.param]).toEqual([400, code, param])
})
