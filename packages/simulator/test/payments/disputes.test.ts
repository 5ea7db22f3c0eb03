// Goal: a dispute follows the magic cards, takes its money, and ends as its evidence says.
import type { Stripe } from 'stripe'
import { expect, test } from 'vitest'
import { type Bench, bench } from '../support.ts'

const dayMs = 24 * 60 * 60

async function disputed(b: Bench, method: string) {
  const intent = await b.stripe.paymentIntents.create({
    amount: 5000,
    currency: 'usd',
    confirm: true,
    payment_method: method,
  })
  const disputes = await b.stripe.disputes.list({ payment_intent: intent.id })
  return { intent, charge: String(intent.latest_charge), disputes: disputes.data }
}

function the<T>(rows: readonly T[]): T {
  const [row] = rows
  if (rows.length !== 1 || row === undefined) throw new Error(`${rows.length} rows instead of one`)
  return row
}

const disputeTypes = (b: Bench) => b.types().filter((type) => type.startsWith('charge.dispute.'))

async function total(b: Bench): Promise<number> {
  const { available, pending } = await b.stripe.balance.retrieve()
  return [...available, ...pending].reduce((sum, { amount }) => sum + amount, 0)
}

const answered = (b: Bench, dispute: Stripe.Dispute, text: string) =>
  b.stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: text } })

const paidNet = 5000 - 175

test.each([
  ['pm_card_createDispute', 'fraudulent'],
  ['pm_card_createDisputeProductNotReceived', 'product_not_received'],
])('%s: the money goes, with a fee', async (method, reason) => {
  const b = await bench()
  const { charge, disputes } = await disputed(b, method)
  const dispute = the(disputes)
  expect(dispute).toMatchObject({
    amount: 5000,
    charge,
    reason,
    status: 'needs_response',
    is_charge_refundable: false,
    balance_transactions: [{ amount: -5000, fee: 1500, net: -6500, type: 'adjustment' }],
  })
  expect(dispute.evidence_details.due_by).toBeGreaterThan(dispute.created)
  expect((await b.stripe.charges.retrieve(charge)).disputed).toBe(true)
  expect(disputeTypes(b)).toEqual(['charge.dispute.created', 'charge.dispute.funds_withdrawn'])
  expect(await total(b)).toBe(paidNet - 6500)
  await expect(b.stripe.refunds.create({ charge })).rejects.toMatchObject({
    code: 'charge_disputed',
  })
})

test('won: the money comes back, fee and all', async () => {
  const b = await bench()
  const dispute = the((await disputed(b, 'pm_card_createDispute')).disputes)
  expect(await answered(b, dispute, 'winning_evidence')).toMatchObject({
    status: 'under_review',
    evidence_details: { has_evidence: true, submission_count: 1, submission_method: 'manual' },
  })
  await expect(answered(b, dispute, 'losing_evidence')).rejects.toThrow(/already been submitted/)
  b.account.advance(5)
  const won = await b.stripe.disputes.retrieve(dispute.id)
  expect(won.status).toBe('won')
  expect(won.balance_transactions.map(({ net }) => net)).toEqual([-6500, 6500])
  expect(disputeTypes(b).slice(2)).toEqual([
    'charge.dispute.updated',
    'charge.dispute.closed',
    'charge.dispute.funds_reinstated',
  ])
  expect(await total(b)).toBe(paidNet)
})

test('lost: the money stays away', async () => {
  const b = await bench()
  const dispute = the((await disputed(b, 'pm_card_createDispute')).disputes)
  await answered(b, dispute, 'losing_evidence')
  b.account.advance(5)
  expect((await b.stripe.disputes.retrieve(dispute.id)).status).toBe('lost')
  expect(disputeTypes(b).at(-1)).toBe('charge.dispute.closed')
  expect(await total(b)).toBe(paidNet - 6500)
})

test('evidence may be kept back, and other evidence decides nothing', async () => {
  const b = await bench()
  const dispute = the((await disputed(b, 'pm_card_createDispute')).disputes)
  const kept = await b.stripe.disputes.update(dispute.id, {
    evidence: { product_description: 'A poster' },
    submit: false,
  })
  expect(kept).toMatchObject({
    status: 'needs_response',
    evidence_details: { has_evidence: true, submission_count: 0 },
  })
  const sent = await answered(b, dispute, 'We have sent it.')
  expect(sent.evidence).toMatchObject({
    product_description: 'A poster',
    uncategorized_text: 'We have sent it.',
  })
  b.account.advance(30 * dayMs)
  expect((await b.stripe.disputes.retrieve(dispute.id)).status).toBe('under_review')
})

