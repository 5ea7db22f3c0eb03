// Goal: invoice items wait, come onto drafts, change and go, and a draft's lines follow them.
import Stripe from 'stripe'
import { expect, test } from 'vitest'
import { bench } from '../support.ts'
import { draft, eventsOf, lastEvent, payer, refusal } from './support.ts'

test('an item waits for an invoice of its currency that takes pending items', async () => {
  const b = await bench()
  const { customer } = await payer(b)
  const item = { customer, amount: 700 }
  const types = await eventsOf(b, () => b.stripe.invoiceItems.create({ ...item, currency: 'usd' }))
  expect(types).toEqual(['customer.updated', 'invoiceitem.created'])
  expect(lastEvent(b, 'customer.updated').previous).toEqual({ currency: null })
  await b.stripe.invoiceItems.create({ ...item, currency: 'eur' })
  const none = await b.stripe.invoices.create({ customer })
  expect(none.lines.data).toEqual([])
  const taken = await b.stripe.invoices.create({
    customer,
    pending_invoice_items_behavior: 'include',
  })
  expect(taken).toMatchObject({ currency: 'usd', total: 700 })
  const pending = await b.stripe.invoiceItems.list({ pending: true })
  expect(pending.data.map(({ currency }) => currency)).toEqual(['eur'])
  const attached = await b.stripe.invoiceItems.list({ invoice: taken.id })
  expect(attached.data).toHaveLength(1)
})

test('an item is priced by a price, by new price data, by a unit amount or by an amount', async () => {
  const b = await bench()
  const { stripe } = b
  const { customer } = await payer(b)
  const product = await stripe.products.create({ name: 'Notebook' })
  const price = await stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount_decimal: Stripe.Decimal.from('12.5'),
  })
  const named = await stripe.invoiceItems.create({
    customer,
    pricing: { price: price.id },
    quantity: 3,
  })
  expect(named).toMatchObject({
    amount: 38,
    currency: 'usd',
    description: 'Notebook',
    quantity: 3,
    pricing: { price_details: { price: price.id, product: product.id } },
  })
  const made = await stripe.invoiceItems.create({
    customer,
    quantity: 2,
    price_data: { currency: 'usd', product: product.id, unit_amount: 400 },
  })
  expect(made.amount).toBe(800)
  const madePrice = String(made.pricing?.price_details?.price)
  expect(await stripe.prices.retrieve(madePrice)).toMatchObject({ active: false })
  const credit = await stripe.invoiceItems.create({ customer, currency: 'usd', amount: -50 })
  expect(credit).toMatchObject({ amount: -50, discountable: false, proration: false })
  const recurring = await stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 100,
    recurring: { interval: 'month' },
  })
  const wrong = [
    stripe.invoiceItems.create({ customer, pricing: { price: recurring.id } }),
    stripe.invoiceItems.create({ customer, amount: 5, pricing: { price: price.id } }),
    stripe.invoiceItems.create({ customer, currency: 'eur', pricing: { price: price.id } }),
    stripe.invoiceItems.create({ customer, pricing: { price: 'price_none' } }),
    stripe.invoiceItems.create({ customer: 'cus_none', amount: 5, currency: 'usd' }),
    stripe.invoiceItems.create({ amount: 5, currency: 'usd' }),
  ]
  for (const call of wrong) expect(await refusal(call)).toMatchObject({ status: 400 })
})

test('an item of a draft is a line of it, and the line follows the item', async () => {
  const b = await bench()
  const { stripe } = b
  const { customer } = await payer(b)
  const { id } = await draft(b, customer)
  let item = ''
  const types = await eventsOf(b, async () => {
    const made = await stripe.invoiceItems.create({ customer, invoice: id, amount: 300 })
    item = made.id
  })
  expect(types).toEqual(['invoiceitem.created', 'invoice.updated'])
  expect(lastEvent(b, 'invoice.updated').previous).toMatchObject({ total: 2000, amount_due: 2000 })
  await stripe.invoiceItems.update(item, { amount: 900, description: 'More' })
  const lines = await stripe.invoices.listLineItems(id)
  expect(lines.data.map(({ amount, description }) => [amount, description])).toEqual([
    [2000, 'Work'],
    [900, 'More'],
  ])
  expect(await stripe.invoices.retrieve(id)).toMatchObject({ total: 2900 })
  expect(await eventsOf(b, () => stripe.invoiceItems.del(item))).toEqual([
    'invoiceitem.deleted',
    'invoice.updated',
  ])
  expect(await stripe.invoices.retrieve(id)).toMatchObject({ total: 2000 })
  await stripe.invoices.finalizeInvoice(id)
  expect(
    await refusal(stripe.invoiceItems.create({ customer, invoice: id, amount: 300 })),
  ).toMatchObject({ code: 'invoice_not_editable' })
})

test('lines are added, changed, removed and unassigned by routes of their own', async () => {
  const b = await bench()
  const { stripe } = b
  const { customer } = await payer(b)
  const { id, lines } = await draft(b, customer)
  const [first] = lines.data
  const pending = await stripe.invoiceItems.create({ customer, currency: 'usd', amount: 50 })
  const types = await eventsOf(b, () =>
    stripe.invoices.addLines(id, {
      lines: [{ amount: 300, description: 'Extra' }, { invoice_item: pending.id }],
      invoice_metadata: { round: '2' },
    }),
  )
  expect(types).toEqual(['invoiceitem.created', 'invoice.updated'])
  const added = await stripe.invoices.retrieve(id)
  expect(added).toMatchObject({ total: 2350, metadata: { round: '2' } })
  const [, extra, assigned] = added.lines.data
  const changed = await stripe.invoices.updateLines(id, {
    lines: [{ id: extra?.id ?? '', amount: 400 }],
  })
  expect(changed.total).toBe(2450)
  const line = await stripe.invoices.updateLineItem(id, first?.id ?? '', { quantity: 2 })
  expect(line).toMatchObject({ amount: 4000, quantity: 2 })
  const removed = await stripe.invoices.removeLines(id, {
    lines: [
      { id: assigned?.id ?? '', behavior: 'unassign' },
      { id: extra?.id ?? '', behavior: 'delete' },
    ],
  })
  expect(removed).toMatchObject({ total: 4000, lines: { data: [{ id: first?.id }] } })
  expect(await stripe.invoiceItems.retrieve(pending.id)).toMatchObject({ invoice: null })
  expect(
    await refusal(stripe.invoices.updateLines(id, { lines: [{ id: 'il_none', amount: 1 }] })),
  ).toMatchObject({ status: 400, param: 'lines[0][id]' })
})

test('more lines than a page come page by page', async () => {
  const b = await bench()
  const { stripe } = b
  const { customer } = await payer(b)
  const { id } = await draft(b, customer)
  await stripe.invoices.addLines(id, {
    lines: Array.from({ length: 14 }, (_, index) => ({ amount: 100 + index })),
  })
  const { lines, total } = await stripe.invoices.retrieve(id)
  expect(lines).toMatchObject({ has_more: true, url: `/v1/invoices/${id}/lines` })
  expect(lines.data).toHaveLength(10)
  const all = await stripe.invoices.listLineItems(id).autoPagingToArray({ limit: 100 })
  expect(all).toHaveLength(15)
  expect(all.reduce((sum, one) => sum + one.amount, 0)).toBe(total)
})
