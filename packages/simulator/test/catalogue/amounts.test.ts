// The arithmetic of prices and coupons, without a server.
import { describe, expect, it } from 'vitest'
import type { Price } from '../../src/account/tables.ts'
import { priceAmount } from '../../src/catalogue/amounts.ts'

function price(change: Partial<Price>): Price {
  return {
    id: 'price_1',
    object: 'price',
    active: true,
    billing_scheme: 'per_unit',
    created: 0,
    currency: 'usd',
    custom_unit_amount: null,
    livemode: false,
    lookup_key: null,
    metadata: {},
    nickname: null,
    product: 'prod_1',
    recurring: null,
    tax_behavior: 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: 'one_time',
    unit_amount: null,
    unit_amount_decimal: null,
    ...change,
  }
}

function tier(upTo: number | null, unit: string, flat: string | null = null) {
  return {
    up_to: upTo,
    unit_amount: null,
    unit_amount_decimal: unit,
    flat_amount: null,
    flat_amount_decimal: flat,
  }
}

const tiered = (mode: 'graduated' | 'volume') =>
  price({
    billing_scheme: 'tiered',
    tiers_mode: mode,
    tiers: [tier(5, '700'), tier(10, '650', '100'), tier(null, '600.5')],
  })

describe('priceAmount', () => {
  it.each([
    ['1500', 2, 3000],
    ['0.05', 3, 0],
    ['0.05', 10, 1],
    ['1.005', 100, 101],
    ['0.000000000001', 3, 0],
    ['99999999.5', 1_000_001, 99_999_999_500_000 + 100_000_000],
  ])('%s × %i = %i', (unit, quantity, amount) => {
    expect(priceAmount(price({ unit_amount_decimal: unit }), quantity)).toEqual({ unit, amount })
  })

  it.each([
    ['up', 11, 300],
    ['down', 11, 200],
    ['down', 4, 0],
  ] as const)('sells by packages, rounded %s', (round, quantity, amount) => {
    const packed = price({
      unit_amount_decimal: '100',
      transform_quantity: { divide_by: 5, round },
    })
    expect(priceAmount(packed, quantity).amount).toBe(amount)
  })

  it.each([
    ['graduated', 5, 3500],
    ['graduated', 6, 3500 + 100 + 650],
    ['graduated', 12, 3500 + 100 + 3250 + 1201],
    ['volume', 5, 3500],
    ['volume', 6, 100 + 3900],
    ['volume', 11, 6606],
    ['graduated', 0, 0],
  ] as const)('%s tiers: %i units cost %i', (mode, quantity, amount) => {
    expect(priceAmount(tiered(mode), quantity)).toEqual({ unit: null, amount })
  })

  it('takes the terms of the currency', () => {
    const both = price({
      unit_amount_decimal: '100',
      currency_options: {
        eur: {
          custom_unit_amount: null,
          tax_behavior: null,
          unit_amount: 90,
          unit_amount_decimal: '90',
        },
      },
    })
    expect(priceAmount(both, 2).amount).toBe(200)
    expect(priceAmount(both, 2, 'eur').amount).toBe(180)
    expect(() => priceAmount(both, 2, 'gbp')).toThrow('is not in gbp')
  })
})
