/** Brings the amounts of an open session up to date: after a change of the order, and before anybody pays it. */
import type { Session, SessionSecret } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { formatMoney } from '../catalogue/money.ts'
import { StripeError } from '../http/errors.ts'
import { inParam } from '../http/route.ts'
import { balanceIn, dueOf } from '../invoicing/sheet.ts'
import { requireMaximum, requireMinimum } from '../payments/minimum.ts'
import { orderTotals } from './totals.ts'

export function reprice(tx: Transaction, session: Session, secret: SessionSecret): Session {
  const { lineItems, sums } = orderTotals(tx, session, secret)
  const { currency } = session
  // Nothing to pay is a checkout of its own kind; a little to pay is not worth a payment.
  if (sums.amount_total > 0) requireMinimum(sums.amount_total, currency ?? '', 'line_items')
  const due = dueToday(tx, session, sums.amount_total)
  requireMaximum(due, currency ?? '', 'line_items')
  tx.db.put('session_secret', { ...secret, lineItems })
  return tx.db.put('session', { ...session, ...sums, amount_total: due })
}

/**
 * The total of a session is what the buyer is charged. The first invoice of a subscription uses up the balance of its
 * customer, so the balance is in the total; a single order leaves it alone, and so does its invoice.
 */
function dueToday(tx: Transaction, session: Session, total: number): number {
  if (session.mode !== 'subscription') return total
  const currency = session.currency ?? ''
  const customer = tx.db.find('customer', session.customer ?? '')
  return dueOf(total, balanceIn(currency, customer), currency).due
}

/**
 * The balance, the discount or the exemption of a customer may have changed since the session was opened.
 * Nobody pays an amount that they have not seen: the session shows the new one, and waits to be paid again.
 */
export function requireSeen(tx: Transaction, session: Session): Session {
  const secret = tx.db.find('session_secret', session.id)
  if (session.mode === 'setup' || !secret) return session
  if (session.customer !== null) inParam(tx, 'customer', session.customer, 'customer')
  const fresh = reprice(tx, session, secret)
  if (fresh.amount_total === session.amount_total) return fresh
  startAnew(tx, fresh)
  const amount = formatMoney(fresh.amount_total ?? 0, fresh.currency ?? '')
  throw new StripeError({
    status: 400,
    type: 'invalid_request_error',
    message: `The amount of this order has changed to ${amount}. Look at it again before you pay.`,
    keepsState: true,
  })
}

/** A payment that was begun is for another amount now, and starts anew. */
function startAnew(tx: Transaction, session: Session): void {
  const secret = tx.db.find('session_secret', session.id)
  const intent = tx.db.find('payment_intent', secret?.intentId ?? '')
  const amount = session.amount_total ?? 0
  // Where nothing is left to pay, the intent goes when the session is complete.
  if (intent && amount > 0) {
    tx.db.put('payment_intent', {
      ...intent,
      amount,
      next_action: null,
      status: 'requires_payment_method',
    })
  }
  if (!secret) return
  const { challengedMethod: _, ...rest } = secret
  tx.db.put('session_secret', rest)
}
