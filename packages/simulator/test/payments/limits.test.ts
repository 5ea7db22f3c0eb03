// Goal: no amount leaves the range in which Stripe charges and numbers are exact.
import { expect, test } from 'vitest'
import { bench } from '../support.ts'

const most = 99_999_999

test('an intent is for at most 999,999.99', async () => {
  const { stripe } = await bench()
  const create = (amount: number) => stripe.paymentIntents.create({ amount, currency: 'usd' })
  const { id } = await create(most)
  const refusal = { code: 'amount_too_large', param: 'amount', statusCode: 400 }
  await expect(create(most + 1)).rejects.toMatchObject(refusal)
  await expect(create(most + 1)).rejects.toThrow('no more than $999,999.99 usd')
  await expect(stripe.paymentIntents.update(id, { amount: most + 1 })).rejects.toMatchObject(
    refusal,
  )
})

test('and so is a session, all its lines together', async () => {
  const { stripe } = await bench()
  const create = (quantity: number) =>
    stripe.checkout.sessions.create({
      mode: 'payment',
      success_url: 'https://shop.example/done',
      line_items: [
        {
          price_data: { currency: 'usd', unit_amount: 10_000_000, product_data: { name: 'Boat' } },
          quantity,
        },
      ],
    })
  expect((await create(9)).amount_total).toBe(90_000_000)
  await expect(create(10)).rejects.toMatchObject({ code: 'amount_too_large', param: 'line_items' })
})

test('a price is an exact number', async () => {
  const b = await bench()
  const create = (amount: string) =>
    b.call('POST', '/v1/prices', `currency=usd&product_data[name]=x&unit_amount_decimal=${amount}`)
  for (const amount of ['99999999999999999999999', '100000000000']) {
    const answer = await create(amount)
    expect([answer.status, answer.error.param]).toEqual([400, 'unit_amount_decimal'])
  }
  expect((await create('99999999999')).body.unit_amount).toBe(99_999_999_999)
})

test('a shipping rate costs nothing or more, in a currency', async () => {
  const b = await bench()
  const create = (amount: number, currency: string) =>
    b.call(
      'POST',
      '/v1/shipping_rates',
      `display_name=Post&type=fixed_amount&fixed_amount[amount]=${amount}&fixed_amount[currency]=${currency}`,
    )
  expect((await create(-500, 'usd')).error).toMatchObject({ param: 'fixed_amount[amount]' })
  expect((await create(500, 'dollars')).error).toMatchObject({ param: 'fixed_amount[currency]' })
  expect((await create(0, 'USD')).body.fixed_amount).toEqual({ amount: 0, currency: 'usd' })
})
