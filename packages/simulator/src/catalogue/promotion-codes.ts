/** Promotion codes: what customers type in to get a coupon. */
import type { Coupon, PromotionCode } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { badParam, missingParam, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { integer, oneOf, required, shape, text } from '../http/params.ts'
import { applyUpdate, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, inParam, inPath, mergeMetadata, type Route } from '../http/route.ts'
import { readCurrency } from './currency.ts'

const path = '/v1/promotion_codes'

type Params = Omit<ParamsOf<'POST /v1/promotion_codes'>, 'promotion'>
type Restrictions = PromotionCode['restrictions']

function create(tx: Transaction, params: Params, coupon: Coupon): PromotionCode {
  if (!coupon.valid) {
    throw refuse(`The coupon ${coupon.id} is no longer valid.`, {
      code: 'coupon_expired',
      param: 'coupon',
    })
  }
  const { expires_at: expiresAt, max_redemptions: max, customer, active = true } = params
  if (customer !== undefined) inParam(tx, 'customer', customer, 'customer')
  if (expiresAt !== undefined && expiresAt <= tx.now) {
    throw badParam('The expires_at time must be in the future.', 'expires_at')
  }
  if (coupon.redeem_by !== null && expiresAt !== undefined && expiresAt > coupon.redeem_by) {
    throw badParam("expires_at cannot be after the coupon's redeem_by.", 'expires_at')
  }
  if (coupon.max_redemptions !== null && max !== undefined && max > coupon.max_redemptions) {
    throw badParam(
      "max_redemptions cannot be greater than the coupon's max_redemptions.",
      'max_redemptions',
    )
  }
  const code = params.code ?? tx.newId('', 8).toUpperCase()
  if (!/^[a-zA-Z0-9-]+$/.test(code)) {
    throw badParam('The code may contain only letters, digits and dashes.', 'code')
  }
  if (active) checkUnique(tx, code, customer ?? null)
  const made = tx.db.put('promotion_code', {
    id: tx.newId('promo_1'),
    object: 'promotion_code',
    active,
    code,
    created: tx.now,
    customer: customer ?? null,
    customer_account: null,
    expires_at: expiresAt ?? coupon.redeem_by,
    livemode: false,
    max_redemptions: max ?? null,
    metadata: mergeMetadata({}, params.metadata),
    promotion: { coupon: coupon.id, type: 'coupon' },
    restrictions: restrictionsOf(params.restrictions),
    times_redeemed: 0,
  })
  if (made.expires_at !== null) {
    const left = (made.expires_at - tx.now) * 1000
    tx.schedule(left, { kind: 'expire_promotion_code', codeId: made.id })
  }
  tx.emit('promotion_code.created', made)
  return made
}

/** Regardless of case, among the active codes of a customer or of everybody. */
function checkUnique(tx: Transaction, code: string, customer: string | null): void {
  const taken = tx.db
    .where('promotion_code', 'active', true)
    .some((other) => sameCode(other.code, code) && other.customer === customer)
  if (!taken) return
  throw refuse(`An active promotion code with \`code: ${code}\` already exists.`, { param: 'code' })
}

function sameCode(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function restrictionsOf(given: Params['restrictions']): Restrictions {
  const { minimum_amount: least, minimum_amount_currency: currency } = given ?? {}
  if (least !== undefined && currency === undefined) {
    throw missingParam('restrictions[minimum_amount_currency]')
  }
  const options = optionsOf(given?.currency_options)
  return {
    ...(options ? { currency_options: options } : {}),
    first_time_transaction: given?.first_time_transaction ?? false,
    minimum_amount: least ?? null,
    minimum_amount_currency:
      currency === undefined
        ? null
        : readCurrency(currency, 'restrictions[minimum_amount_currency]'),
  }
}

function optionsOf(
  given: Readonly<Record<string, { readonly minimum_amount?: number }>> | undefined,
): Restrictions['currency_options'] {
  if (given === undefined) return undefined
  return Object.fromEntries(
    Object.entries(given).map(([currency, option]) => [
      readCurrency(currency, `restrictions[currency_options][${currency}]`),
      { minimum_amount: option.minimum_amount ?? 0 },
    ]),
  )
}

/** The active code that a customer types; its case does not matter. */
export function codeTyped(tx: Pick<Transaction, 'db'>, typed: string): PromotionCode | undefined {
  const entered = typed.trim().toLowerCase()
  return tx.db
    .all('promotion_code')
    .find(({ code, active }) => active && code.toLowerCase() === entered)
}

export const promotionCodeRoutes: readonly Route[] = [
  api(
    `POST ${path}`,
    ({ tx, params }) => {
      // Older API versions name the coupon itself.
      const { promotion } = params
      const id = promotion?.coupon ?? params.coupon
      if (id === undefined) throw missingParam(promotion ? 'promotion[coupon]' : 'promotion')
      const param = promotion ? 'promotion[coupon]' : 'coupon'
      return create(tx, params, inParam(tx, 'coupon', id, param))
    },
    {
      fields: {
        coupon: text(),
        max_redemptions: integer(1),
        promotion: shape({ coupon: text(), type: required(oneOf('coupon')) }),
      },
      refuses: ['customer_account'],
    },
  ),
  retrieveRoute(`GET ${path}/:id`, 'promotion_code'),
  api(`POST ${path}/:id`, ({ tx, ids, params }) => {
    const before = inPath(tx, 'promotion_code', ids[0])
    if (params.active === true && !before.active) checkReactivation(tx, before)
    const options = optionsOf(params.restrictions?.currency_options)
    const { currency_options: known, ...rest } = before.restrictions
    const restrictions = options && { ...rest, currency_options: { ...known, ...options } }
    const changes = { active: params.active, restrictions }
    return applyUpdate(
      tx,
      'promotion_code',
      before,
      changes,
      params.metadata,
      'promotion_code.updated',
    )
  }),
  listRoute(
    `GET ${path}`,
    'promotion_code',
    (row, { code, coupon }) =>
      (code === undefined || sameCode(row.code, code)) &&
      (coupon === undefined || row.promotion.coupon === coupon),
    ['code'],
  ),
]

/** Only a code that could be redeemed again can become active again. */
function checkReactivation(tx: Transaction, code: PromotionCode): void {
  const coupon = tx.db.find('coupon', code.promotion.coupon ?? '')
  const isOver = code.expires_at !== null && code.expires_at <= tx.now
  if (!coupon?.valid || isOver || isUsedUp(code)) {
    throw refuse('This promotion code cannot be activated because it is no longer redeemable.', {
      param: 'active',
    })
  }
  checkUnique(tx, code.code, code.customer)
}

function isUsedUp(code: PromotionCode): boolean {
  return code.max_redemptions !== null && code.times_redeemed >= code.max_redemptions
}

/** Its `expires_at` has come. */
export function expirePromotionCode(tx: Transaction, id: string): void {
  const code = tx.db.find('promotion_code', id)
  if (!code || code.expires_at === null || code.expires_at > tx.now) return
  tx.db.put('promotion_code', { ...code, active: false })
}

/** One more redemption; the last one that is allowed ends it. */
export function countPromotionCode(tx: Transaction, code: PromotionCode): PromotionCode {
  const counted = { ...code, times_redeemed: code.times_redeemed + 1 }
  return tx.db.put('promotion_code', { ...counted, active: code.active && !isUsedUp(counted) })
}

/** The active code that a customer typed in: their own one before everybody's. */
export function promotionCodeOf(
  tx: Transaction,
  typed: string,
  customer: string | null,
): PromotionCode | undefined {
  const active = tx.db
    .where('promotion_code', 'active', true)
    .filter((code) => sameCode(code.code, typed))
  return (
    active.find((code) => customer !== null && code.customer === customer) ??
    active.find((code) => code.customer === null)
  )
}
