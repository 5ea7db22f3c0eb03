/** What customers do in their portal, each through the room whose it is. */
import type { PaymentMethod, SetupIntent, Subscription } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { updateCustomer } from '../customers/customers.ts'
import { detach } from '../customers/method-state.ts'
import { newTaxId, removeTaxId } from '../customers/tax-ids.ts'
import { typedCard } from '../hosted/card-form.ts'
import type { FieldValues } from '../hosted/fields.ts'
import { StripeError } from '../http/errors.ts'
import { setUp } from '../payments/set-up.ts'
import { authenticateSetup } from '../payments/setup-intents.ts'
import { setupRefused } from '../payments/setup-refused.ts'
import { cancelSubscription } from '../subscriptions/cancel.ts'
import { updateSubscription } from '../subscriptions/update.ts'
import { subscriptionsOf, taxIdsOf, type Visit } from './visit.ts'

export type Done<T = undefined> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: StripeError }

/** Stripe's refusal is for the customer to read; what it keeps (a failed attempt) stays. */
function act<T>(visit: Visit, work: (tx: Transaction) => T): Done<T> {
  try {
    const value = visit.account.transact(null, (tx) => work(inTimeOf(tx, visit.customer.id)))
    return { ok: true, value }
  } catch (error) {
    if (error instanceof StripeError) return { ok: false, error }
    throw error
  }
}

type Feedback = NonNullable<Subscription['cancellation_details']>['feedback']

export interface Farewell {
  readonly feedback?: Feedback
  readonly comment?: string
}

export function cancelPlan(visit: Visit, plan: Subscription, details: Farewell): Done<unknown> {
  const { mode, proration_behavior: proration } = visit.configuration.features.subscription_cancel
  const cancellation_details = details
  return act(visit, (tx) =>
    mode === 'immediately'
      ? cancelSubscription(tx, plan, {
          prorate: proration !== 'none',
          invoice_now: proration === 'always_invoice',
          cancellation_details,
        })
      : updateSubscription(tx, plan, { cancel_at_period_end: true, cancellation_details }),
  )
}

export function keepPlan(visit: Visit, plan: Subscription): Done<unknown> {
  return act(visit, (tx) => updateSubscription(tx, plan, { cancel_at: null }))
}

/** Takes the coupon that was offered for staying. */
export function stayFor(visit: Visit, plan: Subscription, coupon: string): Done<unknown> {
  return act(visit, (tx) => updateSubscription(tx, plan, { discounts: [{ coupon }] }))
}

export interface Choice {
  readonly item: string
  readonly price: string
  readonly quantity: number | undefined
  readonly promotion: string | undefined
}

/** A payment that fails leaves everything as it was. */
export function changePlan(visit: Visit, plan: Subscription, choice: Choice): Done<unknown> {
  const rules = visit.configuration.features.subscription_update
  const endsTrial = plan.status === 'trialing' && rules.trial_update_behavior === 'end_trial'
  const { item: id, price, quantity, promotion } = choice
  return act(visit, (tx) =>
    updateSubscription(tx, plan, {
      items: [{ id, price, ...(quantity === undefined ? {} : { quantity }) }],
      proration_behavior: rules.proration_behavior,
      payment_behavior: 'error_if_incomplete',
      ...(promotion === undefined ? {} : { discounts: [{ promotion_code: promotion }] }),
      ...(rules.billing_cycle_anchor === 'now' && !endsTrial && plan.status !== 'trialing'
        ? { billing_cycle_anchor: { type: 'now' as const } }
        : {}),
      ...(endsTrial ? { trial_end: 'now' as const } : {}),
    }),
  )
}

/** Saved, and from then on what pays; with a challenge only when that is passed. */
export function addCard(visit: Visit, values: FieldValues): Done<SetupIntent> {
  return act(visit, (tx) => {
    const method = typedCard(tx, values, visit.customer.email)
    const intent = setUp(tx, { customer: visit.customer.id, methodTypes: ['card'], method })
    return settled(tx, visit, intent)
  })
}

export function endChallenge(
  visit: Visit,
  intent: SetupIntent,
  passes: boolean,
): Done<SetupIntent> {
  return act(visit, (tx) => settled(tx, visit, authenticateSetup(tx, intent, passes)))
}

function settled(tx: Transaction, visit: Visit, intent: SetupIntent): SetupIntent {
  if (intent.status === 'succeeded') payBy(tx, visit, intent.payment_method ?? '')
  else if (intent.status !== 'requires_action') throw setupRefused(intent)
  return intent
}

export function preferMethod(visit: Visit, method: PaymentMethod): Done<unknown> {
  return act(visit, (tx) => payBy(tx, visit, method.id))
}

/** A subscription with a method of its own would go on with that: it changes, too. */
function payBy(tx: Transaction, visit: Visit, method: string): void {
  const customer = tx.db.find('customer', visit.customer.id) ?? visit.customer
  updateCustomer(tx, customer, { invoice_settings: { default_payment_method: method } })
  for (const plan of subscriptionsOf(visit)) {
    if (plan.default_payment_method === null || plan.default_payment_method === method) continue
    updateSubscription(tx, plan, { default_payment_method: method })
  }
}

export function removeMethod(visit: Visit, method: PaymentMethod): Done<unknown> {
  return act(visit, (tx) => detach(tx, method))
}

type Details = Parameters<typeof updateCustomer>[2]
export type TaxIdEntry = Parameters<typeof newTaxId>[2]

/** Without a tax id that is left as it is; null takes it away. */
export function changeDetails(
  visit: Visit,
  details: Details,
  taxId: TaxIdEntry | null | undefined,
): Done<unknown> {
  return act(visit, (tx) => {
    updateCustomer(tx, visit.customer, details)
    const [known] = taxIdsOf(visit.account, visit.customer.id)
    const isSame = taxId && known?.type === taxId.type && known.value === taxId.value
    if (taxId === undefined || isSame) return
    if (known) removeTaxId(tx, known)
    if (taxId) newTaxId(tx, visit.customer.id, taxId)
  })
}
