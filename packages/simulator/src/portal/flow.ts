/** The one thing that a portal session may be for, instead of the whole portal. */
import type {
  Customer,
  PortalConfiguration,
  PortalSession,
  Subscription,
} from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { badParam, missingParam, notSimulated, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { inParam } from '../http/route.ts'
import { hasEnded } from '../subscriptions/status.ts'
import { priceOffered, quantityOffered } from './offers.ts'

type Flow = NonNullable<PortalSession['flow']>
type FlowParams = NonNullable<ParamsOf<'POST /v1/billing_portal/sessions'>['flow_data']>

interface Around {
  readonly tx: Transaction
  readonly customer: Customer
  readonly configuration: PortalConfiguration
  readonly params: FlowParams
}

type Own = Partial<Flow>

const kinds: Readonly<Record<FlowParams['type'], (around: Around) => Own>> = {
  customer_update: ({ configuration }) => {
    requireFeature(configuration, 'customer_update')
    return {}
  },
  payment_method_update: ({ configuration }) => {
    requireFeature(configuration, 'payment_method_update')
    return {}
  },
  subscription_cancel: cancellation,
  subscription_pause: () => {
    throw notSimulated('pausing in the portal', 'flow_data[type]')
  },
  subscription_update: (around) => {
    requireFeature(around.configuration, 'subscription_update')
    return { subscription_update: { subscription: ofFlow(around, 'subscription_update').id } }
  },
  subscription_update_confirm: confirmation,
}

export function readFlow(
  tx: Transaction,
  customer: Customer,
  configuration: PortalConfiguration,
  params: FlowParams,
): Flow {
  return {
    after_completion: afterCompletion(params),
    customer_update: null,
    subscription_cancel: null,
    subscription_pause: null,
    subscription_update: null,
    subscription_update_confirm: null,
    type: params.type,
    ...kinds[params.type]({ tx, customer, configuration, params }),
  }
}

function afterCompletion({ after_completion: asked }: FlowParams): Flow['after_completion'] {
  const type = asked?.type ?? 'portal_homepage'
  const path = 'flow_data[after_completion]'
  if (type === 'redirect' && !asked?.redirect) throw missingParam(`${path}[redirect]`)
  const { redirect, hosted_confirmation: confirmation } = asked ?? {}
  return {
    hosted_confirmation:
      type === 'hosted_confirmation'
        ? { custom_message: confirmation?.custom_message ?? null }
        : null,
    redirect: type === 'redirect' && redirect ? { return_url: redirect.return_url } : null,
    type,
  }
}

function requireFeature(
  { features }: PortalConfiguration,
  name: 'customer_update' | 'payment_method_update' | 'subscription_cancel' | 'subscription_update',
): void {
  if (features[name].enabled) return
  throw refuse(
    `This flow cannot be used because the feature \`${name}\` in the portal configuration is disabled.`,
    { param: 'flow_data[type]' },
  )
}

/** The subscription that the flow names: the customer's, and alive. */
function ofFlow(
  { tx, customer, params }: Around,
  name: 'subscription_cancel' | 'subscription_update' | 'subscription_update_confirm',
): Subscription {
  const path = `flow_data[${name}]`
  const named = params[name]
  if (!named) throw missingParam(path)
  const subscription = inParam(tx, 'subscription', named.subscription, `${path}[subscription]`)
  if (subscription.customer !== customer.id) {
    throw badParam(
      `The subscription \`${subscription.id}\` does not belong to the customer \`${customer.id}\`.`,
      `${path}[subscription]`,
    )
  }
  if (!hasEnded(subscription)) return subscription
  throw badParam(
    `The subscription \`${subscription.id}\` has ended and cannot be changed.`,
    `${path}[subscription]`,
  )
}

function cancellation(around: Around): Own {
  requireFeature(around.configuration, 'subscription_cancel')
  const subscription = ofFlow(around, 'subscription_cancel')
  if (subscription.cancel_at !== null) {
    throw badParam(
      `The subscription \`${subscription.id}\` is already set to be canceled.`,
      'flow_data[subscription_cancel][subscription]',
    )
  }
  const retention = around.params.subscription_cancel?.retention
  const coupon = retention?.coupon_offer.coupon
  const param = 'flow_data[subscription_cancel][retention][coupon_offer][coupon]'
  if (coupon !== undefined) inParam(around.tx, 'coupon', coupon, param)
  return {
    subscription_cancel: {
      retention: coupon === undefined ? null : { coupon_offer: { coupon }, type: 'coupon_offer' },
      subscription: subscription.id,
    },
  }
}

function confirmation(around: Around): Own {
  requireFeature(around.configuration, 'subscription_update')
  const subscription = ofFlow(around, 'subscription_update_confirm')
  const path = 'flow_data[subscription_update_confirm]'
  const { items = [], discounts } = around.params.subscription_update_confirm ?? {}
  if (discounts && discounts.length > 0) {
    throw notSimulated('discounts of a portal flow', `${path}[discounts]`)
  }
  if (items.length !== 1) {
    throw badParam('Exactly one item must be given.', `${path}[items]`)
  }
  return {
    subscription_update_confirm: {
      discounts: null,
      items: items.map(({ id, price, quantity }, index) => {
        const here = `${path}[items][${index}]`
        const item = subscription.items.data.find((one) => one.id === id)
        if (!item) throw badParam(`No such subscription item: '${id}'`, `${here}[id]`)
        const chosen = price ?? item.price.id
        const { features } = around.configuration
        if (price !== undefined && !priceOffered(features, price)) {
          throw badParam(
            `The price \`${price}\` is not in the portal configuration.`,
            `${here}[price]`,
          )
        }
        if (quantity !== undefined && !quantityOffered(features, chosen, quantity)) {
          throw badParam('This quantity is not in the portal configuration.', `${here}[quantity]`)
        }
        return { id, price: price ?? null, ...(quantity === undefined ? {} : { quantity }) }
      }),
      subscription: subscription.id,
    },
  }
}
