// Goal: a credit note lowers what is to be paid, or gives back what was, and every unit of it has a place.
import { expect, test } from 'vitest'
import { bench } from '../support.ts'
import { eventsOf, openInvoice, payer, refusal } from './support.ts'

const custom = (unit_amount: number) =>
  ({ type: 'custom_line_item', unit_amount, quantity: 1, description: 'Sorry' }) as const

test('a note on an open invoice lowers what is left to pay', async () => {
  const b = await bench()
  const { customer } = await payer(b)
  const { id, number } = await openInvoice(b, customer)
  const types = await eventsOf(b, async () => {
    const note = await b.stripe.creditNotes.create({ invoice: id, lines: [custom(500)] })
    expect(note).toMatchObject({
      amount: 500,
      total: 500,
      number: `${number}-CN-01`,
      type: 'pre_payment',
      pre_payment_amount: 500,
      post_payment_amount: 0,
      status: 'issued',
      lines: { data: [{ amount: 500, description: 'Sorry', type: 'custom_line_item' }] },
    })
  })
  expect(types).toEqual(['credit_note.created', 'invoice.updated'])
  const open = await b.stripe.invoices.retrieve(id, {
    expand: ['payments.data.payment.payment_intent'],
  })
  expect(open).toMatchObject({
    total: 2000,
    amount_due: 1500,
    amount_remaining: 1500,
    pre_payment_credit_notes_amount: 500,
    payments: {
      data: [{ amount_requested: 1500, payment: { payment_intent: { amount: 1500 } } }],
    },
  })
  expect(await b.stripe.invoices.pay(id)).toMatchObject({ status: 'paid', amount_paid: 1500 })
})

test('voiding a note brings back what was owed', async () => {
  const b = await bench()
  const { customer } = await payer(b)
  const { id } = await openInvoice(b, customer)
  const note = await b.stripe.creditNotes.create({ invoice: id, amount: 500 })
  const types = await eventsOf(b, () => b.stripe.creditNotes.voidCreditNote(note.id))
  expect(types).toEqual(['credit_note.voided', 'invoice.updated'])
  expect(await b.stripe.invoices.retrieve(id)).toMatchObject({
    amount_due: 2000,
    pre_payment_credit_notes_amount: 0,
  })
  expect(await refusal(b.stripe.creditNotes.voidCreditNote(note.id))).toMatchObject({ status: 400 })
})

test('a note over all that is open pays the invoice', async () => {
  const b = await bench()
  const { customer } = await payer(b)
  const { id, lines } = await openInvoice(b, customer)
  const line = lines.data[0]?.id ?? ''
  const types = await eventsOf(b, () =>
    b.stripe.creditNotes.create({
      invoice: id,
      lines: [{ type: 'invoice_line_item', invoice_line_item: line, quantity: 1 }],
    }),
  )
  expect(types).toEqual([
    'credit_note.created',
    'invoice.updated',
    'invoice.updated',
    'invoice.paid',
    'invoice.payment_succeeded',
    'payment_intent.canceled',
  ])
  expect(await b.stripe.invoices.retrieve(id)).toMatchObject({
    status: 'paid',
    amount_due: 0,
    amount_paid: 0,
  })
})

test('a note on a paid invoice refunds, credits and settles elsewhere, to the last cent', async () => {
  const b = await bench()
  const { stripe } = b
  const { customer } = await payer(b)
  const { id } = await openInvoice(b, customer)
  await stripe.invoices.pay(id)
  const note = await stripe.creditNotes.create({
    invoice: id,
    lines: [custom(1000)],
    refund_amount: 600,
    credit_amount: 300,
    out_of_band_amount: 100,
    reason: 'order_change',
  })
  expect(note).toMatchObject({
    type: 'post_payment',
    post_payment_amount: 1000,
    out_of_band_amount: 100,
    reason: 'order_change',
    refunds: [{ amount_refunded: 600, type: 'refund' }],
  })
  const refund = await stripe.refunds.retrieve(String(note.refunds[0]?.refund))
  expect(refund).toMatchObject({ amount: 600, status: 'succeeded' })
  expect(await stripe.customers.retrieve(customer)).toMatchObject({ balance: -300 })
  const [move] = (await stripe.customers.listBalanceTransactions(customer)).data
  expect(move).toMatchObject({ type: 'credit_note', amount: -300, credit_note: note.id })
  expect(note.customer_balance_transaction).toBe(move?.id)
  expect(await stripe.invoices.retrieve(id)).toMatchObject({
    status: 'paid',
    amount_paid: 2000,
    post_payment_credit_notes_amount: 1000,
  })
  const wrong = [
    stripe.creditNotes.create({ invoice: id, lines: [custom(1000)] }),
    stripe.creditNotes.create({ invoice: id, lines: [custom(100)], credit_amount: 99 }),
    stripe.creditNotes.create({ invoice: id, lines: [custom(1001)], credit_amount: 1001 }),
    stripe.creditNotes.voidCreditNote(note.id),
    stripe.creditNotes.create({ invoice: id }),
    stripe.creditNotes.create({ invoice: 'in_none', amount: 5 }),
  ]
  for (const call of wrong) expect(await refusal(call)).toMatchObject({ status: 400 })
  const rest = { invoice: id, amount: 1000, credit_amount: 1000 }
  expect(await stripe.creditNotes.create(rest)).toMatchObject({ number: /-CN-02$/ })
})

test('a note gives back the discount and tax of the part that it credits', async () => {
  const b = await bench()
  const { stripe } = b
  const { customer } = await payer(b)
  const { id: coupon } = await stripe.coupons.create({ percent_off: 10 })
  const rate = await stripe.taxRates.create({
    display_name: 'VAT',
    percentage: 20,
    inclusive: false,
  })
  const invoice = await openInvoice(b, customer, 2000, {
    discounts: [{ coupon }],
    default_tax_rates: [rate.id],
  })
  const line = invoice.lines.data[0]?.id ?? ''
  const part = { type: 'invoice_line_item', invoice_line_item: line, amount: 1000 } as const
  const before = b.types().length
  const preview = await stripe.creditNotes.preview({ invoice: invoice.id, lines: [part] })
  expect(preview).toMatchObject({
    subtotal: 1000,
    discount_amount: 100,
    total_excluding_tax: 900,
    total: 1080,
    total_taxes: [{ amount: 180, taxable_amount: 900 }],
  })
  expect(b.types()).toHaveLength(before)
  expect((await stripe.creditNotes.list({ invoice: invoice.id })).data).toEqual([])
  const lines = await stripe.creditNotes.listPreviewLineItems({
    invoice: invoice.id,
    lines: [part],
  })
  expect(lines.data).toMatchObject([{ amount: 1000, invoice_line_item: line }])
  const note = await stripe.creditNotes.create({ invoice: invoice.id, lines: [part] })
  expect((await stripe.creditNotes.listLineItems(note.id)).data).toEqual(note.lines.data)
  const types = await eventsOf(b, () => stripe.creditNotes.update(note.id, { memo: 'Thanks' }))
  expect(types).toEqual(['credit_note.updated'])
  expect(await stripe.creditNotes.retrieve(note.id)).toMatchObject({ memo: 'Thanks' })
})
