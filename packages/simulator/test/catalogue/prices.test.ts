// Prices of every form over the official SDK, plans as views of them, tax rates, and the features of products.
import { describe, expect, it } from 'vitest'
import { asRecord, bench } from '../support.ts'

describe('prices', () => {
  it('has tiers, shown only when asked for', async () => {
    const b = await bench()
    const { id, ...price } = await b.stripe.prices.create({
      currency: 'usd',
      product_data: { name: 'Calls' },
      recurring: { interval: 'month' },
      billing_scheme: 'tiered',
      tiers_mode: 'graduated',
      tiers: [
        { up_to: 5, unit_amount: 700 },
        { up_to: 'inf', unit_amount: 600, flat_amount: 100 },
      ],
    })
    expect(price).toMatchObject({ billing_scheme: 'tiered', unit_amount: null })
    expect(price).not.toHaveProperty('tiers')
    const full = await b.stripe.prices.retrieve(id, { expand: ['tiers', 'currency_options'] })
    expect(full.tiers).toMatchObject([
      { up_to: 5, unit_amount: 700, flat_amount: null },
      { up_to: null, unit_amount: 600, flat_amount: 100 },
    ])
    const listed = await b.stripe.prices.list({ expand: ['data.tiers'] })
    expect(listed.data[0]?.tiers).toHaveLength(2)
    const created = b.account.events().at(-1)
    expect(asRecord(asRecord(asRecord(created).data).object)).not.toHaveProperty('tiers')
  })

  it('is in several currencies, which an update adds and removes', async () => {
    const b = await bench()
    const { id } = await b.stripe.prices.create({
      currency: 'usd',
      unit_amount: 1000,
      product_data: { name: 'a' },
      currency_options: { eur: { unit_amount: 900 } },
    })
    const options = async () => {
      const price = await b.stripe.prices.retrieve(id, { expand: ['currency_options'] })
      return Object.entries(price.currency_options ?? {}).map(([k, v]) => [k, v.unit_amount])
    }
    expect(await options()).toEqual([
      ['eur', 900],
      ['usd', 1000],
    ])
    await b.stripe.prices.update(id, { currency_options: { gbp: { unit_amount: 800 } } })
    expect((await options()).map(([currency]) => currency).sort()).toEqual(['eur', 'gbp', 'usd'])
    await b.stripe.prices.update(id, { currency_options: '' })
    expect(await options()).toEqual([['usd', 1000]])
  })

  it('lets the buyer choose', async () => {
    const b = await bench()
    const price = await b.stripe.prices.create({
      currency: 'usd',
      product_data: { name: 'a' },
      custom_unit_amount: { enabled: true, minimum: 500, preset: 1000 },
    })
    expect(price.custom_unit_amount).toEqual({ maximum: null, minimum: 500, preset: 1000 })
    expect([price.unit_amount, price.unit_amount_decimal]).toEqual([null, null])
  })

  it.each([
    ['', 'parameter_missing', 'unit_amount'],
    ['unit_amount=1&unit_amount_decimal=1', 'parameters_exclusive', 'unit_amount'],
    ['unit_amount_decimal=-0.5', 'parameter_invalid_integer', 'unit_amount_decimal'],
    [
      'unit_amount=1&custom_unit_amount[enabled]=true',
      'parameters_exclusive',
      'custom_unit_amount',
    ],
    ['billing_scheme=tiered&tiers_mode=volume', 'parameter_missing', 'tiers'],
    [
      'billing_scheme=tiered&tiers[0][up_to]=inf&tiers[0][unit_amount]=1',
      'parameter_missing',
      'tiers_mode',
    ],
    [
      'billing_scheme=tiered&tiers_mode=volume&tiers[0][up_to]=5&tiers[0][unit_amount]=1',
      undefined,
      'tiers[0][up_to]',
    ],
    ['unit_amount=1&tiers[0][up_to]=inf', undefined, 'tiers'],
    [
      'unit_amount=1&currency_options[eur][unit_amount_decimal]=x',
      undefined,
      'currency_options[eur][unit_amount_decimal]',
    ],
    [
      'unit_amount=1&currency_options[eur][tax_behavior]=inclusive',
      'parameter_missing',
      'currency_options[eur][unit_amount]',
    ],
    [
      'unit_amount=1&transform_quantity[divide_by]=2',
      'parameter_missing',
      'transform_quantity[round]',
    ],
  ])('refuses %s', async (form, code, param) => {
    const b = await bench()
    const all = `currency=usd&product_data[name]=a&${form}`
    const { status, error } = await b.call('POST', '/v1/prices', all)
    expect([status, error.code, error.param]).toEqual([400, code, param])
    expect(b.types()).toEqual([])
  })

  it('keeps its tax behaviour once chosen', async () => {
    const b = await bench()
    const { id } = await b.stripe.prices.create({
      currency: 'usd',
      unit_amount: 1,
      product_data: { name: 'a' },
    })
    await b.stripe.prices.update(id, { tax_behavior: 'inclusive' })
    const again = b.stripe.prices.update(id, { tax_behavior: 'exclusive' })
    await expect(again).rejects.toMatchObject({ param: 'tax_behavior' })
  })
})

