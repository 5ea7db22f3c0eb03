/** Credit notes: what is taken off an open invoice, or given back of a paid one. */
import type { Charge, CreditNote, Invoice } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { refuse } from '../http/errors.ts'
import { inParam, mergeMetadata, page } from '../http/route.ts'
import { makeRefund } from '../payments/refund-life.ts'
import { tellChanged } from './changed.ts'
import {
  type CreditNoteLine,
  type CreditNoteParams,
  creditedLines,
  creditTotals,
} from './credit-note-lines.ts'
import { changeBalance } from './customer-balance.ts'
import { payNothing } from './paid.ts'
import { defaultPayment, paymentsOf } from './payment-rows.ts'
import { sum } from './totals.ts'

export interface DraftedNote {
  readonly note: CreditNote
  readonly lines: readonly CreditNoteLine[]
  readonly invoice: Invoice
}

/** The note as it would be issued; nothing is stored. */
export function draftNote(tx: Transaction, params: CreditNoteParams): DraftedNote {
  const invoice = inParam(tx, 'invoice', params.invoice, 'invoice')
  if (!['open', 'paid', 'uncollectible'].includes(invoice.status ?? '')) {
    throw refuse(
      `Credit notes can only be created for open, paid or uncollectible invoices; this one is ${invoice.status}.`,
      { param: 'invoice' },
    )
  }
  const own = inTimeOf(tx, invoice.customer)
  const id = own.newId('cn_1')
  const lines = creditedLines(own, invoice, params)
  const totals = creditTotals(lines)
  const pre = Math.min(totals.total, invoice.amount_remaining)
  const post = totals.total - pre
  const refunds = linkedRefunds(own, params)
  checkAllocation(invoice, params, post, sum(refunds.map((one) => one.amount_refunded)))
  const first = page(lines, `/v1/credit_notes/${id}/lines`, {})
  const note: CreditNote = {
    id,
    object: 'credit_note',
    ...totals,
    amount_shipping: 0,
    created: own.now,
    currency: invoice.currency,
    customer: invoice.customer ?? '',
    customer_account: null,
    customer_balance_transaction: null,
    effective_at: params.effective_at ?? own.now,
    invoice: invoice.id,
    lines: { ...first, data: [...first.data] },
    livemode: false,
    memo: params.memo ?? null,
    metadata: mergeMetadata({}, params.metadata),
    number: nextNumber(own, invoice),
    out_of_band_amount: params.out_of_band_amount ?? null,
    pdf: `${own.baseUrl}/i/${invoice.id}/credit_notes/${id}/pdf`,
    post_payment_amount: post,
    pre_payment_amount: pre,
    reason: params.reason ?? null,
    refunds,
    shipping_cost: null,
    status: 'issued',
    type: post === 0 ? 'pre_payment' : pre === 0 ? 'post_payment' : 'mixed',
    voided_at: null,
  }
  return { note, lines, invoice }
}

function nextNumber(tx: Transaction, invoice: Invoice): string {
  const count = tx.db.where('credit_note', 'invoice', invoice.id).length + 1
  return `${invoice.number}-CN-${String(count).padStart(2, '0')}`
}

function linkedRefunds(tx: Transaction, { refunds = [] }: CreditNoteParams): CreditNote['refunds'] {
  return refunds.map((entry, index) => {
    const at = `refunds[${index}]`
    if (entry.type === 'payment_record_refund' || entry.refund === undefined) {
      throw refuse('The simulator does not simulate refunds of payment records yet.', {
        param: `${at}[type]`,
      })
    }
    const refund = inParam(tx, 'refund', entry.refund, `${at}[refund]`)
    return {
      amount_refunded: entry.amount_refunded ?? refund.amount,
      payment_record_refund: null,
      refund: refund.id,
      type: 'refund',
    }
  })
}

