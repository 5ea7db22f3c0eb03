// Goal: `expand` replaces ids by objects, through lists and four levels deep, and refuses what is no link.
import { expect, test } from 'vitest'
import { bench, confirmPage, openSession } from '../support.ts'

test('four levels from a session to the ledger', async () => {
  const b = await bench()
  const { id } = await openSession(b)
  await confirmPage(b, id)
  const session = await b.stripe.checkout.sessions.retrieve(id, {
    expand: ['payment_intent.latest_charge.balance_transaction', 'line_items.data.price.product'],
  })
  expect(session).toMatchObject({
    payment_intent: {
      latest_charge: { balance_transaction: { amount: 3000, fee: 117, net: 2883 } },
    },
    line_items: { data: [{ price: { product: { name: 'Notebook' } } }] },
  })
})

test('through a list, and several paths at once', async () => {
  const b = await bench()
  const customer = await b.stripe.customers.create({ email: 'a@example.com' })
  await b.stripe.paymentIntents.create({ amount: 100, currency: 'usd', customer: customer.id })
  const list = await b.stripe.paymentIntents.list({
    expand: ['data.customer', 'data.latest_charge'],
  })
  expect(list.data).toMatchObject([{ customer: { email: 'a@example.com' }, latest_charge: null }])
})

test('refunds of a charge only when asked for', async () => {
  const b = await bench()
  const intent = await b.stripe.paymentIntents.create({
    amount: 1000,
    currency: 'usd',
    confirm: true,
    payment_method: 'pm_card_visa',
    return_url: 'https://shop.example',
  })
  await b.stripe.refunds.create({ payment_intent: intent.id, amount: 300 })
  const id = String(intent.latest_charge)
  expect((await b.stripe.charges.retrieve(id)).refunds).toBeUndefined()
  const charge = await b.stripe.charges.retrieve(id, { expand: ['refunds'] })
  expect(charge.refunds?.data).toMatchObject([{ amount: 300 }])
})

test.each([
  ['/v1/products', 'expand[]=name', "You may want to try expanding 'data.name' instead."],
  ['/v1/products', 'expand[]=data.nonsense', 'This property cannot be expanded (data.nonsense).'],
  ['/v1/events', 'expand[]=a.b.c.d.e', 'more than 4 levels'],
])('%s?%s is refused', async (path, query, message) => {
  const b = await bench()
  await b.stripe.products.create({ name: 'a' })
  const { status, error } = await b.call('GET', `${path}?${query}`)
  expect([status, error.param]).toEqual([400, 'expand'])
  expect(error.message).toContain(message)
})
