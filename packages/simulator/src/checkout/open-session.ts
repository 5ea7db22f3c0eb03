/** Opens sessions for buyers who come without one: by a payment link, or back to a session that expired. */

import type { PaymentLink, Session } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { StripeError } from '../http/errors.ts'
import type { Account } from '../world/account.ts'
import { createSession } from './create-session.ts'
import type { SessionParams } from './session-params.ts'

export type Opened =
  | { readonly ok: true; readonly session: Session }
  /** What the buyer is told instead. */
  | { readonly ok: false; readonly message: string }

const inactive = 'This link is no longer active.'

/** `reference` is the merchant's own, which the link's address may carry. */
export function openPaymentLink(account: Account, id: string, reference?: string): Opened {
  account.catchUp()
  const link = account.db.find('payment_link', id)
  if (!link) return { ok: false, message: 'There is no such link.' }
  const limit = link.restrictions?.completed_sessions
  if (!link.active || (limit && limit.count >= limit.limit)) {
    return { ok: false, message: link.inactive_message ?? inactive }
  }
  return open(account, (tx) => {
    const params = paramsOf(tx, link)
    const known = reference === undefined ? {} : { client_reference_id: reference }
    return createSession(tx, { ...params, ...known }, { paymentLink: id })
  })
}

/** The same order anew; the old session stays expired. */
export function recoverSession(account: Account, id: string): Opened {
  account.catchUp()
  const session = account.db.find('session', id)
  const asked = account.db.find('session_secret', id)?.asked
  const recovery = session?.after_expiration?.recovery
  if (!session || !asked || !recovery?.url || (recovery.expires_at ?? 0) <= account.now()) {
    return { ok: false, message: inactive }
  }
  const { expires_at: _, discounts, ...again } = asked
  const codes = recovery.allow_promotion_codes && discounts === undefined
  const params: SessionParams = {
    ...again,
    ...(discounts === undefined ? {} : { discounts }),
    ...(codes ? { allow_promotion_codes: true } : {}),
  }
  return open(account, (tx) => createSession(tx, params, { recoveredFrom: id }))
}

function open(account: Account, create: (tx: Transaction) => Session): Opened {
  try {
    return { ok: true, session: account.transact(null, create) }
  } catch (error) {
    if (error instanceof StripeError) return { ok: false, message: error.message }
    throw error
  }
}

function paramsOf(tx: Transaction, link: PaymentLink): SessionParams {
  const lines = tx.db.find('payment_link_secret', link.id)?.lineItems ?? []
  const redirect = link.after_completion.redirect?.url
  const isSubscription = lines.some((line) => line.price?.recurring)
  return {
    mode: isSubscription ? 'subscription' : 'payment',
    line_items: lines.map(({ price, quantity, adjustable_quantity: adjustable }) => ({
      price: price?.id ?? '',
      ...(quantity === null ? {} : { quantity }),
      ...(adjustable
        ? {
            adjustable_quantity: {
              enabled: adjustable.enabled,
              ...(adjustable.maximum === null ? {} : { maximum: adjustable.maximum }),
              ...(adjustable.minimum === null ? {} : { minimum: adjustable.minimum }),
            },
          }
        : {}),
    })),
    ...(redirect === undefined ? {} : { success_url: redirect }),
    ...(link.allow_promotion_codes ? { allow_promotion_codes: true } : {}),
    billing_address_collection: link.billing_address_collection,
    ...(isSubscription ? {} : { customer_creation: link.customer_creation }),
    ...(isSubscription && link.subscription_data?.trial_period_days
      ? {
          subscription_data: {
            trial_period_days: link.subscription_data.trial_period_days,
            metadata: link.subscription_data.metadata,
          },
        }
      : {}),
    ...(link.payment_method_types ? { payment_method_types: link.payment_method_types } : {}),
    phone_number_collection: link.phone_number_collection,
    ...(link.shipping_address_collection
      ? { shipping_address_collection: link.shipping_address_collection }
      : {}),
    metadata: link.metadata,
  }
}
