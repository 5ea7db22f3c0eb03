/** The routes of setup intents and of their attempts. */
import type { PaymentMethod, SetupIntent } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { badParam, notSimulated, refuse } from '../http/errors.ts'
import { list, text, unsettable } from '../http/params.ts'
import { listRoute } from '../http/resource.ts'
import {
  api,
  given,
  inParam,
  inPath,
  mergeMetadata,
  type Overlaid,
  type Route,
} from '../http/route.ts'
import { refuseMethodTypes } from '../http/version.ts'
import { automaticTypes, checkMethod, methodOf } from './choose-method.ts'
import { methodData } from './intent-params.ts'
import { agree } from './mandates.ts'
import { attemptSetup, cancelSetup, demandSetup, endSetupChallenge } from './set-up.ts'
import { setupRefused } from './setup-refused.ts'

const path = '/v1/setup_intents'

const fields = {
  description: unsettable(text(1000)),
  payment_method_data: methodData,
  payment_method_types: list(text()),
}
const confirmFields = {
  payment_method_data: methodData,
}

type CreateParams = Overlaid<'POST /v1/setup_intents', typeof fields>
type UpdateParams = Overlaid<'POST /v1/setup_intents/:id', typeof fields>
type ConfirmParams = Overlaid<'POST /v1/setup_intents/:id/confirm', typeof confirmFields>

const refused = [
  'attach_to_self',
  'confirmation_token',
  'customer_account',
  'flow_directions',
  'on_behalf_of',
  'payment_method_configuration',
  'single_use',
]

/** Of the options only the request for 3-D Secure has an effect. */
function threeDSecureOf(options: CreateParams['payment_method_options']) {
  const { card, ...others } = options ?? {}
  const [other] = Object.keys(others)
  if (other !== undefined) {
    throw notSimulated(`options of ${other}`, `payment_method_options[${other}]`)
  }
  const { request_three_d_secure: request, ...rest } = card ?? {}
  const [beyond] = Object.keys(rest)
  if (beyond === undefined) return request
  throw notSimulated(`the option '${beyond}'`, `payment_method_options[card][${beyond}]`)
}

function create(tx: Transaction, params: CreateParams): SetupIntent {
  refuseMethodTypes(tx, params.payment_method_types, 'SetupIntents')
  if (params.customer !== undefined) inParam(tx, 'customer', params.customer, 'customer')
  if (params.mandate_data && !params.confirm) {
    throw badParam(
      'The parameter mandate_data cannot be passed when creating a SetupIntent unless confirm is set to true.',
      'mandate_data',
    )
  }
  const named = params.payment_method_types ?? params.allowed_payment_method_types
  const automatic = params.automatic_payment_methods
  const isAutomatic = named === undefined && automatic?.enabled !== false
  const excluded = params.excluded_payment_method_types ?? null
  const every = ['sepa_debit', 'us_bank_account'].filter(
    (type) => !excluded?.some((e) => e === type),
  )
  const types =
    named ?? (isAutomatic ? [...automaticTypes('', excluded ?? []), ...every] : ['card'])
  const method = methodOf(tx, params)
  if (method) checkMethod(tx, method, types, params.customer ?? null, 'SetupIntent')
  const request = threeDSecureOf(params.payment_method_options)
  const entry = {
    customer: params.customer ?? null,
    description: params.description ?? null,
    metadata: mergeMetadata({}, params.metadata),
    methodTypes: types,
    usage: params.usage ?? 'off_session',
    allowedMethodTypes: params.allowed_payment_method_types ?? null,
    excludedMethodTypes: excluded,
    automaticMethods: isAutomatic
      ? { allow_redirects: automatic?.allow_redirects ?? ('always' as const), enabled: true }
      : null,
    ...(request === undefined ? {} : { requestThreeDSecure: request }),
  }
  if (!params.confirm) return demandSetup(tx, entry, method)
  const intent = demandSetup(tx, entry)
  if (!method) throw needsMethod()
  return confirmNow(tx, intent, method, params)
}

function needsMethod() {
  return refuse(
    'You cannot confirm this SetupIntent because it is missing a payment method. Update the SetupIntent with a payment method and then confirm it again.',
    { code: 'setup_intent_unexpected_state' },
  )
}

function unexpected(intent: SetupIntent, verb: string) {
  return refuse(
    `You cannot ${verb} this SetupIntent because it has a status of ${intent.status}.`,
    { code: 'setup_intent_unexpected_state', more: { setup_intent: intent } },
  )
}

type Saying = Pick<ConfirmParams, 'mandate_data' | 'return_url' | 'use_stripe_sdk'>

