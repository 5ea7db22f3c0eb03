/** The life of a dispute: opened, answered, escalated, decided; and the money that moves with it. */
import type { Charge, Dispute } from '../account/tables.ts'
import { previousAttributes, type Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import type { DisputePlan } from '../customers/test-cards.ts'
import { answerDue, newDispute } from './dispute-object.ts'
import { warnOfFraud } from './fraud-warnings.ts'
import { bookDispute } from './ledger.ts'

/** The bank's decision on evidence that names its outcome comes after this much virtual time. */
const decisionMs = 1_000

type Decision = 'won' | 'lost' | 'escalated'

/** What Stripe's test mode reads in `evidence[uncategorized_text]`. */
const decisions: ReadonlyMap<string | null, Decision> = new Map([
  ['winning_evidence', 'won'],
  ['losing_evidence', 'lost'],
  ['escalate_inquiry_evidence', 'escalated'],
])

const inquiries: readonly string[] = ['warning_needs_response', 'warning_under_review']
const unanswered: readonly string[] = ['needs_response', 'warning_needs_response']
const closed: readonly string[] = ['won', 'lost', 'warning_closed', 'prevented']

export const isInquiry = ({ status }: Dispute): boolean => inquiries.includes(status)
export const isClosed = ({ status }: Dispute): boolean => closed.includes(status)

function timeOf(tx: Transaction, dispute: Dispute): Transaction {
  return inTimeOf(tx, tx.db.find('charge', dispute.charge)?.customer)
}

/** What the test method of this payment makes follow it. */
export function disputeCharge(tx: Transaction, chargeId: string): void {
  const charge = tx.db.find('charge', chargeId)
  const instrument = tx.db.find('instrument', charge?.payment_method ?? '')
  if (!charge || !instrument) return
  const own = inTimeOf(tx, charge.customer)
  const { dispute, fraudWarning } = instrument.card?.behaviour ?? {}
  if (fraudWarning) warnOfFraud(own, charge)
  const plan = dispute ?? (instrument.bank?.isDisputed ? 'fraudulent' : undefined)
  if (plan) openDisputes(own, charge, plan)
}

function openDisputes(tx: Transaction, charge: Charge, plan: DisputePlan): void {
  const amount = charge.amount_captured - charge.amount_refunded
  if (amount <= 0) return
  if (plan === 'multiple') {
    const half = Math.ceil(amount / 2)
    open(tx, charge, { amount: half, reason: 'fraudulent', isInquiry: false })
    if (amount > half) {
      open(tx, charge, { amount: amount - half, reason: 'fraudulent', isInquiry: false })
    }
    return
  }
  const asks = plan === 'inquiry'
  open(tx, charge, { amount, reason: asks ? 'general' : plan, isInquiry: asks })
}

function open(
  tx: Transaction,
  charge: Charge,
  entry: { amount: number; reason: string; isInquiry: boolean },
): void {
  const dispute = newDispute(tx, charge, entry)
  const opened = entry.isInquiry ? dispute : withMovement(tx, dispute, 'withdrawn')
  tx.db.put('dispute', opened)
  tx.db.put('charge', { ...charge, disputed: true })
  tx.emit('charge.dispute.created', opened)
  if (!entry.isInquiry) tx.emit('charge.dispute.funds_withdrawn', opened)
  lapseLater(tx, opened)
}

function lapseLater(tx: Transaction, dispute: Dispute): void {
  const due = dispute.evidence_details.due_by ?? tx.now
  tx.schedule((due - tx.now) * 1000, { kind: 'lapse_dispute', disputeId: dispute.id })
}

function withMovement(tx: Transaction, dispute: Dispute, way: 'withdrawn' | 'reinstated'): Dispute {
  const row = bookDispute(tx, dispute, way)
  return { ...dispute, balance_transactions: [...dispute.balance_transactions, row] }
}

function change(tx: Transaction, before: Dispute, after: Dispute): Dispute {
  tx.db.put('dispute', after)
  tx.emit('charge.dispute.updated', after, previousAttributes(before, after))
  return after
}

/** Takes the evidence; once submitted it is final, and may name the outcome. */
export function answerDispute(
  tx: Transaction,
  before: Dispute,
  evidence: Dispute['evidence'],
  submit: boolean,
): Dispute {
  const own = timeOf(tx, before)
  const details = { ...before.evidence_details, has_evidence: true }
  if (!submit) return change(own, before, { ...before, evidence, evidence_details: details })
  const after = change(own, before, {
    ...before,
    evidence,
    evidence_details: {
      ...details,
      submission_count: details.submission_count + 1,
      submission_method: 'manual',
    },
    status: isInquiry(before) ? 'warning_under_review' : 'under_review',
  })
  if (decisions.has(evidence.uncategorized_text)) {
    own.schedule(decisionMs, { kind: 'decide_dispute', disputeId: after.id })
  }
  return after
}

export function decideDispute(tx: Transaction, disputeId: string): void {
  const dispute = tx.db.find('dispute', disputeId)
  const decision = decisions.get(dispute?.evidence.uncategorized_text ?? null)
  if (!dispute || !decision || isClosed(dispute)) return
  if (decision !== 'escalated') closeDispute(tx, dispute, decision)
  else if (isInquiry(dispute)) escalate(tx, dispute)
}

/** Nobody answered in time. */
export function lapseDispute(tx: Transaction, disputeId: string): void {
  const dispute = tx.db.find('dispute', disputeId)
  if (!dispute || !unanswered.includes(dispute.status)) return
  if ((dispute.evidence_details.due_by ?? 0) > tx.now) return
  const late = { ...dispute.evidence_details, past_due: true }
  closeDispute(tx, { ...dispute, evidence_details: late }, 'lost')
}

/** The issuer was not content with the answer: the inquiry becomes a chargeback, to be answered anew. */
function escalate(tx: Transaction, before: Dispute): void {
  const { card } = before.payment_method_details ?? {}
  const moved = withMovement(tx, before, 'withdrawn')
  const after = change(tx, before, {
    ...moved,
    evidence: { ...before.evidence, uncategorized_text: null },
    evidence_details: {
      ...before.evidence_details,
      due_by: answerDue(tx, false),
      has_evidence: false,
    },
    is_charge_refundable: false,
    ...(card
      ? { payment_method_details: { type: 'card', card: { ...card, case_type: 'chargeback' } } }
      : {}),
    status: 'needs_response',
  })
  tx.emit('charge.dispute.funds_withdrawn', after)
  lapseLater(tx, after)
}

/** An inquiry ends without a verdict, since no money was taken. */
export function closeDispute(tx: Transaction, dispute: Dispute, verdict: 'won' | 'lost'): Dispute {
  const own = timeOf(tx, dispute)
  const asks = isInquiry(dispute)
  const isReinstated = verdict === 'won' && !asks
  const settled = isReinstated ? withMovement(own, dispute, 'reinstated') : dispute
  const after = own.db.put('dispute', {
    ...settled,
    status: asks ? 'warning_closed' : verdict,
    is_charge_refundable: asks,
  })
  own.emit('charge.dispute.closed', after)
  if (isReinstated) own.emit('charge.dispute.funds_reinstated', after)
  return after
}
