// What the tests of invoices share: a customer with a card, a draft over an amount, and the events of one step.
import type Stripe from 'stripe'
import { asRecord, type Bench } from '../support.ts'

export const hour = 60 * 60
export const day = 24 * hour

export interface Payer {
  readonly customer: string
  readonly method: string
}

/** A customer who has the card, and pays by it unless told otherwise. */
export async function payer(
  { stripe }: Bench,
  card = 'pm_card_visa',
  change: Stripe.CustomerCreateParams = {},
): Promise<Payer> {
  const { id: customer } = await stripe.customers.create({ email: 'jenny@example.com', ...change })
  const { id: method } = await stripe.paymentMethods.attach(card, { customer })
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: method } })
  return { customer, method }
}

/** A draft with one item on it. */
export async function draft(
  { stripe }: Bench,
  customer: string,
  amount = 2000,
  change: Stripe.InvoiceCreateParams = {},
): Promise<Stripe.Invoice> {
  await stripe.invoiceItems.create({ customer, amount, currency: 'usd', description: 'Work' })
  return stripe.invoices.create({ customer, pending_invoice_items_behavior: 'include', ...change })
}

export async function openInvoice(
  b: Bench,
  customer: string,
  amount = 2000,
  change: Stripe.InvoiceCreateParams = {},
): Promise<Stripe.Invoice> {
  const { id } = await draft(b, customer, amount, change)
  return b.stripe.invoices.finalizeInvoice(id)
}

/** The events that `step` brings, by type and in order. */
export async function eventsOf(b: Bench, step: () => unknown): Promise<string[]> {
  const before = b.types().length
  await step()
  return b.types().slice(before)
}

/** The newest event of a type. */
export function lastEvent(b: Bench, type: string) {
  const event = b.account
    .events()
    .map(asRecord)
    .filter((one) => one.type === type)
    .at(-1)
  const data = asRecord(event?.data)
  return { object: asRecord(data.object), previous: asRecord(data.previous_attributes) }
}

/** What the call was refused with. */
export async function refusal(call: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await call
  } catch (error) {
    const { statusCode: status, raw } = asRecord(error)
    const { type, code, param, message } = asRecord(raw)
    return { status, type, code, param, message }
  }
  throw new Error('the call was not refused')
}