function confirmNow(
  tx: Transaction,
  intent: SetupIntent,
  method: PaymentMethod,
  saying: Saying,
): SetupIntent {
  const { return_url: returnUrl, mandate_data: data } = saying
  if (returnUrl !== undefined && !saying.use_stripe_sdk) {
    tx.db.put('setup_secret', { id: intent.id, returnUrl })
  }
  const acceptance = data ? data.customer_acceptance : undefined
  const mandate = acceptance ? agree(tx, method, acceptance).id : undefined
  const after = attemptSetup(tx, intent, method, mandate === undefined ? {} : { mandate })
  if (after.last_setup_error) throw setupRefused(after)
  return after
}

const open = ['requires_payment_method', 'requires_confirmation', 'requires_action']

function confirm(tx: Transaction, intent: SetupIntent, params: ConfirmParams): SetupIntent {
  if (!open.includes(intent.status)) throw unexpected(intent, 'confirm')
  threeDSecureOf(params.payment_method_options)
  const method = methodOf(tx, params) ?? tx.db.find('payment_method', intent.payment_method ?? '')
  if (!method) throw needsMethod()
  const types = params.allowed_payment_method_types ?? intent.payment_method_types
  checkMethod(tx, method, types, intent.customer, 'SetupIntent')
  return confirmNow(tx, intent, method, params)
}

function update(tx: Transaction, intent: SetupIntent, params: UpdateParams): SetupIntent {
  refuseMethodTypes(tx, params.payment_method_types, 'SetupIntents')
  if (!open.includes(intent.status)) throw unexpected(intent, 'update')
  threeDSecureOf(params.payment_method_options)
  if (params.customer !== undefined) inParam(tx, 'customer', params.customer, 'customer')
  const customer = params.customer ?? intent.customer
  const types =
    params.payment_method_types ??
    params.allowed_payment_method_types ??
    intent.payment_method_types
  const method = methodOf(tx, params)
  if (method) checkMethod(tx, method, types, customer, 'SetupIntent')
  return tx.db.put('setup_intent', {
    ...intent,
    customer,
    payment_method_types: types,
    ...given({
      allowed_payment_method_types: params.allowed_payment_method_types,
      description: params.description,
      excluded_payment_method_types: params.excluded_payment_method_types,
    }),
    ...(method ? { payment_method: method.id, status: 'requires_confirmation' as const } : {}),
    metadata:
      params.metadata === undefined
        ? intent.metadata
        : mergeMetadata(intent.metadata, params.metadata),
  })
}

/** The customer passes or fails the 3-D Secure challenge of a setup that waits for it. */
export function authenticateSetup(
  tx: Transaction,
  intent: SetupIntent,
  passes: boolean,
): SetupIntent {
  const method = tx.db.find('payment_method', intent.payment_method ?? '')
  if (intent.status !== 'requires_action' || !method) throw unexpected(intent, 'authenticate')
  return endSetupChallenge(tx, intent, method, passes)
}

export const setupIntentRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => create(tx, params), { fields, refuses: refused }),
  api(`GET ${path}/:id`, ({ tx, ids, params }) => {
    const intent = inPath(tx, 'setup_intent', ids[0])
    const { client_secret: secret } = params
    if (secret === undefined || secret === intent.client_secret) return intent
    throw refuse(
      'The client_secret provided does not match the client_secret associated with the SetupIntent.',
      { code: 'setup_intent_invalid_parameter', param: 'client_secret' },
    )
  }),
  api(
    `POST ${path}/:id`,
    ({ tx, ids, params }) => update(tx, inPath(tx, 'setup_intent', ids[0]), params),
    { fields, refuses: refused },
  ),
  api(
    `POST ${path}/:id/confirm`,
    ({ tx, ids, params }) => confirm(tx, inPath(tx, 'setup_intent', ids[0]), params),
    { fields: confirmFields, refuses: refused },
  ),
  api(`POST ${path}/:id/cancel`, ({ tx, ids, params }) => {
    const intent = inPath(tx, 'setup_intent', ids[0])
    if (!open.includes(intent.status)) throw unexpected(intent, 'cancel')
    return cancelSetup(tx, intent, params.cancellation_reason ?? null)
  }),
  api(`POST ${path}/:id/verify_microdeposits`, ({ tx, ids }) => {
    inPath(tx, 'setup_intent', ids[0])
    throw notSimulated('verification by microdeposits')
  }),
  listRoute(`GET ${path}`, 'setup_intent', () => true, ['attach_to_self']),
  listRoute('GET /v1/setup_attempts', 'setup_attempt'),
]
