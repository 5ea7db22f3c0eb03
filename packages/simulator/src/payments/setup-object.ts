/** Factories of setup intents and of their attempts in Stripe's full shape. */
import type { PaymentMethod, SetupIntent } from '../account/tables.ts'
import type { SetupAttempt } from '../account/tables-money.ts'
import type { Transaction } from '../account/transaction.ts'

export interface SetupEntry {
  readonly customer: string | null
  readonly description?: string | null
  readonly metadata?: Readonly<Record<string, string>>
  readonly methodTypes: readonly string[]
  readonly usage?: 'off_session' | 'on_session'
  readonly allowedMethodTypes?: SetupIntent['allowed_payment_method_types']
  readonly excludedMethodTypes?: SetupIntent['excluded_payment_method_types']
  readonly automaticMethods?: SetupIntent['automatic_payment_methods']
  readonly requestThreeDSecure?: 'any' | 'automatic' | 'challenge'
}

export function newSetupIntent(tx: Transaction, entry: SetupEntry): SetupIntent {
  const id = tx.newId('seti_1')
  const takesCards = entry.methodTypes.includes('card')
  return tx.db.put('setup_intent', {
    id,
    object: 'setup_intent',
    allowed_payment_method_types: entry.allowedMethodTypes ?? null,
    application: null,
    automatic_payment_methods: entry.automaticMethods ?? null,
    cancellation_reason: null,
    client_secret: `${id}_secret_${tx.newId('', 25)}`,
    created: tx.now,
    customer: entry.customer,
    customer_account: null,
    description: entry.description ?? null,
    excluded_payment_method_types: entry.excludedMethodTypes ?? null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    managed_payments: null,
    mandate: null,
    metadata: { ...entry.metadata },
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: takesCards
      ? {
          card: {
            mandate_options: null,
            network: null,
            request_three_d_secure: entry.requestThreeDSecure ?? 'automatic',
          },
        }
      : {},
    payment_method_types: [...entry.methodTypes],
    single_use_mandate: null,
    status: 'requires_payment_method',
    usage: entry.usage ?? 'off_session',
  })
}

export function newSetupAttempt(
  tx: Transaction,
  intent: SetupIntent,
  method: PaymentMethod,
): SetupAttempt {
  return tx.db.put('setup_attempt', {
    id: tx.newId('setatt_1'),
    object: 'setup_attempt',
    application: null,
    created: tx.now,
    customer: intent.customer,
    customer_account: null,
    flow_directions: null,
    livemode: false,
    on_behalf_of: null,
    payment_method: method.id,
    payment_method_details: attemptDetails(method),
    setup_error: null,
    setup_intent: intent.id,
    status: 'requires_confirmation',
    usage: intent.usage,
  })
}

function attemptDetails(method: PaymentMethod): SetupAttempt['payment_method_details'] {
  const { card } = method
  if (!card) return { type: method.type, [method.type]: {} }
  return {
    type: 'card',
    card: {
      brand: card.brand,
      checks: card.checks,
      country: card.country,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      fingerprint: card.fingerprint ?? null,
      funding: card.funding,
      last4: card.last4,
      network: card.brand,
      three_d_secure: null,
      wallet: null,
    },
  }
}
