/** What customers may do in a portal: the features of a configuration, checked and laid over what they were. */
import type { PortalConfiguration } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { badParam, missingParam, notSimulated } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { given, inParam } from '../http/route.ts'

export type Features = PortalConfiguration['features']
type Update = Features['subscription_update']

/** Of a creation and of an update: the second asks for less. */
export type FeatureParams = NonNullable<
  ParamsOf<'POST /v1/billing_portal/configurations/:id'>['features']
>

const productsMax = 10

export const noFeatures: Features = {
  customer_update: { allowed_updates: [], enabled: false },
  invoice_history: { enabled: false },
  payment_method_update: { enabled: false, payment_method_configuration: null },
  subscription_cancel: {
    cancellation_reason: {
      enabled: false,
      feedback_options: null,
      options: ['too_expensive', 'missing_features', 'switched_service', 'unused', 'other'],
    },
    enabled: false,
    mode: 'at_period_end',
    proration_behavior: 'none',
  },
  subscription_pause: { duration: { interval_options: [], type: 'indefinite' }, enabled: false },
  subscription_update: {
    billing_cycle_anchor: null,
    default_allowed_updates: [],
    enabled: false,
    products: null,
    proration_behavior: 'none',
    schedule_at_period_end: { conditions: [] },
    trial_update_behavior: 'end_trial',
  },
}

/** What every account's own configuration allows until it says otherwise. */
export const usualFeatures: Features = {
  ...noFeatures,
  customer_update: {
    allowed_updates: ['name', 'email', 'address', 'phone'],
    enabled: true,
  },
  invoice_history: { enabled: true },
  payment_method_update: { enabled: true, payment_method_configuration: null },
  subscription_cancel: { ...noFeatures.subscription_cancel, enabled: true },
}

export function readFeatures(tx: Transaction, before: Features, asked: FeatureParams): Features {
  refuseBeyond(asked)
  const { customer_update: customer, payment_method_update: method } = asked
  const features: Features = {
    customer_update: {
      allowed_updates: customer?.allowed_updates ?? before.customer_update.allowed_updates,
      enabled: customer?.enabled ?? before.customer_update.enabled,
    },
    invoice_history: asked.invoice_history ?? before.invoice_history,
    payment_method_update: {
      ...before.payment_method_update,
      ...given({ enabled: method?.enabled }),
    },
    subscription_cancel: cancellation(before.subscription_cancel, asked.subscription_cancel),
    subscription_pause: before.subscription_pause,
    subscription_update: changes(tx, before.subscription_update, asked.subscription_update),
  }
  check(features)
  return features
}

const at = (path: string) =>
  path
    .split('.')
    .map((step, index) => (index === 0 ? step : `[${step}]`))
    .join('')

/** What the page could not carry out, or other parts of Stripe would have to. */
function refuseBeyond(asked: FeatureParams): void {
  const beyond: readonly (readonly [path: string, isAsked: boolean])[] = [
    ['features.subscription_pause', asked.subscription_pause?.enabled === true],
    [
      'features.payment_method_update.payment_method_configuration',
      Boolean(asked.payment_method_update?.payment_method_configuration),
    ],
    [
      'features.subscription_cancel.cancellation_reason.feedback_options',
      Boolean(asked.subscription_cancel?.cancellation_reason?.feedback_options?.length),
    ],
    [
      'features.subscription_update.schedule_at_period_end',
      Boolean(asked.subscription_update?.schedule_at_period_end?.conditions?.length),
    ],
  ]
  const found = beyond.find(([, isAsked]) => isAsked)
  if (found) throw notSimulated(`'${at(found[0])}' as it was asked for`, at(found[0]))
}

function cancellation(
  before: Features['subscription_cancel'],
  asked: FeatureParams['subscription_cancel'],
): Features['subscription_cancel'] {
  const reason = asked?.cancellation_reason
  return {
    cancellation_reason: {
      enabled: reason?.enabled ?? before.cancellation_reason.enabled,
      feedback_options: null,
      options:
        reason?.options === undefined ? before.cancellation_reason.options : (reason.options ?? []),
    },
    enabled: asked?.enabled ?? before.enabled,
    mode: asked?.mode ?? before.mode,
    proration_behavior: asked?.proration_behavior ?? before.proration_behavior,
  }
}

function changes(
  tx: Transaction,
  before: Update,
  asked: FeatureParams['subscription_update'],
): Update {
  if (!asked) return before
  const { default_allowed_updates: allowed, products } = asked
  return {
    ...before,
    ...given({
      billing_cycle_anchor: asked.billing_cycle_anchor,
      enabled: asked.enabled,
      proration_behavior: asked.proration_behavior,
      trial_update_behavior: asked.trial_update_behavior,
    }),
    default_allowed_updates:
      allowed === undefined ? before.default_allowed_updates : (allowed ?? []),
    products: products === undefined ? (before.products ?? null) : productsOf(tx, products),
  }
}

type OfferedProducts = NonNullable<Update['products']> | null
type AskedProducts = NonNullable<FeatureParams['subscription_update']>['products']

function productsOf(tx: Transaction, asked: AskedProducts | null): OfferedProducts {
  if (!asked) return null
  const path = 'features[subscription_update][products]'
  if (asked.length > productsMax) {
    throw badParam(`Invalid array: at most ${productsMax} values are allowed`, path)
  }
  return asked.map(({ product: id, prices, adjustable_quantity: adjustable }, index) => {
    const here = `${path}[${index}]`
    const product = inParam(tx, 'product', id, `${here}[product]`)
    for (const [at_, name] of prices.entries()) {
      const param = `${here}[prices][${at_}]`
      const price = inParam(tx, 'price', name, param)
      if (price.product !== product.id) {
        throw badParam(`The price \`${name}\` does not belong to the product \`${id}\`.`, param)
      }
      if (!price.recurring) throw badParam(`The price \`${name}\` is not recurring.`, param)
    }
    return {
      adjustable_quantity: {
        enabled: adjustable?.enabled ?? false,
        maximum: adjustable?.maximum ?? null,
        minimum: adjustable?.minimum ?? 1,
      },
      prices,
      product: product.id,
    }
  })
}

/** A feature that is on must have what it works with. */
function check(features: Features): void {
  const { subscription_update: update, customer_update: customer } = features
  if (customer.enabled && customer.allowed_updates.length === 0) {
    throw missingParam('features[customer_update][allowed_updates]')
  }
  if (!update.enabled) return
  if (update.default_allowed_updates.length === 0) {
    throw missingParam('features[subscription_update][default_allowed_updates]')
  }
  if (!update.products || update.products.length === 0) {
    throw missingParam('features[subscription_update][products]')
  }
}
