/** The life of a quote: drafted, open, accepted into what it offers, or canceled. */
import type { Quote } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { missingParam, notSimulated, refuse } from '../http/errors.ts'
import { draftInvoice } from '../invoicing/draft.ts'
import { quoteParent } from '../invoicing/entry.ts'
import { createSubscription } from '../subscriptions/create.ts'
import { choicesOf } from './offers.ts'

/** Every quote of the sequence `QT-XXXXXXXX-0001`. */
function nextNumber(tx: Transaction, quote: Quote): string {
  const prefix =
    tx.db.find('customer', quote.customer ?? '')?.invoice_prefix ?? tx.newId('', 8).toUpperCase()
  const count = tx.db
    .where('quote', 'customer', quote.customer)
    .filter((one) => one.number !== null)
  return `QT-${prefix}-${String(count.length + 1).padStart(4, '0')}-1`
}

function requireStatus(quote: Quote, statuses: readonly string[], verb: string): void {
  if (statuses.includes(quote.status)) return
  throw refuse(`This quote cannot be ${verb} because it is ${quote.status}.`, {
    code: 'quote_unexpected_state',
  })
}

export function requireDraft(quote: Quote): void {
  requireStatus(quote, ['draft'], 'updated')
}

export function finalize(tx: Transaction, before: Quote, expiresAt: number | undefined): Quote {
  requireStatus(before, ['draft'], 'finalized')
  if (before.customer === null) throw missingParam('customer')
  const own = inTimeOf(tx, before.customer)
  const quote = own.db.put('quote', {
    ...before,
    expires_at: expiresAt ?? before.expires_at,
    number: nextNumber(own, before),
    status: 'open',
    status_transitions: { ...before.status_transitions, finalized_at: own.now },
  })
  own.emit('quote.finalized', quote)
  const left = Math.max(quote.expires_at - own.now, 0)
  own.schedule(left * 1000, { kind: 'expire_quote', quoteId: quote.id })
  return quote
}

export function cancel(tx: Transaction, before: Quote): Quote {
  requireStatus(before, ['draft', 'open'], 'canceled')
  const own = inTimeOf(tx, before.customer)
  const quote = own.db.put('quote', {
    ...before,
    status: 'canceled',
    status_transitions: { ...before.status_transitions, canceled_at: own.now },
  })
  own.emit('quote.canceled', quote)
  return quote
}

/** Nobody accepted it in time. */
export function expireQuote(tx: Transaction, id: string): void {
  const quote = tx.db.find('quote', id)
  if (quote?.status !== 'open' || quote.expires_at > inTimeOf(tx, quote.customer).now) return
  cancel(tx, quote)
}

export function accept(tx: Transaction, before: Quote): Quote {
  requireStatus(before, ['open'], 'accepted')
  const own = inTimeOf(tx, before.customer)
  const made = offer(own, before)
  const quote = own.db.put('quote', {
    ...before,
    ...made,
    status: 'accepted',
    status_transitions: { ...before.status_transitions, accepted_at: own.now },
  })
  own.emit('quote.accepted', quote)
  return quote
}

/** What was offered: a subscription where something recurs, otherwise an invoice; either begins with a draft. */
function offer(tx: Transaction, quote: Quote): Pick<Quote, 'invoice' | 'subscription'> {
  const { lines = [], offers = {} } = tx.db.find('quote_secret', quote.id) ?? {}
  const customer = quote.customer ?? ''
  const recurs = (id: string) => tx.db.find('price', id)?.recurring !== null
  const entries = lines.map(({ price, quantity, taxRates, discounts }) => ({
    price,
    isAgreed: true,
    quantity,
    ...(taxRates.length > 0 ? { tax_rates: [...taxRates] } : {}),
    discounts: choicesOf(discounts, offers),
  }))
  const discounts = choicesOf(quote.discounts, offers)
  const method =
    quote.collection_method === 'send_invoice' ? 'send_invoice' : 'charge_automatically'
  const { invoice_settings: settings } = quote
  const { days_until_due: due } = settings
  if (!entries.some(({ price }) => recurs(price))) {
    const invoice = draftInvoice(tx, {
      customer,
      currency: quote.currency ?? 'usd',
      collectionMethod: method,
      daysUntilDue: due ?? undefined,
      billingReason: 'quote_accept',
      parent: quoteParent(quote.id),
      autoAdvance: true,
      description: settings.description,
      more: {
        ...(settings.custom_fields ? { custom_fields: settings.custom_fields } : {}),
        ...(settings.footer === null ? {} : { footer: settings.footer }),
      },
      metadata: quote.metadata,
      discounts,
      defaultTaxRates: quote.default_tax_rates ?? [],
      lines: lines.map((line) => ({
        price: line.price,
        quantity: line.quantity,
        description: nameOf(tx, line.price),
        period: { start: tx.now, end: tx.now },
        discounts: choicesOf(line.discounts, offers),
        ...(line.taxRates.length > 0 ? { taxRates: line.taxRates } : {}),
      })),
    })
    return { invoice: invoice.id, subscription: null }
  }
  const {
    billing_mode: mode,
    description,
    effective_date,
    metadata,
    trial_period_days,
  } = quote.subscription_data
  if (effective_date !== null) throw notSimulated('quotes that take effect later')
  const subscription = createSubscription(
    tx,
    {
      customer,
      items: entries.filter(({ price }) => recurs(price)),
      add_invoice_items: entries.filter(({ price }) => !recurs(price)),
      collection_method: method,
      ...(due === null ? {} : { days_until_due: due }),
      default_tax_rates: quote.default_tax_rates ?? [],
      discounts,
      metadata: metadata ?? {},
      billing_mode: { type: mode.type === 'classic' ? 'classic' : 'flexible' },
      invoice_settings: {
        custom_fields: settings.custom_fields,
        ...(settings.description === null ? {} : { description: settings.description }),
        ...(settings.footer === null ? {} : { footer: settings.footer }),
      },
      ...(description === null ? {} : { description }),
      ...(trial_period_days === null ? {} : { trial_period_days }),
    },
    (draft) => draft,
  )
  return { invoice: subscription.latest_invoice, subscription: subscription.id }
}

function nameOf(tx: Transaction, price: string): string | null {
  return tx.db.find('product', tx.db.find('price', price)?.product ?? '')?.name ?? null
}
