/** Fields that are absent until `expand` asks for them, and how each is made. */
import type { Store } from '../account/store.ts'
import { page } from './route.ts'

export type Include = (object: Record<string, unknown>, db: Store) => unknown

/** By object, then by the field's path inside it. */
export const includes: Readonly<Record<string, Readonly<Record<string, Include>>>> = {
  // Shown unasked, too; its path has no id of its own to look it up by.
  'billing_portal.configuration': {
    'features.subscription_update.products': ({ products }) => products ?? null,
  },
  'checkout.session': {
    line_items: ({ id }, db) => {
      const rows = db.find('session_secret', String(id))?.lineItems ?? []
      return page(rows, `/v1/checkout/sessions/${String(id)}/line_items`, {})
    },
  },
  charge: {
    refunds: ({ id }, db) =>
      page(db.where('refund', 'charge', String(id)), `/v1/charges/${String(id)}/refunds`, {}),
  },
  customer: {
    sources: ({ id }, db) =>
      page(db.where('card', 'customer', String(id)), `/v1/customers/${String(id)}/sources`, {}),
    subscriptions: ({ id }, db) =>
      page(
        db.where('subscription', 'customer', String(id)).filter((s) => s.status !== 'canceled'),
        `/v1/customers/${String(id)}/subscriptions`,
        {},
      ),
    tax_ids: ({ id }, db) =>
      page(db.where('tax_id', 'customer', String(id)), `/v1/customers/${String(id)}/tax_ids`, {}),
    tax: ({ id }, db) => db.find('customer', String(id))?.tax,
  },
  invoice: {
    confirmation_secret: ({ id }, db) => {
      const rows = db.where('invoice_payment', 'invoice', String(id))
      const link = rows.find((row) => row.is_default)?.payment.payment_intent
      const secret = db.find('payment_intent', link ?? '')?.client_secret
      return secret ? { client_secret: secret, type: 'payment_intent' } : null
    },
    payments: ({ id }, db) =>
      page(
        db.where('invoice_payment', 'invoice', String(id)),
        `/v1/invoice_payments?invoice=${String(id)}`,
        {},
      ),
  },
  coupon: {
    applies_to: ({ id }, db) => db.find('coupon', String(id))?.applies_to,
    currency_options: ({ id }, db) => db.find('coupon', String(id))?.currency_options,
  },
  payment_link: {
    line_items: ({ id }, db) => {
      const rows = db.find('payment_link_secret', String(id))?.lineItems ?? []
      return page(rows, `/v1/payment_links/${String(id)}/line_items`, {})
    },
  },
  plan: { tiers: ({ id }, db) => db.find('price', String(id))?.tiers },
  'issuing.card': {
    cvc: ({ id }, db) => db.find('issuing_card_secret', String(id))?.cvc,
    number: ({ id }, db) => db.find('issuing_card_secret', String(id))?.number,
  },
  quote: {
    line_items: ({ id }, db) => {
      const rows = db.find('quote_secret', String(id))?.lineItems ?? []
      return page(rows, `/v1/quotes/${String(id)}/line_items`, {})
    },
  },
  price: {
    currency_options: ({ id }, db) => db.find('price', String(id))?.currency_options,
    tiers: ({ id }, db) => db.find('price', String(id))?.tiers,
  },
}
