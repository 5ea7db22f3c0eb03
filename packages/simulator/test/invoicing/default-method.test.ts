// Goal: a method that was taken from its customer pays nothing more, and nobody refers to it.
import { expect, test } from 'vitest'
import { bench } from '../support.ts'
import { day, draft, eventsOf, hour, lastEvent, openInvoice, payer } from './support.ts'

async function subscribed() {
  const b = await bench()
  const { customer, method } = await payer(b)
  const price = await b.stripe.prices.create({
    currency: 'usd',
    unit_amount: 1000,
    recurring: { interval: 'month' },
    product_data: { name: 'Plan' },
  })
  const items = [{ price: price.id }]
  return { b, customer, method, items }
}

test('a detached default of the customer is gone, and the renewal finds nothing to charge', async () => {
  const { b, customer, method, items } = await subscribed()
  const { id } = await b.stripe.subscriptions.create({ customer, items })
  const events = await eventsOf(b, () => b.stripe.paymentMethods.detach(method))
  expect(events).toEqual(['payment_method.detached', 'customer.updated'])
  expect(lastEvent(b, 'customer.updated').previous).toEqual({
    invoice_settings: { default_payment_method: method },
  })
  b.account.advance(32 * day)
  expect((await b.stripe.subscriptions.retrieve(id)).status).toBe('past_due')
  expect((await b.stripe.charges.list({ customer })).data).toHaveLength(1)
})

test('a detached default of a subscription gives way to that of the customer', async () => {
  const { b, customer, method, items } = await subscribed()
  const other = await b.stripe.paymentMethods.attach('pm_card_mastercard', { customer })
  const { id } = await b.stripe.subscriptions.create({
    customer,
    items,
    default_payment_method: other.id,
  })
  const ended = await b.stripe.subscriptions.create({
    customer,
    items,
    default_payment_method: other.id,
  })
  await b.stripe.subscriptions.cancel(ended.id)
  const events = await eventsOf(b, () => b.stripe.paymentMethods.detach(other.id))
  expect(events).toEqual(['payment_method.detached', 'customer.subscription.updated'])
  expect(lastEvent(b, 'customer.subscription.updated')).toMatchObject({
    object: { id, default_payment_method: null },
    previous: { default_payment_method: other.id },
  })
  b.account.advance(32 * day)
  const [charge] = (await b.stripe.charges.list({ customer })).data
  expect(charge).toMatchObject({ paid: true, payment_method: method })
})

test('a detached default of an invoice, draft or open, gives way, too', async () => {
  const { b, customer, method } = await subscribed()
  const other = await b.stripe.paymentMethods.attach('pm_card_mastercard', { customer })
  const own = { default_payment_method: other.id }
  const paid = await openInvoice(b, customer, 2000, own)
  await b.stripe.invoices.pay(paid.id)
  const first = await draft(b, customer, 2000, own)
  const second = await openInvoice(b, customer, 3000, own)
  const events = await eventsOf(b, () => b.stripe.paymentMethods.detach(other.id))
  expect(events).toEqual(['payment_method.detached', 'invoice.updated', 'invoice.updated'])
  for (const { id } of [first, second]) {
    expect(await b.stripe.invoices.retrieve(id)).toMatchObject({ default_payment_method: null })
    await b.stripe.invoices.pay(id)
  }
  expect(await b.stripe.invoices.retrieve(paid.id)).toMatchObject(own)
  const { data: charges } = await b.stripe.charges.list({ customer })
  expect(charges.map((charge) => charge.payment_method)).toEqual([method, method, other.id])
})

test('nothing collects the invoices of a customer who was deleted', async () => {
  const { b, customer } = await subscribed()
  const fails = await b.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer })
  const own = { default_payment_method: fails.id, auto_advance: true }
  const failed = await draft(b, customer, 2000, own)
  b.account.advance(2 * hour)
  const before = await b.stripe.invoices.retrieve(failed.id)
  expect(before).toMatchObject({ status: 'open', attempt_count: 1 })
  const waiting = await draft(b, customer, 3000, { auto_advance: true })
  const item = await b.stripe.invoiceItems.create({ customer, amount: 55, currency: 'usd' })
  expect(await eventsOf(b, () => b.stripe.customers.del(customer))).toEqual(['customer.deleted'])
  for (const { id } of [failed, waiting]) {
    expect(await b.stripe.invoices.retrieve(id)).toMatchObject({
      auto_advance: false,
      automatically_finalizes_at: null,
      next_payment_attempt: null,
    })
  }
  expect(await eventsOf(b, () => b.account.advance(40 * day))).toEqual([])
  expect(await b.stripe.invoices.retrieve(failed.id)).toMatchObject({ attempt_count: 1 })
  expect(await b.stripe.invoices.retrieve(waiting.id)).toMatchObject({ status: 'draft' })
  expect(await b.stripe.invoiceItems.retrieve(item.id)).toMatchObject({ invoice: null })
})
