/** The kinds of work that virtual time brings due, or one room asks of another; data, so that a snapshot can hold them. */

/** What happened to an invoice, for the room that it bills. */
export type InvoiceFact =
  | 'finalized'
  | 'paid'
  | 'payment_failed'
  | 'action_required'
  /** The last automatic retry has failed. */
  | 'exhausted'
  | 'voided'
  | 'uncollectible'
  /** Sent, and not paid by its due date. */
  | 'overdue'

/** What a subscription waits for. */
export type SubscriptionDue =
  | 'upcoming'
  | 'period_end'
  | 'trial_will_end'
  | 'cancel'
  | 'incomplete'
  | 'pending_update'
  | 'collect_again'
  | 'pending_items'
  | 'resumption'

export type Job =
  | { readonly kind: 'settle_payment'; readonly intentId: string }
  | { readonly kind: 'expire_session'; readonly sessionId: string }
  | { readonly kind: 'finish_refund'; readonly refundId: string }
  | { readonly kind: 'fail_refund'; readonly refundId: string }
  | { readonly kind: 'release_funds'; readonly releaseId: string }
  | { readonly kind: 'expire_authorization'; readonly intentId: string }
  | { readonly kind: 'dispute_charge'; readonly chargeId: string }
  | { readonly kind: 'decide_dispute'; readonly disputeId: string }
  | { readonly kind: 'lapse_dispute'; readonly disputeId: string }
  | { readonly kind: 'pay_out'; readonly payoutId: string }
  | { readonly kind: 'settle_topup'; readonly topupId: string }
  | { readonly kind: 'expire_coupon'; readonly couponId: string }
  | { readonly kind: 'expire_promotion_code'; readonly codeId: string }
  | { readonly kind: 'customer_deleted'; readonly customerId: string }
  /** Taken from its customer: whoever was to be paid by it is not. */
  | { readonly kind: 'method_detached'; readonly methodId: string; readonly customerId: string }
  | { readonly kind: 'decide_authorization'; readonly authorizationId: string }
  | {
      readonly kind: 'finish_verification'
      readonly sessionId: string
      readonly verified: boolean
    }
  | { readonly kind: 'redact_verification'; readonly sessionId: string }
  | { readonly kind: 'finish_report'; readonly reportId: string }
  | { readonly kind: 'advance_test_clock'; readonly clockId: string; readonly to: number }
  /** Something on the way has failed. */
  | { readonly kind: 'fail_test_clock'; readonly clockId: string; readonly to: number }
  /** The status of an intent changed after its creation. */
  | { readonly kind: 'intent_changed'; readonly intentId: string }
  | { readonly kind: 'invoice_changed'; readonly invoiceId: string; readonly fact: InvoiceFact }
  | { readonly kind: 'finalize_invoice'; readonly invoiceId: string }
  | { readonly kind: 'collect_invoice'; readonly invoiceId: string }
  | { readonly kind: 'invoice_due'; readonly invoiceId: string }
  | {
      readonly kind: 'subscription_due'
      readonly subscriptionId: string
      readonly due: SubscriptionDue
      /** The moment that it was to come at: a later change of plans shows in that it is another. */
      readonly at: number
    }
  | { readonly kind: 'subscription_ended'; readonly subscriptionId: string }
  | { readonly kind: 'setup_succeeded'; readonly intentId: string }
  | { readonly kind: 'expire_quote'; readonly quoteId: string }
  /** Refuses to move a test clock further than Stripe does. */
  | { readonly kind: 'check_clock_advance'; readonly clockId: string; readonly to: number }
  /** A phase of the schedule begins or ends at this moment, if it still does. */
  | { readonly kind: 'schedule_due'; readonly scheduleId: string }
  | { readonly kind: 'schedule_expiring'; readonly scheduleId: string; readonly at: number }
