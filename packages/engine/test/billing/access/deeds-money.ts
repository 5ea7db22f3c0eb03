// Owns the deeds of money: cards, open invoices, refunds and disputes.
import fc from 'fast-check'
import type Stripe from 'stripe'
import { idOf } from '../flows/flow.ts'
import { chargeOf } from '../year-subscriber.ts'
import { card, deed, onOne, update, which } from './deed.ts'
import type { Life } from './life.ts'

const INVOICE_ENDS = {
  pays: (stripe, id) => stripe.invoices.pay(id),
  'pays elsewhere': (stripe, id) => stripe.invoices.pay(id, { paid_out_of_band: true }),
  'is let off': (stripe, id) => stripe.invoices.voidInvoice(id),
  'is given up': (stripe, id) => stripe.invoices.markUncollectible(id),
} as const satisfies Readonly<Record<string, (stripe: Stripe, id: string) => Promise<unknown>>>
const invoiceEnds = Object.keys(INVOICE_ENDS) as (keyof typeof INVOICE_ENDS)[]

export const MONEY = [
  onOne('takes the card', { card }, async (life, subscription, { card: method }) => {
    const customer = idOf(subscription.customer)
    const { id } = await life.stripe.paymentMethods.attach(method, { customer })
    return update(life, subscription, { default_payment_method: id })
  }),
  onOne(
    'settles the open invoice',
    { how: fc.constantFrom(...invoiceEnds) },
    async ({ stripe }, { id: subscription }, { how }) => {
      const { data } = await stripe.invoices.list({ subscription, status: 'open' })
      const id = data[0]?.id
      if (id === undefined) return false
      await INVOICE_ENDS[how](stripe, id)
      return true
    },
  ),
  onOne(
    'gets money back for an invoice',
    { newest: fc.nat({ max: 2 }), share: fc.constantFrom(1, 1, 0.4) },
    async (life, { id: subscription }, { newest, share }) => {
      const { data } = await life.stripe.invoices.list({ subscription, status: 'paid' })
      const invoice = data[newest % Math.max(1, data.length)]
      return refund(
        life,
        invoice === undefined ? null : await chargeOf(life.stage, invoice.id ?? ''),
        share,
      )
    },
  ),
  deed(
    'gets money back for an order',
    { which, share: fc.constantFrom(1, 1, 0.4) },
    async (life, { which: n, share }) => {
      const sale = life.sales[n % Math.max(1, life.sales.length)]
      if (sale === undefined) return false
      const { payment_intent: intent } = await life.stripe.checkout.sessions.retrieve(
        sale.sessionId,
        {
          expand: ['payment_intent.latest_charge'],
        },
      )
      const charge = intent === null || typeof intent === 'string' ? null : intent.latest_charge
      return refund(life, charge === null || typeof charge === 'string' ? null : charge, share)
    },
  ),
  deed(
    'answers a dispute',
    {
      which,
      how: fc.constantFrom('winning_evidence', 'losing_evidence', 'escalate_inquiry_evidence'),
    },
    async ({ stripe, stage }, { which: n, how }) => {
      const { data } = await stripe.disputes.list({ limit: 10 })
      const dispute = data[n % Math.max(1, data.length)]
      if (dispute === undefined) return false
      await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: how } })
      stage.account.advance(5)
      return true
    },
  ),
] as const

async function refund(life: Life, charge: Stripe.Charge | null, share: number): Promise<boolean> {
  if (charge === null) return false
  const amount = Math.max(10, Math.floor((charge.amount - charge.amount_refunded) * share))
  await life.stripe.refunds.create({ charge: charge.id, amount })
  return true
}
