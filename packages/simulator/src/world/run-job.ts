/** Which behaviour each kind of due job wakes: one row a kind. */

import type { Job } from '../account/jobs.ts'
import type { Transaction } from '../account/transaction.ts'
import { expireCoupon } from '../catalogue/coupons.ts'
import { expirePromotionCode } from '../catalogue/promotion-codes.ts'
import { expireDueSession } from '../checkout/expiry.ts'
import { settleDelayedPayment } from '../checkout/settle.ts'
import { arriveAt, failAt } from '../clocks/test-clocks.ts'
import { finishVerification } from '../identity/outcome.ts'
import { finishRedaction } from '../identity/sessions.ts'
import { collectDue, finalizeDue, tellOverdue } from '../invoicing/due.ts'
import { intentChanged } from '../invoicing/on-intent.ts'
import { stopCollecting, unsetInvoiceMethod } from '../invoicing/stop.ts'
import { giveUpWaiting } from '../issuing/authorizations.ts'
import { arrivePayout } from '../money/payout-life.ts'
import { settleTopup } from '../money/topups.ts'
import { expireAuthorization } from '../payments/cancel.ts'
import { decideDispute, disputeCharge, lapseDispute } from '../payments/dispute-life.ts'
import { releaseFunds } from '../payments/ledger.ts'
import { failRefund, finishRefund } from '../payments/refund-life.ts'
import { expireQuote } from '../quotes/life.ts'
import { cancelQuotesOf } from '../quotes/on-customer-deleted.ts'
import { finishReport } from '../reporting/report-runs.ts'
import { scheduleDue, tellExpiring } from '../schedules/life.ts'
import { cancelSchedulesOf } from '../schedules/on-customer-deleted.ts'
import { subscriptionEnded } from '../schedules/on-subscription.ts'
import { checkAdvance } from '../subscriptions/clock-limit.ts'
import { subscriptionDue } from '../subscriptions/due.ts'
import { cancelSubscriptionsOf } from '../subscriptions/on-customer-deleted.ts'
import { invoiceChanged } from '../subscriptions/on-invoice.ts'
import { unsetSubscriptionMethod } from '../subscriptions/on-method-detached.ts'
import { setupSucceeded } from '../subscriptions/on-setup.ts'

type Runner<K extends Job['kind']> = (tx: Transaction, job: Extract<Job, { kind: K }>) => void

const runners: { readonly [K in Job['kind']]: Runner<K> } = {
  settle_payment: (tx, job) => settleDelayedPayment(tx, job.intentId),
  expire_session: (tx, job) => expireDueSession(tx, job.sessionId),
  finish_refund: (tx, job) => finishRefund(tx, job.refundId),
  fail_refund: (tx, job) => failRefund(tx, job.refundId),
  release_funds: (tx, job) => releaseFunds(tx, job.releaseId),
  expire_authorization: (tx, job) => expireAuthorization(tx, job.intentId),
  dispute_charge: (tx, job) => disputeCharge(tx, job.chargeId),
  decide_dispute: (tx, job) => decideDispute(tx, job.disputeId),
  lapse_dispute: (tx, job) => lapseDispute(tx, job.disputeId),
  pay_out: (tx, job) => arrivePayout(tx, job.payoutId),
  settle_topup: (tx, job) => settleTopup(tx, job.topupId),
  intent_changed: (tx, job) => intentChanged(tx, job.intentId),
  finalize_invoice: (tx, job) => finalizeDue(tx, job.invoiceId),
  collect_invoice: (tx, job) => collectDue(tx, job.invoiceId),
  invoice_due: (tx, job) => tellOverdue(tx, job.invoiceId),
  subscription_due: (tx, job) => subscriptionDue(tx, job.subscriptionId, job.due, job.at),
  expire_quote: (tx, job) => expireQuote(tx, job.quoteId),
  check_clock_advance: (tx, job) => checkAdvance(tx, job.clockId, job.to),
  schedule_due: (tx, job) => scheduleDue(tx, job.scheduleId),
  schedule_expiring: (tx, job) => tellExpiring(tx, job.scheduleId, job.at),
  setup_succeeded: (tx, job) => setupSucceeded(tx, job.intentId),
  subscription_ended: (tx, job) => subscriptionEnded(tx, job.subscriptionId),
  invoice_changed: (tx, job) => invoiceChanged(tx, job.invoiceId, job.fact),
  expire_coupon: (tx, job) => expireCoupon(tx, job.couponId),
  expire_promotion_code: (tx, job) => expirePromotionCode(tx, job.codeId),
  customer_deleted(tx, { customerId }) {
    cancelSubscriptionsOf(tx, customerId)
    cancelSchedulesOf(tx, customerId)
    cancelQuotesOf(tx, customerId)
    stopCollecting(tx, customerId)
  },
  method_detached(tx, { methodId, customerId }) {
    unsetSubscriptionMethod(tx, methodId, customerId)
    unsetInvoiceMethod(tx, methodId, customerId)
  },
  decide_authorization: (tx, job) => giveUpWaiting(tx, job.authorizationId),
  finish_verification: (tx, job) => finishVerification(tx, job.sessionId, job.verified),
  redact_verification: (tx, job) => finishRedaction(tx, job.sessionId),
  finish_report: (tx, job) => finishReport(tx, job.reportId),
  advance_test_clock: (tx, job) => arriveAt(tx, job.clockId, job.to),
  fail_test_clock: (tx, job) => failAt(tx, job.clockId, job.to),
}

export function runJob(tx: Transaction, job: Job): void {
  run(tx, job.kind, job)
}

function run<K extends Job['kind']>(
  tx: Transaction,
  kind: K,
  job: Extract<Job, { kind: K }>,
): void {
  runners[kind](tx, job)
}
