/** Payments by bank transfer: they wait for the customer's money, and take what has arrived. */
import type { Charge, PaymentIntent, PaymentMethod } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { badParam, refuse } from '../http/errors.ts'
import { cashIn, moveCash } from './cash-balance.ts'
import { approved } from './declines.ts'
import { bookCharge } from './ledger.ts'
import { newCharge } from './objects.ts'
import { instructions, transferTypeOf } from './transfer-instructions.ts'

/** The outcomes that a bank transfer can have at once; both are attempts'. */
type Transfer =
  | { readonly kind: 'succeeded'; readonly intent: PaymentIntent; readonly charge: Charge }
  | { readonly kind: 'requires_action'; readonly intent: PaymentIntent }

const isWaiting = ({ status, next_action: next }: PaymentIntent): boolean =>
  status === 'requires_action' && next?.type === 'display_bank_transfer_instructions'

/** Takes what the customer has already sent, and asks for the rest. */
export function awaitTransfer(
  tx: Transaction,
  intent: PaymentIntent,
  method: PaymentMethod,
): Transfer {
  if (intent.customer === null) {
    throw refuse(
      'You must provide a customer to confirm a PaymentIntent with the customer_balance payment method.',
      { code: 'parameter_missing', param: 'customer' },
    )
  }
  const type = transferTypeOf(intent.currency)
  if (!type) {
    throw badParam(`The currency ${intent.currency} cannot be sent by bank transfer.`, 'currency')
  }
  const has = Math.min(cashIn(tx, intent.customer, intent.currency), intent.amount)
  if (has === intent.amount) return fund(tx, intent, method, has)
  const waiting = tx.db.put('payment_intent', {
    ...intent,
    status: 'requires_action',
    next_action: instructions(tx, intent, type, intent.amount - intent.amount_received),
  })
  tx.emit('payment_intent.requires_action', waiting)
  return has > 0 ? fund(tx, waiting, method, has) : { kind: 'requires_action', intent: waiting }
}

/** Moves this much of the customer's cash into the payment. */
function fund(
  tx: Transaction,
  intent: PaymentIntent,
  method: PaymentMethod,
  amount: number,
): Transfer {
  moveCash(
    tx,
    intent.customer ?? '',
    { amount: -amount, currency: intent.currency },
    {
      type: 'applied_to_payment',
      applied_to_payment: { payment_intent: intent.id },
    },
  )
  const received = intent.amount_received + amount
  const type = transferTypeOf(intent.currency)
  if (received < intent.amount && type) {
    const partial = tx.db.put('payment_intent', {
      ...intent,
      amount_received: received,
      next_action: instructions(tx, intent, type, intent.amount - received),
    })
    tx.emit('payment_intent.partially_funded', partial)
    return { kind: 'requires_action', intent: partial }
  }
  return arrive(tx, { ...intent, amount_received: received, next_action: null }, method)
}

function arrive(tx: Transaction, intent: PaymentIntent, method: PaymentMethod): Transfer {
  const draft = newCharge(tx, intent, method, {
    status: 'succeeded',
    paid: true,
    captured: true,
    amount_captured: intent.amount,
    failure_code: null,
    failure_message: null,
    outcome: { ...approved, risk_level: 'not_assessed' },
  })
  const charge = tx.db.put('charge', {
    ...draft,
    balance_transaction: bookCharge(tx, draft, draft.amount).id,
  })
  const paid = tx.db.put('payment_intent', {
    ...intent,
    status: 'succeeded',
    latest_charge: charge.id,
  })
  tx.emit('charge.succeeded', charge)
  tx.emit('payment_intent.succeeded', paid)
  return { kind: 'succeeded', intent: paid, charge }
}

/** Applies part or all of the customer's cash to a payment that waits for it. */
export function applyCash(tx: Transaction, intent: PaymentIntent, wanted?: number): PaymentIntent {
  const method = tx.db.find('payment_method', intent.payment_method ?? '')
  if (!isWaiting(intent) || !method || intent.customer === null) {
    throw refuse(
      `You cannot apply a customer's cash balance to this PaymentIntent because it has a status of ${intent.status}.`,
      { code: 'payment_intent_unexpected_state', more: { payment_intent: intent } },
    )
  }
  const remaining = intent.amount - intent.amount_received
  const held = cashIn(tx, intent.customer, intent.currency)
  const amount = wanted ?? Math.min(held, remaining)
  if (amount <= 0 || amount > held || amount > remaining) {
    throw refuse(
      `The amount to apply must be at most the cash balance (${held}) and the amount that remains to be paid (${remaining}).`,
      { param: 'amount' },
    )
  }
  const applied = fund(tx, intent, method, amount).intent
  if (applied.status === 'succeeded') tx.run({ kind: 'intent_changed', intentId: intent.id })
  return applied
}

/** New money pays what has waited longest; answers whether some is left. */
export function reconcileCash(tx: Transaction, customer: string, currency: string): boolean {
  const waiting = tx.db
    .where('payment_intent', 'customer', customer)
    .filter((intent) => intent.currency === currency && isWaiting(intent))
    .reverse()
  for (const intent of waiting) {
    if (cashIn(tx, customer, currency) <= 0) break
    applyCash(tx, intent)
  }
  return cashIn(tx, customer, currency) > 0
}
