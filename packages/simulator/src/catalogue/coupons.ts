/** Coupons: their shape, their routes, and when they stop being valid. */
import type { Coupon } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { badParam, missingParam, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { integer } from '../http/params.ts'
import { applyUpdate, bury, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, inParam, inPath, mergeMetadata, type Route } from '../http/route.ts'
import { readCurrency } from './currency.ts'

const path = '/v1/coupons'
const yearSeconds = 365 * 24 * 60 * 60
/** Stripe's limit on how far ahead `redeem_by` may lie. */
const redeemYearsMax = 5

type Params = ParamsOf<'POST /v1/coupons'>
type Options = NonNullable<Coupon['currency_options']>

function create(tx: Transaction, params: Params): Coupon {
  const {
    amount_off: amount,
    percent_off: percent,
    duration = 'once',
    currency_options: options,
  } = params
  if (params.id !== undefined && tx.db.find('coupon', params.id)) {
    throw refuse('Coupon already exists.', { code: 'resource_already_exists', param: 'id' })
  }
  if ((amount === undefined) === (percent === undefined)) {
    throw refuse('Must provide percent_off or amount_off, but not both.', { param: 'percent_off' })
  }
  if (percent !== undefined && !(percent > 0 && percent <= 100)) {
    throw badParam('Percent off must be greater than 0 and at most 100.', 'percent_off')
  }
  if (amount !== undefined && params.currency === undefined) throw missingParam('currency')
  if (duration === 'repeating' && params.duration_in_months === undefined) {
    throw missingParam('duration_in_months')
  }
  if (duration !== 'repeating' && params.duration_in_months !== undefined) {
    throw refuse('duration_in_months can only be set when duration is repeating.', {
      param: 'duration_in_months',
    })
  }
  checkRedeemBy(tx, params.redeem_by)
  const products = params.applies_to?.products
  for (const [at, id] of (products ?? []).entries()) {
    inParam(tx, 'product', id, `applies_to[products][${at}]`)
  }
  const currency = amount === undefined ? null : readCurrency(params.currency ?? '', 'currency')
  const coupon = tx.db.put('coupon', {
    id: params.id ?? tx.newId('', 8),
    object: 'coupon',
    amount_off: amount ?? null,
    ...(products && products.length > 0 ? { applies_to: { products } } : {}),
    created: tx.now,
    currency,
    ...(amount === undefined || currency === null
      ? {}
      : { currency_options: { ...readOptions(options), [currency]: { amount_off: amount } } }),
    duration,
    duration_in_months: params.duration_in_months ?? null,
    livemode: false,
    max_redemptions: params.max_redemptions ?? null,
    metadata: mergeMetadata({}, params.metadata),
    name: params.name ?? null,
    percent_off: percent ?? null,
    redeem_by: params.redeem_by ?? null,
    times_redeemed: 0,
    valid: true,
  })
  if (coupon.redeem_by !== null) {
    const left = (coupon.redeem_by - tx.now) * 1000
    tx.schedule(left, { kind: 'expire_coupon', couponId: coupon.id })
  }
  tx.emit('coupon.created', coupon)
  return coupon
}

function checkRedeemBy(tx: Transaction, redeemBy: number | undefined): void {
  if (redeemBy === undefined) return
  if (redeemBy <= tx.now) throw badParam('The redeem_by time must be in the future.', 'redeem_by')
  if (redeemBy > tx.now + redeemYearsMax * yearSeconds) {
    throw badParam(
      `The redeem_by time cannot be more than ${redeemYearsMax} years in the future.`,
      'redeem_by',
    )
  }
}

/** Stripe lists the coupon's own currency among them, too. */
function readOptions(given: Params['currency_options'] = {}): Options {
  const read = Object.entries(given).map(([currency, option]) => {
    const at = `currency_options[${currency}]`
    if (option.amount_off < 1) {
      throw badParam('This value must be greater than or equal to 1.', `${at}[amount_off]`)
    }
    return [readCurrency(currency, at), { amount_off: option.amount_off }] as const
  })
  return Object.fromEntries(read)
}

export const couponRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => create(tx, params), {
    fields: {
      amount_off: integer(1),
      duration_in_months: integer(1),
      max_redemptions: integer(1),
    },
  }),
  retrieveRoute(`GET ${path}/:id`, 'coupon'),
  api(`POST ${path}/:id`, ({ tx, ids, params }) => {
    const before = inPath(tx, 'coupon', ids[0])
    const { currency_options: options, metadata, name } = params
    if (options !== undefined && before.amount_off === null) {
      throw refuse('Only coupons with amount_off have currency_options.', {
        param: 'currency_options',
      })
    }
    const changes = {
      name,
      currency_options: options && { ...before.currency_options, ...readOptions(options) },
    }
    return applyUpdate(tx, 'coupon', before, changes, metadata, 'coupon.updated')
  }),
  api(`DELETE ${path}/:id`, ({ tx, ids }) => {
    const coupon = inPath(tx, 'coupon', ids[0])
    closeCodes(tx, coupon.id)
    return bury(tx, 'coupon', coupon, 'coupon.deleted')
  }),
  listRoute(`GET ${path}`, 'coupon'),
]

/** Its `redeem_by` has come. */
export function expireCoupon(tx: Transaction, id: string): void {
  const coupon = tx.db.find('coupon', id)
  if (!coupon || coupon.redeem_by === null || coupon.redeem_by > tx.now) return
  tx.db.put('coupon', { ...coupon, valid: false })
  closeCodes(tx, id)
}

/** One more redemption; the last one that is allowed ends it. */
export function countCoupon(tx: Transaction, coupon: Coupon): Coupon {
  const times = coupon.times_redeemed + 1
  const usedUp = coupon.max_redemptions !== null && times >= coupon.max_redemptions
  if (usedUp) closeCodes(tx, coupon.id)
  return tx.db.put('coupon', {
    ...coupon,
    times_redeemed: times,
    valid: coupon.valid && !usedUp,
  })
}

/** A promotion code is active only as long as its coupon is valid. */
function closeCodes(tx: Transaction, couponId: string): void {
  for (const code of tx.db.all('promotion_code')) {
    if (code.promotion.coupon === couponId && code.active) {
      tx.db.put('promotion_code', { ...code, active: false })
    }
  }
}