/** What was paid already has to go somewhere, to the last unit. */
function checkAllocation(
  invoice: Invoice,
  params: CreditNoteParams,
  post: number,
  linked: number,
): void {
  const { credit_amount: credit = 0, out_of_band_amount: outside = 0 } = params
  const { refund_amount: refund = 0 } = params
  const creditable = invoice.amount_paid - invoice.post_payment_credit_notes_amount
  if (post > creditable) {
    throw refuse(
      `The credit note's total exceeds what can still be credited of the invoice: ${post} of its payments, of which ${creditable} are left.`,
      { param: 'amount' },
    )
  }
  const allocated = credit + outside + refund + linked
  if (allocated !== post) {
    throw refuse(
      `The sum of refund amount, credit amount and outside of stripe amount (${allocated}) must equal the credit note's post payment amount (${post}).`,
      { param: refund > 0 ? 'refund_amount' : 'credit_amount' },
    )
  }
}

export function issueNote(tx: Transaction, params: CreditNoteParams): CreditNote {
  const { note: drafted, lines, invoice } = draftNote(tx, params)
  const own = inTimeOf(tx, invoice.customer)
  const made = params.refund_amount ? [refundOf(own, invoice, params.refund_amount)] : []
  const moved = changeBalance(own, invoice.customer, {
    type: 'credit_note',
    amount: 0 - (params.credit_amount ?? 0),
    creditNote: drafted.id,
    currency: invoice.currency,
    invoice: invoice.id,
  })
  const note = own.db.put('credit_note', {
    ...drafted,
    customer_balance_transaction: moved?.id ?? null,
    refunds: [...drafted.refunds, ...made],
  })
  own.db.put('credit_note_secret', { id: note.id, lines })
  own.emit('credit_note.created', note)
  credit(own, invoice, note.pre_payment_amount, note.post_payment_amount)
  return note
}

function refundOf(
  tx: Transaction,
  invoice: Invoice,
  amount: number,
): CreditNote['refunds'][number] {
  const charge = chargeOf(tx, invoice)
  if (!charge || charge.amount_captured - charge.amount_refunded < amount) {
    throw refuse('The invoice has no payment of which this amount can be refunded.', {
      param: 'refund_amount',
    })
  }
  const refund = makeRefund(tx, charge, { amount, metadata: {}, reason: null })
  return {
    amount_refunded: amount,
    payment_record_refund: null,
    refund: refund.id,
    type: 'refund',
  }
}

function chargeOf(tx: Transaction, invoice: Invoice): Charge | undefined {
  const paid = paymentsOf(tx, invoice.id).find(({ status }) => status === 'paid')
  const intent = tx.db.find('payment_intent', paid?.payment.payment_intent ?? '')
  return tx.db.find('charge', intent?.latest_charge ?? '')
}

/** Less is left to pay; an invoice with nothing left is paid. */
function credit(tx: Transaction, before: Invoice, pre: number, post: number): void {
  const after = tx.db.put('invoice', {
    ...before,
    amount_due: before.amount_due - pre,
    amount_remaining: before.amount_remaining - pre,
    post_payment_credit_notes_amount: before.post_payment_credit_notes_amount + post,
    pre_payment_credit_notes_amount: before.pre_payment_credit_notes_amount + pre,
  })
  const isSettled = pre > 0 && after.amount_remaining === 0
  tellChanged(tx, before, after)
  if (isSettled) payNothing(tx, after)
  else if (pre !== 0 && after.status === 'open') defaultPayment(tx, after)
}

export function voidNote(tx: Transaction, before: CreditNote): CreditNote {
  const invoice = inParam(tx, 'invoice', before.invoice, 'invoice')
  if (before.status === 'void') throw refuse('This credit note is already void.')
  if (before.type !== 'pre_payment' || invoice.status !== 'open') {
    throw refuse('You can only void a credit note of an invoice that is still open.')
  }
  const own = inTimeOf(tx, before.customer)
  const note = own.db.put('credit_note', { ...before, status: 'void', voided_at: own.now })
  own.emit('credit_note.voided', note)
  credit(own, invoice, -note.pre_payment_amount, 0)
  return note
}
