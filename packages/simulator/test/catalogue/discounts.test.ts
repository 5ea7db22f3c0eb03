// What coupons take off, and who may redeem which promotion code.
import { describe, expect, it } from 'vitest'
import type { Coupon } from '../../src/account/tables.ts'
import { amountOff, appliesIn, appliesTo } from '../../src/catalogue/discounts.ts'
import { monthsAfter } from '../../src/catalogue/months.ts'
import { type Bench, bench } from '../support.ts'

function coupon(change: Partial<Coupon>): Coupon {
  return {
    id: 'c',
    object: 'coupon',
    amount_off: null,
    created: 0,
    currency: null,
    duration: 'once',
    duration_in_months: null,
    livemode: false,
    max_redemptions: null,
    metadata: {},
    name: null,
    percent_off: null,
    redeem_by: null,
    times_redeemed: 0,
    valid: true,
    ...change,
  }
}

describe('amountOff', () => {
  it.each([
    [{ percent_off: 20 }, 1500, 300],
    [{ percent_off: 33.33 }, 1000, 333],
    [{ percent_off: 1.15 }, 1000, 12],
    [{ percent_off: 12.5 }, 4, 1],
    [{ percent_off: 100 }, 999, 999],
    [{ percent_off: 50 }, -100, 0],
    [{ amount_off: 500, currency: 'usd' }, 1500, 500],
    [{ amount_off: 500, currency: 'usd' }, 300, 300],
    [{ amount_off: 500, currency: 'eur' }, 1500, 0],
    [{ amount_off: 9, currency: 'eur', currency_options: { usd: { amount_off: 7 } } }, 100, 7],
  ])('%j off %i dollar cents is %i', (change, subtotal, off) => {
    expect(amountOff(coupon(change), subtotal, 'usd')).toBe(off)
  })

  it('knows its currencies and products', () => {
    const euros = coupon({ amount_off: 5, currency: 'eur' })
    expect([appliesIn(euros, 'eur'), appliesIn(euros, 'usd')]).toEqual([true, false])
    expect(appliesTo(euros, 'prod_1')).toBe(true)
    expect(appliesTo(coupon({ applies_to: { products: ['prod_2'] } }), 'prod_1')).toBe(false)
  })
})

it.each([
  ['2026-01-31T12:00:00Z', 1, '2026-02-28T12:00:00.000Z'],
  ['2027-12-31T00:00:01Z', 2, '2028-02-29T00:00:01.000Z'],
  ['2026-11-15T08:30:00Z', 14, '2028-01-15T08:30:00.000Z'],
])('%s and %i months is %s', (from, months, to) => {
  const time = monthsAfter(Date.parse(from) / 1000, months)
  expect(new Date(time * 1000).toISOString()).toBe(to)
})

describe('a promotion code', () => {
  async function redeem(b: Bench, customer: string, code: string) {
    return b.call('POST', `/v1/customers/${customer}`, `promotion_code=${code}`)
  }

  async function code(b: Bench, change: object) {
    const { id } = await b.stripe.coupons.create({ percent_off: 10 })
    const promotion = { type: 'coupon' as const, coupon: id }
    return b.stripe.promotionCodes.create({ promotion, ...change })
  }

  it('for first purchases is refused to who has paid before', async () => {
    const b = await bench()
    const { id: promo } = await code(b, { restrictions: { first_time_transaction: true } })
    const { id: fresh } = await b.stripe.customers.create({})
    const { id: regular } = await b.stripe.customers.create({ source: 'tok_visa' })
    await b.stripe.paymentIntents.create({
      amount: 500,
      currency: 'usd',
      customer: regular,
      payment_method: 'pm_card_visa',
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    })
    const refused = await redeem(b, regular, promo)
    expect(refused.error).toMatchObject({
      message:
        'This promotion code cannot be redeemed because the associated customer has prior transactions.',
      param: 'promotion_code',
    })
    expect((await redeem(b, fresh, promo)).status).toBe(200)
  })

  it('is refused when it is off, unknown or over, and counts only what was redeemed', async () => {
    const b = await bench()
    const { id: customer } = await b.stripe.customers.create({})
    const off = await code(b, { active: false })
    expect((await redeem(b, customer, off.id)).error.message).toContain('is not active')
    expect((await redeem(b, customer, 'promo_no')).error.code).toBe('resource_missing')
    const soon = await code(b, { expires_at: b.account.now() + 10 })
    b.account.advance(10)
    expect((await redeem(b, customer, soon.id)).error.message).toContain('has expired')
    expect((await b.stripe.promotionCodes.retrieve(soon.id)).times_redeemed).toBe(0)
  })
})
