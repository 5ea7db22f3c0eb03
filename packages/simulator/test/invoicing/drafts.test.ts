// Goal: drafts change and go, finalised invoices stay as they were, revisions replace them, lists find them.
import { expect, test } from 'vitest'
import { bench } from '../support.ts'
import { day, draft, eventsOf, hour, lastEvent, openInvoice, payer, refusal } from './support.ts'

test('only a draft is deleted; its items wait again', async () => {
  const b = await bench()
  const { customer } = await payer(b)
  const { id, lines } = await draft(b, customer)
  const item = lines.data[0]?.parent?.invoice_item_details?.invoice_item ?? ''
  expect(await eventsOf(b, () => b.stripe.invoices.del(id))).toEqual(['invoice.deleted'])
  expect(await b.stripe.invoiceItems.retrieve(item)).toMatchObject({ invoice: null })
  expect(await refusal(b.stripe.invoices.retrieve(id))).toMatchObject({ status: 404 })
  const { id: open } = await openInvoice(b, customer)
  expect(await refusal(b.stripe.invoices.del(open))).toMatchObject({
    code: 'invoice_not_editable',
  })
})

test('a draft changes freely, a finalised invoice hardly', async () => {
  const b = await bench()
  const { customer } = await payer(b)
  const { id, created } = await draft(b, customer)
  const types = await eventsOf(b, () =>
    b.stripe.invoices.update(id, {
      auto_advance: true,
      description: 'Thanks',
      custom_fields: [{ name: 'PO', value: '17' }],
      footer: 'Bye',
      metadata: { order: '6' },
    }),
  )
  expect(types).toEqual(['invoice.updated'])
  expect(lastEvent(b, 'invoice.updated')).toMatchObject({
    object: { automatically_finalizes_at: created + hour, footer: 'Bye' },
    previous: { auto_advance: false, description: null, footer: null },
  })
  expect(await eventsOf(b, () => b.stripe.invoices.update(id, { footer: 'Bye' }))).toEqual([])
  const put = await b.stripe.invoices.update(id, { automatically_finalizes_at: created + 3 * hour })
  expect(put.automatically_finalizes_at).toBe(created + 3 * hour)
  expect(await eventsOf(b, () => b.account.advance(2 * hour))).toEqual([])
  await eventsOf(b, () => b.account.advance(hour))
  expect(await b.stripe.invoices.retrieve(id)).toMatchObject({ status: 'paid' })
  expect(await refusal(b.stripe.invoices.update(id, { discounts: '' }))).toMatchObject({
    code: 'invoice_not_editable',
    param: 'discounts',
  })
  expect(await b.stripe.invoices.update(id, { metadata: { order: '' } })).toMatchObject({
    metadata: {},
  })
})

test('a finalised invoice shows its customer as they were then', async () => {
  const b = await bench()
  const { customer } = await payer(b, 'pm_card_visa', { name: 'Jenny', address: { country: 'AT' } })
  await b.stripe.customers.createTaxId(customer, { type: 'eu_vat', value: 'ATU12345678' })
  const { id } = await openInvoice(b, customer)
  await b.stripe.customers.update(customer, { name: 'Rosen' })
  expect(await b.stripe.invoices.retrieve(id)).toMatchObject({
    customer_address: { country: 'AT' },
    customer_email: 'jenny@example.com',
    customer_name: 'Jenny',
    customer_tax_ids: [{ type: 'eu_vat', value: 'ATU12345678' }],
  })
})

test('a draft that is told when to finalise is charged only if it advances', async () => {
  const b = await bench()
  const { customer } = await payer(b)
  const { id, created } = await draft(b, customer)
  await b.stripe.invoices.update(id, { automatically_finalizes_at: created + day })
  expect(await eventsOf(b, () => b.account.advance(day))).toEqual([
    'invoice.finalized',
    'payment_intent.created',
  ])
})

test('a revision takes the place of the open invoice that it was made from', async () => {
  const b = await bench()
  const { customer } = await payer(b)
  const original = await openInvoice(b, customer, 5000)
  const revision = await b.stripe.invoices.create({
    from_invoice: { action: 'revision', invoice: original.id },
  })
  expect(revision).toMatchObject({
    status: 'draft',
    amount_due: 5000,
    from_invoice: { action: 'revision', invoice: original.id },
  })
  await b.stripe.invoices.finalizeInvoice(revision.id)
  expect(await b.stripe.invoices.retrieve(original.id)).toMatchObject({
    status: 'void',
    latest_revision: revision.id,
  })
})

test('lists filter by customer, status, collection, due date and subscription', async () => {
  const b = await bench()
  const { customer } = await payer(b)
  const one = await draft(b, customer)
  const due = await draft(b, customer, 700, {
    collection_method: 'send_invoice',
    due_date: one.created + day,
  })
  const { customer: other } = await payer(b)
  const two = await openInvoice(b, other)
  const ids = async (params: Parameters<typeof b.stripe.invoices.list>[0]) =>
    (await b.stripe.invoices.list(params)).data.map(({ id }) => id)
  expect(await ids({})).toEqual([two.id, due.id, one.id])
  expect(await ids({ customer })).toEqual([due.id, one.id])
  expect(await ids({ status: 'open' })).toEqual([two.id])
  expect(await ids({ collection_method: 'send_invoice' })).toEqual([due.id])
  expect(await ids({ due_date: { lte: one.created + day } })).toEqual([due.id])
  expect(await ids({ subscription: 'sub_none' })).toEqual([])
})
