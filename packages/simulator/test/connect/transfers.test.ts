// Transfers: money leaves the platform and arrives in the connected account, and the books of both say so.
import { expect, test } from 'vitest'
import { bench } from '../support.ts'

test('a transfer moves money between two balances, and a reversal moves it back', async () => {
  const b = await bench()
  const { stripe } = b
  await stripe.paymentIntents.create({
    amount: 10_000,
    currency: 'usd',
    payment_method: 'pm_card_bypassPending',
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  })
  const account = await stripe.accounts.create({ type: 'standard' })
  const transfer = await stripe.transfers.create({
    amount: 1000,
    currency: 'usd',
    destination: account.id,
    metadata: { order: '7' },
  })
  const sums = async () => {
    const [here, there] = [
      await stripe.balance.retrieve(),
      await stripe.balance.retrieve({}, { stripeAccount: account.id }),
    ]
    return [here.available[0]?.amount, there.available[0]?.amount]
  }
  expect(await sums()).toEqual([8680, 1000])
  await stripe.transfers.update(transfer.id, { description: 'Share' })
  const reversal = await stripe.transfers.createReversal(transfer.id, { amount: 300 })
  expect(reversal).toMatchObject({ amount: 300, transfer: transfer.id })
  expect(
    await stripe.transfers.retrieve(transfer.id, { expand: ['balance_transaction'] }),
  ).toMatchObject({
    amount_reversed: 300,
    reversed: false,
    reversals: { data: [{ id: reversal.id }] },
    balance_transaction: { type: 'transfer', amount: -1000, source: transfer.id },
  })
  expect(await sums()).toEqual([8980, 700])
  await expect(stripe.transfers.createReversal(transfer.id, { amount: 701 })).rejects.toMatchObject(
    { param: 'amount' },
  )
  await stripe.transfers.createReversal(transfer.id)
  expect((await stripe.transfers.retrieve(transfer.id)).reversed).toBe(true)
  expect(await sums()).toEqual([9680, 0])
  expect(b.types().filter((type) => type.startsWith('transfer.'))).toEqual([
    'transfer.created',
    'transfer.updated',
    'transfer.reversed',
    'transfer.reversed',
  ])
})

test('an account whose transfers are not active gets none, and an unknown one neither', async () => {
  const { stripe } = await bench()
  const { id } = await stripe.accounts.create({
    type: 'custom',
    capabilities: { transfers: { requested: true } },
  })
  const to = (destination: string) =>
    stripe.transfers.create({ amount: 100, currency: 'usd', destination })
  await expect(to(id)).rejects.toMatchObject({ code: 'insufficient_capabilities_for_transfer' })
  await expect(to('acct_nope')).rejects.toMatchObject({ code: 'resource_missing', statusCode: 400 })
})

test('only an account with the capability gets money, or a Standard one', async () => {
  const { stripe } = await bench()
  const to = (destination: string) =>
    stripe.transfers.create({ amount: 100, currency: 'usd', destination })
  for (const type of ['custom', 'express'] as const) {
    const { id } = await stripe.accounts.create({ type })
    await expect(to(id)).rejects.toMatchObject({ code: 'insufficient_capabilities_for_transfer' })
  }
  const { id } = await stripe.accounts.create({ type: 'standard' })
  await expect(to(id)).resolves.toMatchObject({ amount: 100 })
})

test('money moves only forward, and only in a currency', async () => {
  const b = await bench()
  const { stripe } = b
  const { id } = await stripe.accounts.create({ type: 'standard' })
  const to = (form: string) => b.call('POST', '/v1/transfers', `destination=${id}&${form}`)
  for (const amount of [0, -5000]) {
    const answer = await to(`currency=usd&amount=${amount}`)
    expect([answer.status, answer.error.param]).toEqual([400, 'amount'])
  }
  expect((await to('currency=dollars&amount=5')).error).toMatchObject({ param: 'currency' })
  const { body } = await to('currency=USD&amount=100')
  expect(body).toMatchObject({ amount: 100, currency: 'usd' })
  const back = await b.call('POST', `/v1/transfers/${body.id}/reversals`, 'amount=-900')
  expect([back.status, back.error.param]).toEqual([400, 'amount'])
  const there = await stripe.balance.retrieve({}, { stripeAccount: id })
  expect(there.available).toMatchObject([{ amount: 100, currency: 'usd' }])
})
