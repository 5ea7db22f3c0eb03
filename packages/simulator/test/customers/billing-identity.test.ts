// What hangs on a customer, over the official SDK: discounts, cards, tax ids, the balance, a test clock; and their end.
import { describe, expect, it } from 'vitest'
import { asRecord, type Bench, bench } from '../support.ts'

const last = (b: Bench) => asRecord(b.account.events().at(-1))
const typesAfter = (b: Bench, from: number) => b.types().slice(from)

describe('a discount', () => {
  it('comes with an old parameter, is exchanged and taken away', async () => {
    const b = await bench()
    const a = await b.stripe.coupons.create({ percent_off: 20, max_redemptions: 1 })
    const c = await b.stripe.coupons.create({
      percent_off: 30,
      duration: 'repeating',
      duration_in_months: 3,
    })
    const { body } = await b.call('POST', '/v1/customers', `coupon=${a.id}`)
    expect(body.discount).toMatchObject({
      object: 'discount',
      customer: body.id,
      end: null,
      source: { type: 'coupon', coupon: a.id },
    })
    const used = await b.stripe.coupons.retrieve(a.id)
    expect([used.times_redeemed, used.valid]).toEqual([1, false])
    const again = await b.call('POST', '/v1/customers', `coupon=${a.id}`)
    expect(again.error).toMatchObject({ code: 'coupon_expired', param: 'coupon' })

    const changed = await b.call('POST', `/v1/customers/${body.id}`, `coupon=${c.id}`)
    const start = Number(asRecord(changed.body.discount).start)
    expect(asRecord(changed.body.discount).end).toBeGreaterThan(start + 88 * 86_400)
    expect(b.account.events().at(-2)).toMatchObject({
      type: 'customer.discount.updated',
      data: { previous_attributes: { source: { coupon: a.id } } },
    })
    const gone = await b.call('POST', `/v1/customers/${body.id}`, 'coupon=')
    expect(gone.body.discount).toBeNull()
    expect(b.types()).toEqual([
      'coupon.created',
      'coupon.created',
      'customer.created',
      'customer.discount.created',
      'customer.discount.updated',
      'customer.updated',
      'customer.discount.deleted',
      'customer.updated',
    ])
  })

  it('is deleted at its own address', async () => {
    const b = await bench()
    const coupon = await b.stripe.coupons.create({ percent_off: 20 })
    const { body } = await b.call('POST', '/v1/customers', `coupon=${coupon.id}`)
    const id = String(body.id)
    expect(await b.stripe.customers.deleteDiscount(id)).toMatchObject({ deleted: true })
    expect((await b.call('GET', `/v1/customers/${id}`)).body.discount).toBeNull()
    expect(last(b).type).toBe('customer.discount.deleted')
    await expect(b.stripe.customers.deleteDiscount(id)).rejects.toMatchObject({ statusCode: 404 })
  })

  it('comes with a promotion code only for whom the code is', async () => {
    const b = await bench()
    const coupon = await b.stripe.coupons.create({ percent_off: 20 })
    const owner = await b.stripe.customers.create({})
    const code = await b.stripe.promotionCodes.create({
      promotion: { type: 'coupon', coupon: coupon.id },
      customer: owner.id,
      max_redemptions: 1,
    })
    const other = await b.call('POST', '/v1/customers', `promotion_code=${code.id}`)
    expect(other.error.param).toBe('promotion_code')
    expect(String(other.error.message)).toContain('restricted to another customer')
    const own = await b.call('POST', `/v1/customers/${owner.id}`, `promotion_code=${code.id}`)
    expect(own.body.discount).toMatchObject({ promotion_code: code.id })
    const used = await b.stripe.promotionCodes.retrieve(code.id)
    expect([used.active, used.times_redeemed]).toEqual([false, 1])
  })
})

describe('cards', () => {
  it('is on a customer from the start, and a payment method, too', async () => {
    const b = await bench()
    const customer = await b.stripe.customers.create({ source: 'tok_visa', expand: ['sources'] })
    const card = String(customer.default_source)
    expect(customer.sources?.data).toMatchObject([{ id: card, brand: 'Visa', last4: '4242' }])
    const intent = await b.stripe.paymentIntents.create({
      amount: 500,
      currency: 'usd',
      customer: customer.id,
      payment_method: card,
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    })
    expect(intent.status).toBe('succeeded')
    expect(b.types().slice(0, 2)).toEqual(['customer.created', 'customer.source.created'])
  })

  it('is added, changed and removed; the next one becomes the default', async () => {
    const b = await bench()
    const { id } = await b.stripe.customers.create({})
    const visa = await b.stripe.customers.createSource(id, { source: 'tok_visa' })
    const amex = await b.stripe.customers.createSource(id, { source: 'tok_amex' })
    await b.stripe.customers.updateSource(id, visa.id, { metadata: { a: '1' }, exp_year: '2031' })
    expect(last(b)).toMatchObject({
      type: 'customer.source.updated',
      data: { object: { exp_year: 2031 }, previous_attributes: { metadata: { a: null } } },
    })
    await b.stripe.customers.deleteSource(id, visa.id)
    expect(await b.stripe.customers.retrieve(id)).toMatchObject({ default_source: amex.id })
    expect((await b.stripe.customers.listSources(id)).data).toHaveLength(1)
    expect(typesAfter(b, 1)).toEqual([
      'customer.source.created',
      'customer.updated',
      'customer.source.created',
      'customer.source.updated',
      'customer.source.deleted',
      'customer.updated',
    ])
    const gone = b.stripe.customers.retrieveSource(id, visa.id)
    await expect(gone).rejects.toMatchObject({ statusCode: 404, code: 'resource_missing' })
  })
})

