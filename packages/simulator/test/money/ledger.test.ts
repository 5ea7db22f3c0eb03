// Goal: whatever happens to payments, refunds, disputes, payouts and top-ups, the balance is the sum of the ledger.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Bench, bench } from '../support.ts'

const cards = [
  'pm_card_visa',
  'pm_card_bypassPending',
  'pm_card_chargeDeclined',
  'pm_card_refundFail',
  'pm_card_pendingRefund',
  'pm_card_createDispute',
  'pm_card_createDisputeInquiry',
  'pm_card_createMultipleDisputes',
]
const evidence = ['winning_evidence', 'losing_evidence', 'escalate_inquiry_evidence', 'else']

type Step = (b: Bench, pick: number, amount: number) => Promise<unknown>

const steps: Readonly<Record<string, Step>> = {
  pay: (b, pick, amount) =>
    b.stripe.paymentIntents.create({
      amount,
      currency: pick % 3 === 0 ? 'eur' : 'usd',
      confirm: true,
      payment_method: cards[pick % cards.length] ?? '',
    }),
  async hold(b, pick, amount) {
    const { id } = await b.stripe.paymentIntents.create({
      amount,
      currency: 'usd',
      capture_method: 'manual',
      confirm: true,
      payment_method: 'pm_card_visa',
    })
    if (pick % 2 === 0) return b.stripe.paymentIntents.cancel(id)
    const amount_to_capture = Math.max(1, amount >> 1)
    return b.stripe.paymentIntents.capture(id, { amount_to_capture })
  },
  async refund(b, pick, amount) {
    const charges = (await b.stripe.charges.list({ limit: 20 })).data
    const charge = charges[pick % Math.max(1, charges.length)]
    if (charge) await b.stripe.refunds.create({ charge: charge.id, amount })
  },
  async answer(b, pick) {
    const disputes = (await b.stripe.disputes.list()).data
    const dispute = disputes[pick % Math.max(1, disputes.length)]
    const uncategorized_text = evidence[pick % evidence.length] ?? ''
    if (dispute) await b.stripe.disputes.update(dispute.id, { evidence: { uncategorized_text } })
  },
  payOut: (b, pick, amount) =>
    b.stripe.payouts.create({
      amount,
      currency: 'usd',
      ...(pick % 2 === 0 ? { destination: 'btok_us_verified_noAccount' } : {}),
    }),
  topUp: (b, _pick, amount) => b.stripe.topups.create({ amount, currency: 'usd' }),
  wait: async (b, pick) => b.account.advance(1 + pick * 3600),
}

async function sums(b: Bench): Promise<{ ledger: object; balance: object }> {
  const ledger: Record<string, number> = {}
  for await (const { currency, net } of b.stripe.balanceTransactions.list({ limit: 100 })) {
    ledger[currency] = (ledger[currency] ?? 0) + net
  }
  const { available, pending } = await b.stripe.balance.retrieve()
  const balance: Record<string, number> = {}
  for (const { currency, amount } of [...available, ...pending]) {
    balance[currency] = (balance[currency] ?? 0) + amount
  }
  return { ledger, balance }
}

const history = fc.array(
  fc.record({
    step: fc.constantFrom(...Object.keys(steps)),
    pick: fc.nat({ max: 40 }),
    amount: fc.integer({ min: 100, max: 20_000 }),
  }),
  { minLength: 5, maxLength: 25 },
)

test('after random histories', { timeout: 60_000 }, async () => {
  const b = await bench()
  await fc.assert(
    fc.asyncProperty(history, async (acts) => {
      b.simulator.reset()
      await b.stripe.topups.create({ amount: 500, currency: 'usd' })
      for (const { step, pick, amount } of acts) {
        // Many acts are refused where they come: that changes no money either.
        await steps[step]?.(b, pick, amount).catch((error: { type?: string }) => {
          expect(['StripeCardError', 'StripeInvalidRequestError']).toContain(error.type)
        })
        const { ledger, balance } = await sums(b)
        expect(balance).toEqual({ usd: 0, ...ledger })
      }
    }),
    { numRuns: 12, seed: 7 },
  )
})

test('the money of a card waits for days, and the clock brings it', async () => {
  const b = await bench()
  await b.stripe.paymentIntents.create({
    amount: 2000,
    currency: 'usd',
    confirm: true,
    payment_method: 'pm_card_visa',
  })
  const [row] = (await b.stripe.balanceTransactions.list()).data
  expect(row).toMatchObject({ status: 'pending', fee: 88, net: 1912, reporting_category: 'charge' })
  const available = async () => (await b.stripe.balance.retrieve()).available[0]?.amount
  expect(await available()).toBe(0)
  b.account.advance((row?.available_on ?? 0) - b.account.now() - 1)
  expect(await available()).toBe(0)
  b.account.advance(1)
  expect(await available()).toBe(1912)
  expect(b.types().filter((type) => type === 'balance.available')).toHaveLength(1)
  expect((await b.stripe.balanceTransactions.retrieve(row?.id ?? '')).status).toBe('available')
})
