/** What may be asked of a new checkout session, beyond what the generated parameters already say. */
import { missingParam, notSimulated, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { list, oneOf, text } from '../http/params.ts'

/** Older API versions and the official CLI still send these. */
export const olderFields = {
  payment_method_types: list(text()),
  ui_mode: oneOf(
    'hosted_page',
    'embedded_page',
    'elements',
    'form',
    'hosted',
    'embedded',
    'custom',
  ),
}

export type SessionParams = Omit<ParamsOf<'POST /v1/checkout/sessions'>, 'ui_mode'> & {
  readonly payment_method_types?: string[] | undefined
  readonly ui_mode?: string | undefined
}

/** Asked for, and without effect here: refused, so that no test believes that it was honoured. */
export const refusedParams = [
  'customer_account',
  'managed_payments',
  'name_collection',
  'optional_items',
] as const

type Mode = 'payment' | 'setup' | 'subscription'

/** Parameters that belong to some modes only, as Stripe refuses them in the others. */
const modesOf: Readonly<Record<string, readonly Mode[]>> = {
  invoice_creation: ['payment'],
  payment_intent_data: ['payment'],
  shipping_options: ['payment'],
  submit_type: ['payment', 'subscription'],
  customer_creation: ['payment', 'setup'],
  setup_intent_data: ['setup'],
  subscription_data: ['subscription'],
  payment_method_collection: ['subscription'],
  discounts: ['payment', 'subscription'],
}

/** Refuses what cannot be together in one session; answers its mode. */
export function modeOf(params: SessionParams): Mode {
  const { mode = 'payment', ui_mode: ui = 'hosted_page' } = params
  if (ui !== 'hosted_page' && ui !== 'hosted') throw notSimulated(`the ui_mode '${ui}'`, 'ui_mode')
  for (const [name, modes] of Object.entries(modesOf)) {
    if (Reflect.get(params, name) === undefined || modes.includes(mode)) continue
    throw refuse(`You can not pass \`${name}\` in \`${mode}\` mode.`, { param: name })
  }
  if (mode === 'setup') {
    if (params.line_items !== undefined) {
      throw refuse('You can not pass `line_items` in `setup` mode.', { param: 'line_items' })
    }
    if (params.currency === undefined && params.payment_method_types === undefined) {
      throw missingParam('currency')
    }
    return mode
  }
  if (params.line_items === undefined || params.line_items.length === 0) {
    throw missingParam('line_items')
  }
  if (params.allow_promotion_codes !== undefined && params.discounts !== undefined) {
    throw refuse(
      'You may only specify one of these parameters: allow_promotion_codes, discounts.',
      { code: 'parameters_exclusive', param: 'allow_promotion_codes' },
    )
  }
  return mode
}
