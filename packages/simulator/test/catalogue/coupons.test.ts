// Coupons and promotion codes over the official SDK: shapes, rules, what ends them.
import { describe, expect, it } from 'vitest'
import { bench } from '../support.ts'

const day = 86_400

describe('coupons', () => {
  it('is complete, and shows its products and currencies only when asked', async () => {
    const b = await bench()
    const product = await b.stripe.products.create({ name: 'Poster' })
    const made = await b.stripe.coupons.create({
      amount_off: 500,
      currency: 'USD',
      currency_options: { eur: { amount_off: 450 } },
      applies_to: { products: [product.id] },
      name: 'Five off',
    })
    expect(made).toMatchObject({ amount_off: 500, currency: 'usd', duration: 'once', valid: true })
    expect(made).not.toHaveProperty('applies_to')
    const full = await b.stripe.coupons.retrieve(made.id, {
      expand: ['applies_to', 'currency_options'],
    })
    expect(full.applies_to).toEqual({ products: [product.id] })
    expect(full.currency_options).toEqual({ eur: { amount_off: 450 }, usd: { amount_off: 500 } })
    expect(b.types()).toEqual(['product.created', 'coupon.created'])
  })

  it.each([
    ['', undefined, 'percent_off'],
    ['percent_off=10&amount_off=100&currency=usd', undefined, 'percent_off'],
    ['percent_off=101', undefined, 'percent_off'],
    ['amount_off=100', 'parameter_missing', 'currency'],
    ['amount_off=0&currency=usd', 'parameter_invalid_integer', 'amount_off'],
    ['percent_off=10&duration=repeating', 'parameter_missing', 'duration_in_months'],
    ['percent_off=10&duration=forever&duration_in_months=2', undefined, 'duration_in_months'],
    ['percent_off=10&redeem_by=1', undefined, 'redeem_by'],
    [
      'percent_off=10&applies_to[products][]=prod_no',
      'resource_missing',
      'applies_to[products][0]',
    ],
    ['percent_off=10&duration=weekly', undefined, 'duration'],
  ])('refuses %s', async (form, code, param) => {
    const b = await bench()
    const answer = await b.call('POST', '/v1/coupons', form)
    expect(answer.status).toBe(400)
    expect(answer.error.code).toBe(code)
    expect(answer.error.param).toBe(param)
  })

  it('refuses an id that is taken', async () => {
    const b = await bench()
    await b.stripe.coupons.create({ id: 'FALL', percent_off: 10 })
    const second = b.stripe.coupons.create({ id: 'FALL', percent_off: 20 })
    await expect(second).rejects.toMatchObject({ code: 'resource_already_exists', param: 'id' })
  })

  it('changes name and metadata, and tells what changed', async () => {
    const b = await bench()
    const { id } = await b.stripe.coupons.create({ percent_off: 10, name: 'Old' })
    await b.stripe.coupons.update(id, { name: 'New', metadata: { a: '1' } })
    expect(b.account.events().at(-1)).toMatchObject({
      type: 'coupon.updated',
      data: { previous_attributes: { name: 'Old', metadata: { a: null } } },
    })
  })

  it('is over when its time comes, and its codes with it', async () => {
    const b = await bench()
    const coupon = await b.stripe.coupons.create({
      percent_off: 10,
      redeem_by: b.account.now() + day,
    })
    const code = await b.stripe.promotionCodes.create({
      promotion: { type: 'coupon', coupon: coupon.id },
    })
    expect(code.expires_at).toBe(coupon.redeem_by)
    b.account.advance(day)
    expect((await b.stripe.coupons.retrieve(coupon.id)).valid).toBe(false)
    expect((await b.stripe.promotionCodes.retrieve(code.id)).active).toBe(false)
    const again = b.stripe.promotionCodes.update(code.id, { active: true })
    await expect(again).rejects.toMatchObject({ param: 'active' })
  })

  it('is gone once deleted', async () => {
    const b = await bench()
    const { id } = await b.stripe.coupons.create({ percent_off: 10 })
    expect(await b.stripe.coupons.del(id)).toMatchObject({ id, object: 'coupon', deleted: true })
    await expect(b.stripe.coupons.retrieve(id)).rejects.toMatchObject({
      code: 'resource_missing',
      param: 'coupon',
    })
  })
})

describe('promotion codes', () => {
  it('takes the coupon in the old form and in the new one', async () => {
    const b = await bench()
    const coupon = await b.stripe.coupons.create({ percent_off: 10 })
    const old = await b.call('POST', '/v1/promotion_codes', `coupon=${coupon.id}&code=Fall`)
    expect(old.body).toMatchObject({
      active: true,
      code: 'Fall',
      promotion: { type: 'coupon', coupon: coupon.id },
    })
    const made = await b.stripe.promotionCodes.create({
      promotion: { type: 'coupon', coupon: coupon.id },
      restrictions: { minimum_amount: 1000, minimum_amount_currency: 'usd' },
      expand: ['promotion.coupon'],
    })
    expect(made.promotion.coupon).toMatchObject({ id: coupon.id, percent_off: 10 })
    expect(made.code).toMatch(/^[A-Z0-9]{8}$/)
    const bare = await b.call('POST', '/v1/promotion_codes')
    expect(bare.error).toMatchObject({ code: 'parameter_missing', param: 'promotion' })
  })

  it('keeps an active code unique regardless of case', async () => {
    const b = await bench()
    const promotion = {
      type: 'coupon' as const,
      coupon: (await b.stripe.coupons.create({ percent_off: 10 })).id,
    }
    const first = await b.stripe.promotionCodes.create({ promotion, code: 'FALL25' })
    const second = () => b.stripe.promotionCodes.create({ promotion, code: 'fall25' })
    await expect(second()).rejects.toThrow('An active promotion code with `code: fall25` already')
    await b.stripe.promotionCodes.update(first.id, { active: false })
    await second()
    const found = await b.stripe.promotionCodes.list({ code: 'Fall25', active: true })
    expect(found.data.map(({ code }) => code)).toEqual(['fall25'])
  })
})
