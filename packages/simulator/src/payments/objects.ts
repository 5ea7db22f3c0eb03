/** Factories of payment intents and charges in Stripe's full shape. */
import type { Charge, IntentTemplate, PaymentIntent, PaymentMethod } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'

export interface IntentEntry extends IntentTemplate {
  readonly amount: number
  readonly currency: string
  readonly customer: string | null
  readonly methodTypes: string[]
  readonly allowedMethodTypes?: PaymentIntent['allowed_payment_method_types']
  readonly excludedMethodTypes?: PaymentIntent['excluded_payment_method_types']
  readonly automaticMethods: PaymentIntent['automatic_payment_methods']
  readonly confirmationMethod?: 'automatic' | 'manual'
  readonly methodOptions?: PaymentIntent['payment_method_options']
}

export function newIntent(tx: Transaction, entry: IntentEntry): PaymentIntent {
  const id = tx.newId('pi_3')
  return tx.db.put('payment_intent', {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: entry.allowedMethodTypes ?? null,
    amount: entry.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: entry.automaticMethods,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: entry.captureMethod,
    client_secret: `${id}_secret_${tx.newId('', 25)}`,
    confirmation_method: entry.confirmationMethod ?? 'automatic',
    created: tx.now,
    currency: entry.currency,
    customer: entry.customer,
    customer_account: null,
    description: entry.description,
    excluded_payment_method_types: entry.excludedMethodTypes ?? null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: { ...entry.metadata },
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: entry.methodOptions ?? {},
    payment_method_types: entry.methodTypes,
    payment_record: null,
    processing: null,
    receipt_email: entry.receiptEmail,
    review: null,
    setup_future_usage: entry.setupFutureUsage,
    shipping: entry.shipping,
    source: null,
    statement_descriptor: entry.statementDescriptor,
    statement_descriptor_suffix: entry.statementDescriptorSuffix,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: entry.transferGroup,
  })
}

/** What differs between the charges of a payment's possible ends. */
export type ChargeEnd = Pick<
  Charge,
  | 'status'
  | 'paid'
  | 'captured'
  | 'amount_captured'
  | 'failure_code'
  | 'failure_message'
  | 'outcome'
>

export function newCharge(
  tx: Transaction,
  intent: PaymentIntent,
  method: PaymentMethod,
  end: ChargeEnd,
): Charge {
  const id = tx.newId(method.type === 'card' ? 'ch_3' : 'py_3')
  return tx.db.put('charge', {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: method.billing_details,
    calculated_statement_descriptor: intent.statement_descriptor ?? 'SIMULATOR',
    created: tx.now,
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: methodDetails(tx, intent, method),
    radar_options: {},
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: end.status === 'failed' ? null : `https://pay.stripe.com/receipts/${id}`,
    refunded: false,
    review: null,
    shipping: intent.shipping,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    transfer_data: null,
    transfer_group: intent.transfer_group,
    ...end,
  })
}

function methodDetails(
  tx: Transaction,
  intent: PaymentIntent,
  method: PaymentMethod,
): Charge['payment_method_details'] {
  const { card, sepa_debit: sepa, us_bank_account: bank } = method
  const secret = tx.db.find('intent_secret', intent.id)
  const [challenged, mandate] = [secret?.challenged === true, secret?.mandate ?? null]
  if (card) {
    return {
      type: 'card',
      card: {
        amount_authorized: intent.amount,
        authorization_code: null,
        brand: card.brand,
        checks: card.checks,
        country: card.country,
        electronic_commerce_indicator: null,
        exp_month: card.exp_month,
        exp_year: card.exp_year,
        extended_authorization: { status: 'disabled' },
        fingerprint: card.fingerprint ?? null,
        funding: card.funding,
        incremental_authorization: { status: 'unavailable' },
        installments: null,
        last4: card.last4,
        mandate,
        multicapture: { status: 'unavailable' },
        network: card.brand,
        network_token: { used: false },
        network_transaction_id: null,
        overcapture: { maximum_amount_capturable: intent.amount, status: 'unavailable' },
        regulated_status: 'unregulated',
        three_d_secure: challenged
          ? {
              authentication_flow: 'challenge',
              electronic_commerce_indicator: '05',
              exemption_indicator: null,
              result: 'authenticated',
              result_reason: null,
              transaction_id: null,
              version: '2.2.0',
            }
          : null,
        transaction_link_id: null,
        wallet: null,
      },
    }
  }
  if (sepa) {
    const { generated_from: _, ...shown } = sepa
    return { type: 'sepa_debit', sepa_debit: { ...shown, mandate } }
  }
  if (method.customer_balance) return { type: 'customer_balance', customer_balance: {} }
  return {
    type: 'us_bank_account',
    us_bank_account: {
      account_holder_type: bank?.account_holder_type ?? null,
      account_type: bank?.account_type ?? null,
      bank_name: bank?.bank_name ?? null,
      ...(mandate === null ? {} : { mandate }),
      fingerprint: bank?.fingerprint ?? null,
      last4: bank?.last4 ?? null,
      payment_reference: null,
      routing_number: bank?.routing_number ?? null,
    },
  }
}
