// Goal: customers and payment methods live as Stripe's do: attach, detach, magic names, tokens, deletion.
import { expect, test } from 'vitest'
import { bench } from '../support.ts'

test('a customer, changed and deleted', async () => {
  const b = await bench()
  const made = await b.stripe.customers.create({ email: 'a@example.com', name: 'A', phone: '1' })
  const changed = await b.stripe.customers.update(made.id, {
    name: '',
    address: { city: 'Berlin' },
  })
  expect([changed.name, changed.address?.city, changed.phone]).toEqual([null, 'Berlin', '1'])
  expect((await b.stripe.customers.list({ email: 'a@example.com' })).data).toHaveLength(1)
  await b.stripe.customers.del(made.id)
  expect(await b.stripe.customers.retrieve(made.id)).toMatchObject({ deleted: true })
  expect((await b.stripe.customers.list()).data).toEqual([])
  await expect(b.stripe.customers.update(made.id, { name: 'x' })).rejects.toThrow(
    /No such customer/,
  )
  expect(b.types()).toEqual(['customer.created', 'customer.updated', 'customer.deleted'])
})

test('a magic payment method becomes a fresh one each time', async () => {
  const b = await bench()
  const { id: customer } = await b.stripe.customers.create()
  const one = await b.stripe.paymentMethods.attach('pm_card_visa', { customer })
  const two = await b.stripe.paymentMethods.attach('pm_card_mastercard', { customer })
  expect(one.id).not.toBe('pm_card_visa')
  expect([one.card?.last4, two.card?.brand]).toEqual(['4242', 'mastercard'])
  const listed = await b.stripe.customers.listPaymentMethods(customer)
  expect(listed.data.map(({ id }) => id)).toEqual([two.id, one.id])
  await b.stripe.paymentMethods.detach(one.id)
  expect((await b.stripe.paymentMethods.list({ customer })).data).toHaveLength(1)
  expect(b.types().slice(1)).toEqual([
    'payment_method.attached',
    'payment_method.attached',
    'payment_method.detached',
  ])
})

test('a token pays once', async () => {
  const b = await bench()
  const token = await b.stripe.tokens.create({
    card: { number: '4242424242424242', exp_month: '12', exp_year: '2040', cvc: '123' },
  })
  const card = { token: token.id }
  const method = await b.stripe.paymentMethods.create({ type: 'card', card })
  expect(method.card?.last4).toBe('4242')
  await expect(b.stripe.paymentMethods.create({ type: 'card', card })).rejects.toMatchObject({
    code: 'token_already_used',
  })
})

const valid = { number: '4242424242424242', exp_month: 12, exp_year: 2040, cvc: '123' }

test.each([
  ['incorrect_number', { number: '4242424242424241' }],
  ['invalid_expiry_month', { exp_month: 13 }],
  ['invalid_expiry_year', { exp_year: 2020 }],
  ['invalid_cvc', { cvc: '12' }],
])('card numbers are checked: %s', async (code, change) => {
  const b = await bench()
  const create = b.stripe.paymentMethods.create({ type: 'card', card: { ...valid, ...change } })
  await expect(create).rejects.toMatchObject({ statusCode: 402, type: 'StripeCardError', code })
})

test('an IBAN with a wrong checksum is refused', async () => {
  const b = await bench()
  const create = (iban: string) =>
    b.stripe.paymentMethods.create({ type: 'sepa_debit', sepa_debit: { iban } })
  expect((await create('DE89 3704 0044 0532 0130 00')).sepa_debit?.last4).toBe('3000')
  await expect(create('DE88370400440532013000')).rejects.toMatchObject({
    code: 'account_number_invalid',
  })
})
