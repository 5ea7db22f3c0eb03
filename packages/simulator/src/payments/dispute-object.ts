/** Makes disputes in Stripe's full shape. */
import type { Charge, Dispute } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'

const daySeconds = 24 * 60 * 60
/** How long the merchant may answer: the card networks' time, less the days that Stripe keeps for itself. */
const answerDays = { chargeback: 9, inquiry: 21 } as const

const noEvidence: Dispute['evidence'] = {
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
}

/** Visa's codes of the reasons. */
const networkCodes: Readonly<Record<string, string>> = {
  fraudulent: '10.4',
  product_not_received: '13.1',
  general: '10',
}

export interface DisputeEntry {
  readonly amount: number
  readonly reason: string
  readonly isInquiry: boolean
}

/** When an answer to it is due, in virtual seconds. */
export function answerDue(tx: Transaction, isInquiry: boolean): number {
  return tx.now + answerDays[isInquiry ? 'inquiry' : 'chargeback'] * daySeconds
}

export function newDispute(tx: Transaction, charge: Charge, entry: DisputeEntry): Dispute {
  const brand = charge.payment_method_details?.card?.brand
  const { billing_details: buyer } = charge
  return {
    id: tx.newId('dp_1'),
    object: 'dispute',
    amount: entry.amount,
    balance_transactions: [],
    charge: charge.id,
    created: tx.now,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: { ...noEvidence, customer_email_address: buyer.email, customer_name: buyer.name },
    evidence_details: {
      due_by: answerDue(tx, entry.isInquiry),
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: entry.isInquiry,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    ...(brand
      ? {
          payment_method_details: {
            type: 'card',
            card: {
              brand,
              case_type: entry.isInquiry ? 'inquiry' : 'chargeback',
              network: brand,
              network_reason_code: networkCodes[entry.reason] ?? null,
            },
          },
        }
      : {}),
    reason: entry.reason,
    status: entry.isInquiry ? 'warning_needs_response' : 'needs_response',
  }
}