describe('plans', () => {
  it('is a recurring price under another name', async () => {
    const b = await bench()
    const plan = await b.stripe.plans.create({
      id: 'gold',
      amount: 2000,
      currency: 'usd',
      interval: 'month',
      product: { name: 'Gold' },
    })
    expect(plan).toMatchObject({ id: 'gold', amount: 2000, interval_count: 1 })
    expect(await b.stripe.prices.retrieve('gold')).toMatchObject({
      unit_amount: 2000,
      recurring: { interval: 'month' },
    })
    await b.stripe.plans.update('gold', { nickname: 'Best' })
    expect((await b.stripe.prices.retrieve('gold')).nickname).toBe('Best')
    expect((await b.stripe.plans.list({ active: true })).data).toHaveLength(1)
    expect(await b.stripe.plans.del('gold')).toEqual({ id: 'gold', object: 'plan', deleted: true })
    expect(b.types()).toEqual([
      'product.created',
      'plan.created',
      'price.created',
      'plan.updated',
      'price.updated',
      'plan.deleted',
      'price.deleted',
    ])
    const gone = b.stripe.plans.retrieve('gold')
    await expect(gone).rejects.toMatchObject({ code: 'resource_missing', param: 'plan' })
  })

  it('is none when the price is paid once', async () => {
    const b = await bench()
    const { id } = await b.stripe.prices.create({
      currency: 'usd',
      unit_amount: 1,
      product_data: { name: 'a' },
    })
    await expect(b.stripe.plans.retrieve(id)).rejects.toMatchObject({ statusCode: 404 })
    expect(b.types()).toEqual(['product.created', 'price.created'])
  })
})

it('keeps tax rates, and changes what may change', async () => {
  const b = await bench()
  const rate = await b.stripe.taxRates.create({
    display_name: 'VAT',
    inclusive: true,
    percentage: 8.875,
    country: 'DE',
    tax_type: 'vat',
  })
  expect(rate).toMatchObject({ percentage: 8.875, active: true, rate_type: 'percentage' })
  await b.stripe.taxRates.update(rate.id, { active: false })
  expect((await b.stripe.taxRates.list({ active: true })).data).toEqual([])
  expect((await b.stripe.taxRates.list({ inclusive: true })).data).toHaveLength(1)
  expect(b.account.events().at(-1)).toMatchObject({
    type: 'tax_rate.updated',
    data: { previous_attributes: { active: true } },
  })
  const { error } = await b.call('POST', `/v1/tax_rates/${rate.id}`, 'percentage=9')
  expect(error).toMatchObject({ code: 'parameter_unknown', param: 'percentage' })
})

it('gives features to products', async () => {
  const b = await bench()
  const product = await b.stripe.products.create({ name: 'Gold' })
  const feature = await b.stripe.entitlements.features.create({ lookup_key: 'api', name: 'API' })
  const twice = b.stripe.entitlements.features.create({ lookup_key: 'api', name: 'API' })
  await expect(twice).rejects.toMatchObject({ param: 'lookup_key' })
  const attached = await b.stripe.products.createFeature(product.id, {
    entitlement_feature: feature.id,
  })
  await b.stripe.entitlements.features.update(feature.id, { name: 'The API' })
  const listed = await b.stripe.products.listFeatures(product.id)
  expect(listed.data.map((row) => row.entitlement_feature.name)).toEqual(['The API'])
  await b.stripe.products.deleteFeature(product.id, attached.id)
  expect((await b.stripe.products.listFeatures(product.id)).data).toEqual([])
  await b.stripe.entitlements.features.update(feature.id, { active: false })
  expect((await b.stripe.entitlements.features.list({ archived: false })).data).toEqual([])
})

it('keeps a product as its parameters say, and its default price its own', async () => {
  const b = await bench()
  const size = { height: 1.5, length: 2, weight: 0.25, width: 3 }
  const product = await b.stripe.products.create({
    name: 'a',
    package_dimensions: size,
    marketing_features: [{ name: 'Fast' }],
    default_price_data: { currency: 'usd', unit_amount: 100, recurring: { interval: 'month' } },
  })
  expect(product).toMatchObject({
    package_dimensions: size,
    marketing_features: [{ name: 'Fast' }],
  })
  expect(b.types()).toEqual(['product.created', 'plan.created', 'price.created', 'product.updated'])
  const other = await b.stripe.prices.create({
    currency: 'usd',
    unit_amount: 1,
    product_data: { name: 'b' },
  })
  const foreign = b.stripe.products.update(product.id, { default_price: other.id })
  await expect(foreign).rejects.toMatchObject({ param: 'default_price' })
})

it('does not sell at an amount that the buyer chooses', async () => {
  const b = await bench()
  const price = await b.stripe.prices.create({
    currency: 'usd',
    product_data: { name: 'a' },
    custom_unit_amount: { enabled: true },
  })
  const link = b.stripe.paymentLinks.create({ line_items: [{ price: price.id, quantity: 1 }] })
  await expect(link).rejects.toThrow('does not simulate')
})

it('meters usage', async () => {
  const b = await bench()
  const meter = await b.stripe.billing.meters.create({
    display_name: 'Calls',
    event_name: 'calls',
    default_aggregation: { formula: 'sum' },
  })
  const make = (id: string, usage: 'licensed' | 'metered') =>
    b.stripe.prices.create({
      currency: 'usd',
      unit_amount: 2,
      product_data: { name: 'a' },
      recurring: { interval: 'month', usage_type: usage, meter: id },
    })
  expect((await make(meter.id, 'metered')).recurring).toMatchObject({
    meter: meter.id,
    usage_type: 'metered',
  })
  await expect(make(meter.id, 'licensed')).rejects.toMatchObject({ param: 'recurring[meter]' })
  await expect(make('mtr_no', 'metered')).rejects.toMatchObject({ code: 'resource_missing' })
})
