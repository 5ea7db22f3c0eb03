/** What a buyer may change on the page of an open session: quantities, a promotion code, the shipping. */

import type { Session, SessionSecret } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { redeemable } from '../catalogue/discounts.ts'
import { codeTyped } from '../catalogue/promotion-codes.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { badParam, refuse, StripeError } from '../http/errors.ts'
import type { Account } from '../world/account.ts'
import { intentOf } from './pay-session.ts'
import { reprice } from './reprice.ts'
import { shippingCostOf } from './shipping.ts'
import { grossTotal } from './totals.ts'

/** What the change came to; `message` is for the buyer. */
export type Revision =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly message: string }

type Change = (tx: Transaction, session: Session, secret: SessionSecret) => Session

export function setQuantity(
  account: Account,
  sessionId: string,
  lineId: string,
  quantity: number,
): Revision {
  return revise(account, sessionId, (tx, session, secret) => {
    const line = secret.lineItems.find(({ id }) => id === lineId)
    const bounds = line?.adjustable_quantity
    if (!line || !bounds?.enabled) throw refuse('The quantity of this item cannot be changed.')
    const { minimum, maximum } = bounds
    if (!Number.isInteger(quantity) || quantity < (minimum ?? 0) || quantity > (maximum ?? 99)) {
      throw badParam(`Choose a quantity from ${minimum ?? 0} to ${maximum ?? 99}.`, 'quantity')
    }
    const lineItems = secret.lineItems.map((other) =>
      other.id === lineId ? { ...other, quantity } : other,
    )
    if (lineItems.every((other) => other.quantity === 0)) {
      throw refuse('An order needs at least one item.')
    }
    return reprice(tx, session, { ...secret, lineItems })
  })
}

export function applyPromotionCode(account: Account, sessionId: string, typed: string): Revision {
  return revise(account, sessionId, (tx, session, secret) => {
    if (session.allow_promotion_codes !== true) {
      throw refuse('This order takes no promotion code.')
    }
    const found = codeTyped(tx, typed)
    if (!found) throw refuse('This code is invalid.')
    const { coupon, code } = redeemable(
      tx,
      { promotionCode: found.id },
      {
        customer: session.customer,
        amount: { subtotal: grossTotal(secret.lineItems), currency: session.currency ?? '' },
      },
    )
    const discounts = [{ coupon: coupon.id, promotion_code: code?.id ?? null }]
    return reprice(tx, { ...session, discounts }, secret)
  })
}

export function removePromotionCode(account: Account, sessionId: string): Revision {
  return revise(account, sessionId, (tx, session, secret) =>
    session.allow_promotion_codes === true
      ? reprice(tx, { ...session, discounts: [] }, secret)
      : session,
  )
}

export function chooseShipping(account: Account, sessionId: string, rateId: string): Revision {
  return revise(account, sessionId, (tx, session, secret) => {
    const isOffered = session.shipping_options.some(({ shipping_rate: id }) => id === rateId)
    const rate = isOffered ? tx.db.find('shipping_rate', rateId) : undefined
    if (!rate) throw refuse('This way of shipping is not offered.')
    return reprice(tx, { ...session, shipping_cost: shippingCostOf(rate) }, secret)
  })
}

function revise(account: Account, sessionId: string, change: Change): Revision {
  account.catchUp()
  const session = account.db.find('session', sessionId)
  const secret = account.db.find('session_secret', sessionId)
  if (session?.status !== 'open' || !secret) {
    return { ok: false, message: 'This checkout is no longer open.' }
  }
  // A begun payment has its amount; a change would part the two.
  if (intentOf(account, session)) {
    return { ok: false, message: 'The payment has begun: the order cannot be changed any more.' }
  }
  try {
    return {
      ok: true,
      session: account.transact(null, (tx) =>
        change(inTimeOf(tx, session.customer), session, secret),
      ),
    }
  } catch (error) {
    if (error instanceof StripeError) return { ok: false, message: error.message }
    throw error
  }
}
