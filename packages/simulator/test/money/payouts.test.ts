// Goal: payouts leave the balance, arrive, fail, are canceled or reversed, and top-ups fill it; each with its money and events.
import { expect, test } from 'vitest'
import { type Bench, bench } from '../support.ts'

const daySeconds = 24 * 60 * 60

/** 10000 less the fee of 320, available at once. */
const fill = (b: Bench) =>
  b.stripe.paymentIntents.create({
    amount: 10_000,
    currency: 'usd',
    confirm: true,
    payment_method: 'pm_card_bypassPending',
  })

const available = async (b: Bench) =>
  (await b.stripe.balance.retrieve()).available.find(({ currency }) => currency === 'usd')?.amount

const payoutTypes = (b: Bench) => b.types().filter((type) => type.startsWith('payout.'))

test('a payout leaves at once and arrives two days later', async () => {
  const b = await bench()
  await fill(b)
  expect(b.types()).toContain('balance.available')
  const payout = await b.stripe.payouts.create({ amount: 5000, currency: 'usd' })
  expect(payout).toMatchObject({ status: 'pending', method: 'standard', automatic: false })
  expect(await available(b)).toBe(9680 - 5000)
  const row = await b.stripe.balanceTransactions.retrieve(String(payout.balance_transaction))
  expect(row).toMatchObject({ amount: -5000, fee: 0, type: 'payout', source: payout.id })
  b.account.advance(2 * daySeconds + 1)
  expect(await b.stripe.payouts.retrieve(payout.id)).toMatchObject({
    status: 'paid',
    trace_id: { status: 'supported' },
  })
  expect(payoutTypes(b)).toEqual(['payout.created', 'payout.updated', 'payout.paid'])
  expect((await b.stripe.payouts.list({ status: 'paid' })).data).toHaveLength(1)
  expect((await b.stripe.payouts.list({ arrival_date: { lt: payout.created } })).data).toEqual([])
})

test('no more than is available can be paid out', async () => {
  const b = await bench()
  await b.stripe.paymentIntents.create({
    amount: 10_000,
    currency: 'usd',
    confirm: true,
    payment_method: 'pm_card_visa',
  })
  const pay = () => b.stripe.payouts.create({ amount: 9680, currency: 'usd' })
  await expect(pay()).rejects.toMatchObject({ code: 'balance_insufficient' })
  b.account.advance(2 * daySeconds)
  expect(b.types().at(-1)).toBe('balance.available')
  expect((await pay()).amount).toBe(9680)
  await expect(pay()).rejects.toMatchObject({ code: 'balance_insufficient' })
})

test('a canceled payout returns, once', async () => {
  const b = await bench()
  await fill(b)
  const { id } = await b.stripe.payouts.create({ amount: 5000, currency: 'usd' })
  const canceled = await b.stripe.payouts.cancel(id)
  expect(canceled).toMatchObject({ status: 'canceled' })
  expect(await available(b)).toBe(9680)
  expect(payoutTypes(b)).toEqual(['payout.created', 'payout.canceled'])
  await expect(b.stripe.payouts.cancel(id)).rejects.toThrow(/only be canceled while/)
  b.account.advance(3 * daySeconds)
  expect((await b.stripe.payouts.retrieve(id)).status).toBe('canceled')
})

test('a bank account that is closed sends the money back', async () => {
  const b = await bench()
  await fill(b)
  const { id } = await b.stripe.payouts.create({
    amount: 5000,
    currency: 'usd',
    destination: 'btok_us_verified_accountClosed',
  })
  b.account.advance(3 * daySeconds)
  expect(await b.stripe.payouts.retrieve(id)).toMatchObject({
    status: 'failed',
    failure_code: 'account_closed',
    failure_balance_transaction: expect.any(String),
  })
  expect(payoutTypes(b)).toEqual(['payout.created', 'payout.updated', 'payout.failed'])
  expect(await available(b)).toBe(9680)
})

test('a paid payout is reversed by one the other way', async () => {
  const b = await bench()
  await fill(b)
  const { id } = await b.stripe.payouts.create({
    amount: 5000,
    currency: 'usd',
    method: 'instant',
  })
  await expect(b.stripe.payouts.reverse(id)).rejects.toThrow(/cancel it instead/)
  b.account.advance(3600)
  const back = await b.stripe.payouts.reverse(id)
  expect(back).toMatchObject({ amount: -5000, original_payout: id })
  expect((await b.stripe.payouts.retrieve(id)).reversed_by).toBe(back.id)
  expect(await available(b)).toBe(9680)
})

test('metadata of a payout', async () => {
  const b = await bench()
  await fill(b)
  const { id } = await b.stripe.payouts.create({ amount: 100, currency: 'usd' })
  expect((await b.stripe.payouts.update(id, { metadata: { a: '1' } })).metadata).toEqual({ a: '1' })
  expect(payoutTypes(b).at(-1)).toBe('payout.updated')
  await expect(b.stripe.balanceTransactions.list({ payout: id })).rejects.toThrow(
    /only be filtered on automatic/,
  )
})

test('a top-up arrives soon, unless it is canceled first', async () => {
  const b = await bench()
  const { id } = await b.stripe.topups.create({ amount: 2000, currency: 'usd' })
  const other = await b.stripe.topups.create({ amount: 700, currency: 'usd' })
  expect((await b.stripe.topups.cancel(other.id)).status).toBe('canceled')
  b.account.advance(1)
  expect(await b.stripe.topups.retrieve(id)).toMatchObject({ status: 'succeeded' })
  expect((await b.stripe.topups.retrieve(other.id)).status).toBe('canceled')
  expect(await available(b)).toBe(2000)
  expect(b.types()).toEqual([
    'topup.created',
    'topup.created',
    'topup.canceled',
    'topup.succeeded',
    'balance.available',
  ])
  await expect(b.stripe.topups.cancel(id)).rejects.toThrow(/only be canceled while/)
})
