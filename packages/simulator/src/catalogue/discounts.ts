/** Discounts: a coupon redeemed by somebody for something, and what it takes off. */
import type { Coupon, Discount, PromotionCode } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { refuse, StripeError } from '../http/errors.ts'
import { inParam } from '../http/route.ts'
import { countCoupon } from './coupons.ts'
import { monthsAfter } from './months.ts'
import { countPromotionCode } from './promotion-codes.ts'

/** What is redeemed, by the ids that a request named. */
export interface Redeemed {
  readonly coupon?: string | undefined
  readonly promotionCode?: string | undefined
  /** The parameters to blame, when they are not `coupon` and `promotion_code`. */
  readonly params?: { readonly coupon: string; readonly promotionCode: string }
}

/** What the discount is on; `amount` lets a minimum and a currency be checked. */
export interface DiscountTarget {
  readonly customer?: string | null | undefined
  readonly subscription?: string | null | undefined
  readonly subscriptionItem?: string | null | undefined
  readonly invoice?: string | null | undefined
  /** An invoice item, or an invoice line of a subscription. */
  readonly invoiceItem?: string | null | undefined
  readonly checkoutSession?: string | null | undefined
  readonly amount?: { readonly subtotal: number; readonly currency: string } | undefined
}

const defaultParams = { coupon: 'coupon', promotionCode: 'promotion_code' }

/**
 * Redeems a coupon or promotion code: checks it, counts it and puts the discount's row. `tx` is in the customer's time.
 * Tells of it where Stripe does: for a customer and for their subscription.
 */
export function newDiscount(tx: Transaction, redeemed: Redeemed, target: DiscountTarget): Discount {
  const discount = redeem(tx, redeemed, target)
  if (isTold(discount)) tx.emit('customer.discount.created', discount)
  return discount
}

/** The same without telling of it. */
export function redeem(tx: Transaction, redeemed: Redeemed, target: DiscountTarget): Discount {
  const { coupon, code } = redeemable(tx, redeemed, target)
  countCoupon(tx, coupon)
  if (code) countPromotionCode(tx, tx.db.find('promotion_code', code.id) ?? code)
  return putDiscount(tx, coupon, code, target)
}

/** A discount that is offered to this customer: it can be reckoned with, but it is nobody's until it is redeemed. */
export function offerDiscount(
  tx: Transaction,
  redeemed: Redeemed,
  customer: string | null,
): Discount {
  const { coupon, code } = redeemable(tx, redeemed, { customer })
  return putDiscount(tx, coupon, code, {})
}

function putDiscount(
  tx: Transaction,
  coupon: Coupon,
  code: PromotionCode | null,
  target: DiscountTarget,
): Discount {
  const months = coupon.duration === 'repeating' ? coupon.duration_in_months : null
  const discount = tx.db.put('discount', {
    id: tx.newId('di_1'),
    object: 'discount',
    checkout_session: target.checkoutSession ?? null,
    customer: target.customer ?? null,
    customer_account: null,
    end: months === null ? null : monthsAfter(tx.now, months),
    invoice: target.invoice ?? null,
    invoice_item: target.invoiceItem ?? null,
    promotion_code: code?.id ?? null,
    source: { coupon: coupon.id, type: 'coupon' },
    start: tx.now,
    subscription: target.subscription ?? null,
    subscription_item: target.subscriptionItem ?? null,
  })
  tx.db.put('discount_terms', { id: discount.id, coupon })
  return discount
}

/** The coupon and the code, or Stripe's refusal; nothing is counted. */
export function redeemable(
  tx: Transaction,
  { coupon: couponId, promotionCode, params = defaultParams }: Redeemed,
  target: DiscountTarget = {},
): { coupon: Coupon; code: PromotionCode | null } {
  if (promotionCode !== undefined) {
    const code = inParam(tx, 'promotion_code', promotionCode, params.promotionCode)
    checkCode(tx, code, target, params.promotionCode)
    const coupon = inParam(tx, 'coupon', code.promotion.coupon ?? '', params.promotionCode)
    checkCoupon(tx, coupon, target, params.promotionCode)
    return { coupon, code }
  }
  const coupon = inParam(tx, 'coupon', couponId ?? '', params.coupon)
  checkCoupon(tx, coupon, target, params.coupon)
  return { coupon, code: null }
}

/** For what happens by itself, where nobody is there to hear a refusal. */
export function isRedeemable(tx: Transaction, redeemed: Redeemed, target: DiscountTarget): boolean {
  try {
    redeemable(tx, redeemed, target)
    return true
  } catch (error) {
    if (error instanceof StripeError) return false
    throw error
  }
}