test('metadata alone submits nothing', async () => {
  const b = await bench()
  const dispute = the((await disputed(b, 'pm_card_createDispute')).disputes)
  const noted = await b.stripe.disputes.update(dispute.id, { metadata: { case: '7' } })
  expect(noted).toMatchObject({ metadata: { case: '7' }, status: 'needs_response' })
  expect(b.account.events()).toContainEqual(
    expect.objectContaining({
      type: 'charge.dispute.updated',
      data: expect.objectContaining({ previous_attributes: { metadata: { case: null } } }),
    }),
  )
})

test('an unanswered dispute is lost when its time is over, and an accepted one at once', async () => {
  const b = await bench()
  const late = the((await disputed(b, 'pm_card_createDispute')).disputes)
  b.account.advance(30 * dayMs)
  expect(await b.stripe.disputes.retrieve(late.id)).toMatchObject({
    status: 'lost',
    evidence_details: { past_due: true },
  })
  const accepted = the((await disputed(b, 'pm_card_createDispute')).disputes)
  expect((await b.stripe.disputes.close(accepted.id)).status).toBe('lost')
  await expect(b.stripe.disputes.close(accepted.id)).rejects.toThrow(/already closed/)
})

test('an inquiry takes no money until it escalates', async () => {
  const b = await bench()
  const { charge, disputes } = await disputed(b, 'pm_card_createDisputeInquiry')
  const inquiry = the(disputes)
  expect(inquiry).toMatchObject({
    status: 'warning_needs_response',
    is_charge_refundable: true,
    balance_transactions: [],
  })
  expect(await total(b)).toBe(paidNet)
  await answered(b, inquiry, 'escalate_inquiry_evidence')
  b.account.advance(5)
  expect(await b.stripe.disputes.retrieve(inquiry.id)).toMatchObject({
    status: 'needs_response',
    is_charge_refundable: false,
  })
  expect(disputeTypes(b)).toEqual([
    'charge.dispute.created',
    'charge.dispute.updated',
    'charge.dispute.updated',
    'charge.dispute.funds_withdrawn',
  ])
  expect(await total(b)).toBe(paidNet - 6500)
  await expect(b.stripe.refunds.create({ charge })).rejects.toThrow(/charged back/)
  await answered(b, inquiry, 'winning_evidence')
  b.account.advance(5)
  expect((await b.stripe.disputes.retrieve(inquiry.id)).status).toBe('won')
  expect(await total(b)).toBe(paidNet)
})

test('an inquiry that is answered well ends, and its charge can be refunded', async () => {
  const b = await bench()
  const { charge, disputes } = await disputed(b, 'pm_card_createDisputeInquiry')
  await answered(b, the(disputes), 'winning_evidence')
  b.account.advance(5)
  expect((await b.stripe.disputes.retrieve(the(disputes).id)).status).toBe('warning_closed')
  expect(await b.stripe.refunds.create({ charge })).toMatchObject({ status: 'succeeded' })
})

test('one charge is disputed more than once', async () => {
  const b = await bench()
  const { disputes } = await disputed(b, 'pm_card_createMultipleDisputes')
  expect(disputes.map(({ amount }) => amount)).toEqual([2500, 2500])
  expect(await total(b)).toBe(paidNet - 5000 - 2 * 1500)
})

test('a debit is disputed, too', async () => {
  const b = await bench()
  const method = await b.stripe.paymentMethods.create({
    type: 'us_bank_account',
    us_bank_account: { account_number: '000555555559', routing_number: '110000000' },
    billing_details: { name: 'A' },
  })
  const intent = await b.stripe.paymentIntents.create({
    amount: 5000,
    currency: 'usd',
    confirm: true,
    payment_method: method.id,
  })
  expect(intent.status).toBe('processing')
  b.account.advance(1)
  expect((await b.stripe.disputes.list({ payment_intent: intent.id })).data).toMatchObject([
    { status: 'needs_response', reason: 'fraudulent' },
  ])
})

test('an early fraud warning, which a refund settles', async () => {
  const b = await bench()
  const { charge } = await disputed(b, 'pm_card_createIssuerFraudRecord')
  const warning = the((await b.stripe.radar.earlyFraudWarnings.list({ charge })).data)
  expect(warning).toMatchObject({ actionable: true, charge })
  await b.stripe.refunds.create({ charge })
  expect((await b.stripe.radar.earlyFraudWarnings.retrieve(warning.id)).actionable).toBe(false)
  expect(b.types()).toContain('radar.early_fraud_warning.created')
  expect(b.types()).toContain('radar.early_fraud_warning.updated')
})
