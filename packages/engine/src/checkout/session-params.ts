// Owns the parameters of a session: what we ask of Stripe for an order, once or as a subscription.
import type Stripe from 'stripe'
import { type CatalogueItem, isPlan, type PlanItem } from '../catalogue.ts'
import type { CheckoutOptions } from '../config.ts'
import { ORDER_MARKER } from '../pipeline/inbox/lanes.ts'
import type { OrderRow } from '../pipeline/projections/orders/row.ts'

type Params = Stripe.Checkout.SessionCreateParams

/** Whom the session is for, as far as Stripe may know. */
export interface Payer {
  readonly customerId: string | null
  /** Prefills the hosted page of those who are no customer yet. */
  readonly email: string | null
}

const SESSION_SECONDS_DEFAULT = 86_400

/** Stripe takes one of the two. */
function payerParams({ customerId, email }: Payer): Params {
  if (customerId !== null) return { customer: customerId }
  return email === null ? {} : { customer_email: email }
}

type Marker = { readonly [ORDER_MARKER]: string }

/** Our marker rides on the payment intent as well, so that charges carry it too. */
const paymentParams = (metadata: Marker): Params => ({
  mode: 'payment',
  payment_intent_data: { metadata: { ...metadata } },
})

/** … or on the subscription, whose later events name it. */
function subscriptionParams(order: OrderRow, plan: PlanItem, metadata: Marker): Params {
  const trial: NonNullable<Params['subscription_data']> =
    order.trial_days === null
      ? {}
      : {
          trial_period_days: order.trial_days,
          ...(plan.trialEnd === undefined
            ? {}
            : { trial_settings: { end_behavior: { missing_payment_method: plan.trialEnd } } }),
        }
  return { mode: 'subscription', subscription_data: { metadata: { ...metadata }, ...trial } }
}

/** An order whose item has left the catalogue is asked for as its kind alone says. */
const PLAN_GONE: PlanItem = { kind: 'plan', interval: 'month' }

export function paramsOf(
  order: OrderRow,
  item: CatalogueItem | undefined,
  payer: Payer,
  options: CheckoutOptions,
  nowSeconds: number,
): Params {
  const { publicUrl, sessionSeconds } = options
  const metadata = { [ORDER_MARKER]: order.id } as const
  const plan = item !== undefined && isPlan(item) ? item : PLAN_GONE
  return {
    ...item?.session,
    ...(order.kind === 'subscription'
      ? subscriptionParams(order, plan, metadata)
      : paymentParams(metadata)),
    line_items: [{ price: order.price_id, quantity: order.quantity }],
    success_url: `${publicUrl}/success?session_id={CHECKOUT_SESSION_ID}`,
    cancel_url: `${publicUrl}/cancel?order=${order.id}`,
    client_reference_id: order.id,
    metadata,
    ...payerParams(payer),
    ...(item?.allow?.discount === true ? { allow_promotion_codes: true } : {}),
    // 24 hours is Stripe's default and its limit: a clock ahead of Stripe's would exceed it.
    ...(sessionSeconds === SESSION_SECONDS_DEFAULT
      ? {}
      : { expires_at: nowSeconds + sessionSeconds }),
  }
}