function checkCoupon(
  tx: Transaction,
  coupon: Coupon,
  { amount }: DiscountTarget,
  param: string,
): void {
  const isOver = coupon.redeem_by !== null && coupon.redeem_by <= tx.now
  if (isOver) {
    throw refuse(`Coupon expired: ${coupon.id}`, { code: 'coupon_expired', param })
  }
  if (coupon.max_redemptions !== null && coupon.times_redeemed >= coupon.max_redemptions) {
    throw refuse(`Coupon ${coupon.id} is used up and cannot be applied.`, {
      code: 'coupon_expired',
      param,
    })
  }
  if (amount && !appliesIn(coupon, amount.currency)) {
    throw refuse(
      `The coupon ${coupon.id} takes off an amount in ${coupon.currency} and cannot be applied to ${amount.currency}.`,
      { param },
    )
  }
}

function checkCode(
  tx: Transaction,
  code: PromotionCode,
  { amount, customer }: DiscountTarget,
  param: string,
): void {
  const because = (reason: string) =>
    refuse(`This promotion code cannot be redeemed because ${reason}.`, { param })
  if (code.expires_at !== null && code.expires_at <= tx.now) throw because('it has expired')
  if (code.max_redemptions !== null && code.times_redeemed >= code.max_redemptions) {
    throw because('it has been redeemed the maximum number of times')
  }
  if (!code.active) throw because('it is not active')
  if (code.customer !== null && code.customer !== customer) {
    throw because('it is restricted to another customer')
  }
  const { first_time_transaction: first } = code.restrictions
  if (first && customer !== null && customer !== undefined && hasPaid(tx, customer)) {
    throw because('the associated customer has prior transactions')
  }
  const least = amount && minimumOf(code, amount.currency)
  if (least === null) throw because(`its minimum amount is not defined in ${amount?.currency}`)
  if (least !== undefined && amount && amount.subtotal < least) {
    throw because(`the minimum amount of ${least} ${amount.currency} is not reached`)
  }
}

/** The least amount in this currency: undefined where there is none, null where it is not defined. */
function minimumOf({ restrictions }: PromotionCode, currency: string): number | null | undefined {
  const { minimum_amount: least, minimum_amount_currency: own, currency_options } = restrictions
  if (least === null) return undefined
  return own === currency ? least : (currency_options?.[currency]?.minimum_amount ?? null)
}

function hasPaid(tx: Transaction, customer: string): boolean {
  return (
    tx.db.where('charge', 'customer', customer).some((charge) => charge.paid) ||
    tx.db.where('invoice', 'customer', customer).some((invoice) => invoice.status === 'paid')
  )
}

/** Tells only of what is on a customer or a subscription; a discount on one invoice or session comes and goes with it. */
function isTold(discount: Discount): boolean {
  return (
    discount.customer !== null &&
    discount.invoice === null &&
    discount.invoice_item === null &&
    discount.checkout_session === null
  )
}

/** Takes the discount's row away and tells of it; whoever holds its id lets go of it. */
export function endDiscount(tx: Transaction, discount: Discount): void {
  tx.db.remove('discount', discount.id)
  if (isTold(discount)) tx.emit('customer.discount.deleted', discount)
}

/** The discount's coupon as it was when it was redeemed. */
export function couponOf(tx: Pick<Transaction, 'db'>, discountId: string): Coupon {
  const terms = tx.db.find('discount_terms', discountId)
  if (!terms) throw new Error(`The discount ${discountId} has no coupon.`)
  return terms.coupon
}

/** Whether the coupon takes anything off in this currency. */
export function appliesIn(coupon: Coupon, currency: string): boolean {
  return coupon.percent_off !== null || amountIn(coupon, currency) !== undefined
}

/** Whether the coupon takes anything off this product. */
export function appliesTo(coupon: Coupon, product: string): boolean {
  return coupon.applies_to === undefined || coupon.applies_to.products.includes(product)
}

/** What the coupon takes off a subtotal, never more than there is. */
export function amountOff(coupon: Coupon, subtotal: number, currency: string): number {
  if (subtotal <= 0) return 0
  if (coupon.percent_off !== null) return share(subtotal, coupon.percent_off)
  return Math.min(subtotal, amountIn(coupon, currency) ?? 0)
}

function amountIn(coupon: Coupon, currency: string): number | undefined {
  if (coupon.currency === currency) return coupon.amount_off ?? undefined
  return coupon.currency_options?.[currency]?.amount_off
}

const scale = 10_000

/** In whole numbers: 1.15 % of 1000 must not become 11.4999…. */
function share(amount: number, percent: number): number {
  return Math.round((amount * Math.round(percent * scale)) / (100 * scale))
}
