/** Collects money without the API's caller: what invoices, subscriptions and other rooms pay with. */
import type { PaymentIntent, PaymentMethod } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { type Attempt, attemptPayment, type Circumstances, reportCapture } from './attempt.ts'
import { newIntent } from './objects.ts'
import { saveMethod, spendUnlessSaved } from './save-method.ts'

export interface Demand {
  readonly amount: number
  readonly currency: string
  readonly customer: string | null
  readonly description: string | null
  readonly metadata: Readonly<Record<string, string>>
  /** Those that may pay it; a card unless told. */
  readonly methodTypes?: readonly string[]
  readonly setupFutureUsage?: PaymentIntent['setup_future_usage']
  readonly statementDescriptor?: string | null
  readonly transferGroup?: string | null
  readonly receiptEmail?: string | null
}

/** An intent that nobody has tried to pay yet; `payment_intent.created` tells of it. */
export function demand(tx: Transaction, wanted: Demand): PaymentIntent {
  const own = inTimeOf(tx, wanted.customer)
  const intent = newIntent(own, {
    amount: wanted.amount,
    currency: wanted.currency,
    customer: wanted.customer,
    methodTypes: [...(wanted.methodTypes ?? ['card'])],
    automaticMethods: null,
    captureMethod: 'automatic',
    description: wanted.description,
    metadata: wanted.metadata,
    receiptEmail: wanted.receiptEmail ?? null,
    setupFutureUsage: wanted.setupFutureUsage ?? null,
    shipping: null,
    statementDescriptor: wanted.statementDescriptor ?? null,
    statementDescriptorSuffix: null,
    transferGroup: wanted.transferGroup ?? null,
  })
  own.db.put('intent_secret', { id: intent.id })
  own.emit('payment_intent.created', intent)
  return intent
}

export interface Collection extends Demand, Omit<Circumstances, 'authenticated'> {
  readonly method: PaymentMethod
  readonly offSession: boolean
}

/** Demands and at once attempts a payment. The caller gets its outcome, not `intent_changed`. */
export function collect(tx: Transaction, wanted: Collection): Attempt {
  const intent = demand(tx, { methodTypes: [wanted.method.type], ...wanted })
  return retry(tx, intent, wanted.method, wanted)
}

/** Attempts an intent, for the first time or again. The caller gets the outcome, not `intent_changed`. */
export function retry(
  tx: Transaction,
  intent: PaymentIntent,
  method: PaymentMethod,
  { offSession = true, challenge = 'decline' }: Omit<Circumstances, 'authenticated'> = {},
): Attempt {
  const own = inTimeOf(tx, intent.customer)
  return pay(own, intent, method, { offSession, challenge })
}

/** An attempt with all that follows it at once: the method is saved, the money is booked. */
export function pay(
  own: Transaction,
  intent: PaymentIntent,
  method: PaymentMethod,
  circumstances: Circumstances,
): Attempt {
  const attempt = attemptPayment(own, intent, method, circumstances)
  const isUnderWay = attempt.kind !== 'declined' && attempt.kind !== 'requires_action'
  if (isUnderWay) {
    saveMethod(own, attempt.intent, method, circumstances)
    spendUnlessSaved(own, method.id)
  }
  if (attempt.kind === 'succeeded') reportCapture(own, attempt.charge.id)
  return attempt
}