it('has tax ids, of its own and those of the account', async () => {
  const b = await bench()
  const customer = await b.stripe.customers.create({
    tax_id_data: [{ type: 'eu_vat', value: 'DE000000000' }],
    expand: ['tax_ids'],
  })
  const [first] = customer.tax_ids?.data ?? []
  expect(first).toMatchObject({ country: 'DE', verification: { status: 'verified' } })
  const second = await b.stripe.taxIds.create({
    type: 'us_ein',
    value: '12-3456789',
    owner: { type: 'customer', customer: customer.id },
  })
  await b.stripe.taxIds.create({ type: 'gb_vat', value: 'GB123456789' })
  expect((await b.stripe.customers.listTaxIds(customer.id)).data.map(({ id }) => id)).toEqual([
    second.id,
    first?.id,
  ])
  expect((await b.stripe.taxIds.list()).data).toMatchObject([{ owner: { type: 'self' } }])
  await b.stripe.customers.deleteTaxId(customer.id, second.id)
  expect(b.types()).toEqual([
    'customer.created',
    'customer.tax_id.created',
    'customer.tax_id.created',
    'customer.tax_id.deleted',
  ])
})

it('keeps a balance, every change of it a transaction', async () => {
  const b = await bench()
  const { id } = await b.stripe.customers.create({ balance: -500 })
  const move = await b.stripe.customers.createBalanceTransaction(id, {
    amount: 200,
    currency: 'eur',
  })
  expect(move).toMatchObject({ ending_balance: -300, type: 'adjustment', currency: 'eur' })
  expect(last(b)).toMatchObject({
    type: 'customer.updated',
    data: { previous_attributes: { balance: -500, currency: null } },
  })
  await b.stripe.customers.update(id, { balance: 0 })
  const moves = await b.stripe.customers.listBalanceTransactions(id)
  expect(moves.data.map(({ amount, type }) => [amount, type])).toEqual([
    [300, 'adjustment'],
    [200, 'adjustment'],
    [-500, 'initial'],
  ])
  const foreign = b.stripe.customers.createBalanceTransaction(id, { amount: 1, currency: 'usd' })
  await expect(foreign).rejects.toMatchObject({ param: 'currency' })
})

describe('a test clock', () => {
  it('is whose time its customers live in', async () => {
    const b = await bench()
    const frozen = b.account.now() - 86_400
    const clock = await b.stripe.testHelpers.testClocks.create({ frozen_time: frozen })
    const customer = await b.stripe.customers.create({ test_clock: clock.id })
    expect(customer).toMatchObject({ test_clock: clock.id, created: frozen })
    expect(last(b)).toMatchObject({ type: 'customer.created', created: frozen })
    await b.stripe.customers.update(customer.id, { name: 'Jo' })
    expect(last(b)).toMatchObject({ type: 'customer.updated', created: frozen })
    expect((await b.stripe.customers.list()).data).toEqual([])
    expect((await b.stripe.customers.list({ test_clock: clock.id })).data).toHaveLength(1)
  })

  it('bears three customers, or as many as the account allows', async () => {
    const b = await bench()
    const { id } = await b.stripe.testHelpers.testClocks.create({ frozen_time: b.account.now() })
    const make = () => b.stripe.customers.create({ test_clock: id })
    for (let n = 0; n < 3; n += 1) await make()
    await expect(make()).rejects.toMatchObject({ statusCode: 400, param: 'test_clock' })
    b.account.billing({ testClockCustomersMax: Number.POSITIVE_INFINITY })
    await make()
    await expect(b.stripe.customers.create({ test_clock: 'clock_no' })).rejects.toMatchObject({
      code: 'resource_missing',
      param: 'test_clock',
    })
  })
})

it('takes everything with it when it is deleted', async () => {
  const b = await bench()
  const coupon = await b.stripe.coupons.create({ percent_off: 20 })
  const { body } = await b.call('POST', '/v1/customers', `coupon=${coupon.id}&source=tok_visa`)
  const id = String(body.id)
  await b.stripe.customers.createTaxId(id, { type: 'eu_vat', value: 'DE123456789' })
  const from = b.types().length
  expect(await b.stripe.customers.del(id)).toEqual({ id, object: 'customer', deleted: true })
  expect(typesAfter(b, from)).toEqual(['customer.discount.deleted', 'customer.deleted'])
  expect(await b.stripe.customers.retrieve(id)).toEqual({ id, object: 'customer', deleted: true })
  const update = b.stripe.customers.update(id, { name: 'a' })
  await expect(update).rejects.toMatchObject({ statusCode: 404, code: 'resource_missing' })
})

it.each([
  ['email=nobody', 'email_invalid', 'email'],
  ['invoice_prefix=ab', undefined, 'invoice_prefix'],
  [
    'invoice_settings[default_payment_method]=pm_no',
    'resource_missing',
    'invoice_settings[default_payment_method]',
  ],
  ['source=tok_no', 'resource_missing', 'source'],
  ['coupon=NO', 'resource_missing', 'coupon'],
  ['tax_exempt=maybe', undefined, 'tax_exempt'],
  ['cash_balance[settings][reconciliation_mode]=manual', undefined, 'cash_balance'],
  ['address[cityy]=a', 'parameter_unknown', 'address[cityy]'],
])('refuses %s', async (form, code, param) => {
  const b = await bench()
  const { status, error } = await b.call('POST', '/v1/customers', form)
  expect([status, error.code, error.param]).toEqual([400, code, param])
  expect(b.types()).toEqual([])
})
