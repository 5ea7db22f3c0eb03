// Goal: refunds add up, refuse what is too much, and may stay pending or fail later.
import { expect, test } from 'vitest'
import { type Bench, bench } from '../support.ts'

async function paid(b: Bench, method = 'pm_card_visa') {
  const intent = await b.stripe.paymentIntents.create({
    amount: 1000,
    currency: 'usd',
    confirm: true,
    payment_method: method,
    return_url: 'https://shop.example',
  })
  return { payment_intent: intent.id, charge: String(intent.latest_charge) }
}

test('a full refund, with its four events', async () => {
  const b = await bench()
  const { payment_intent, charge } = await paid(b)
  const before = b.types().length
  const refund = await b.stripe.refunds.create({ payment_intent, reason: 'duplicate' })
  expect(refund).toMatchObject({ status: 'succeeded', amount: 1000, reason: 'duplicate', charge })
  expect(b.types().slice(before)).toEqual([
    'refund.created',
    'charge.refunded',
    'refund.updated',
    'charge.refund.updated',
  ])
  expect(await b.stripe.charges.retrieve(charge)).toMatchObject({
    refunded: true,
    amount_refunded: 1000,
  })
  expect((await b.stripe.paymentIntents.retrieve(payment_intent)).status).toBe('succeeded')
  await expect(b.stripe.refunds.create({ payment_intent })).rejects.toMatchObject({
    code: 'charge_already_refunded',
  })
})

test('partial refunds accumulate; too much is refused with the remainder', async () => {
  const b = await bench()
  const { charge } = await paid(b)
  await b.stripe.refunds.create({ charge, amount: 300 })
  expect(await b.stripe.charges.retrieve(charge)).toMatchObject({
    refunded: false,
    amount_refunded: 300,
  })
  await expect(b.stripe.refunds.create({ charge, amount: 701 })).rejects.toThrow(
    'Refund amount ($7.01) is greater than unrefunded amount on charge ($7.00)',
  )
  await b.stripe.refunds.create({ charge, amount: 700 })
  expect(await b.stripe.charges.retrieve(charge)).toMatchObject({
    refunded: true,
    amount_refunded: 1000,
  })
  expect((await b.stripe.refunds.list({ charge })).data.map(({ amount }) => amount)).toEqual([
    700, 300,
  ])
  expect(b.types().filter((type) => type === 'charge.refunded')).toHaveLength(2)
})

test('a pending refund succeeds later', async () => {
  const b = await bench()
  const { charge } = await paid(b, 'pm_card_pendingRefund')
  const refund = await b.stripe.refunds.create({ charge })
  expect(refund).toMatchObject({ status: 'pending', pending_reason: 'processing' })
  b.account.advance(1)
  expect((await b.stripe.refunds.retrieve(refund.id)).status).toBe('succeeded')
  expect(b.types().slice(-2)).toEqual(['refund.updated', 'charge.refund.updated'])
})

test('a refund fails after it had succeeded, and the money is back', async () => {
  const b = await bench()
  const { charge } = await paid(b, 'pm_card_refundFail')
  const refund = await b.stripe.refunds.create({ charge, expand: ['balance_transaction'] })
  expect(refund.status).toBe('succeeded')
  b.account.advance(1)
  expect(await b.stripe.refunds.retrieve(refund.id)).toMatchObject({
    status: 'failed',
    failure_reason: 'expired_or_canceled_card',
  })
  expect(await b.stripe.charges.retrieve(charge)).toMatchObject({
    refunded: false,
    amount_refunded: 0,
  })
  expect(b.types().slice(-2)).toEqual(['refund.failed', 'charge.refund.updated'])
  const rows = (await b.stripe.balanceTransactions.list({ source: refund.id })).data
  expect(rows.map(({ amount }) => amount)).toEqual([1000, -1000])
})

test.each([
  ['neither charge nor intent', '', 'payment_intent'],
  ['unknown charge', 'charge=ch_none', 'charge'],
  ['zero', 'charge=ch_none&amount=0', 'amount'],
])('%s is refused', async (_, form, param) => {
  const b = await bench()
  const { status, error } = await b.call('POST', '/v1/refunds', form)
  expect([status, error.param]).toEqual([400, param])
})

test('an unpaid intent has nothing to refund', async () => {
  const b = await bench()
  const { id } = await b.stripe.paymentIntents.create({ amount: 1000, currency: 'usd' })
  await expect(b.stripe.refunds.create({ payment_intent: id })).rejects.toThrow(/successful charge/)
})

test('what was not captured cannot be refunded, what was can', async () => {
  const b = await bench()
  const held = await b.stripe.paymentIntents.create({
    amount: 1000,
    currency: 'usd',
    capture_method: 'manual',
    confirm: true,
    payment_method: 'pm_card_visa',
  })
  await expect(b.stripe.refunds.create({ payment_intent: held.id })).rejects.toThrow(
    /successful charge/,
  )
  await expect(
    b.stripe.refunds.create({ charge: String(held.latest_charge) }),
  ).rejects.toMatchObject({ code: 'charge_not_refundable' })
  await b.stripe.paymentIntents.capture(held.id, { amount_to_capture: 600 })
  expect((await b.stripe.refunds.create({ payment_intent: held.id })).amount).toBe(600)
  expect(await b.stripe.charges.retrieve(String(held.latest_charge))).toMatchObject({
    refunded: true,
    amount_refunded: 1000,
  })
})

test('a refund of an intent finds the charge that succeeded among its charges', async () => {
  const b = await bench()
  const intent = await b.stripe.paymentIntents.create({ amount: 1000, currency: 'usd' })
  await expect(
    b.stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_chargeDeclined' }),
  ).rejects.toThrow()
  const { latest_charge } = await b.stripe.paymentIntents.confirm(intent.id, {
    payment_method: 'pm_card_visa',
  })
  const refund = await b.stripe.refunds.create({ payment_intent: intent.id })
  expect(refund.charge).toBe(latest_charge)
})

test('metadata of a refund, and no cancel of what is done', async () => {
  const b = await bench()
  const { charge } = await paid(b)
  const { id } = await b.stripe.refunds.create({ charge })
  const before = b.types().length
  expect((await b.stripe.refunds.update(id, { metadata: { a: '1' } })).metadata).toEqual({ a: '1' })
  expect(b.types().slice(before)).toEqual(['refund.updated', 'charge.refund.updated'])
  await expect(b.stripe.refunds.cancel(id)).rejects.toThrow(/status is succeeded/)
})

test('what a refund would have to ignore is refused', async () => {
  const b = await bench()
  const { charge } = await paid(b)
  await expect(b.stripe.refunds.create({ charge, reverse_transfer: true })).rejects.toMatchObject({
    param: 'reverse_transfer',
  })
})
