/** Which behaviour each kind of due job wakes: one row a kind. */
import { expireDueSession } from '../checkout/expiry.ts'
import { settleDelayedPayment } from '../checkout/settle.ts'
import { failRefund, finishRefund } from '../payments/refund-life.ts'
import type { Job } from './jobs.ts'
import type { Transaction } from './transaction.ts'

type Runner<K extends Job['kind']> = (tx: Transaction, job: Extract<Job, { kind: K }>) => void

const runners: { readonly [K in Job['kind']]: Runner<K> } = {
  settle_payment: (tx, job) => settleDelayedPayment(tx, job.intentId),
  expire_session: (tx, job) => expireDueSession(tx, job.sessionId),
  finish_refund: (tx, job) => finishRefund(tx, job.refundId),
  fail_refund: (tx, job) => failRefund(tx, job.refundId),
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
