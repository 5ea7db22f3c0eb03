/**
 * What a phase makes of its subscription. A phase says everything anew: its own value counts, or else that of the
 * schedule's default settings, or else none; only metadata is added to what there is.
 *
 * What a phase names can be gone by the time that it begins. Stripe documents no refusal for it, so that nothing stands
 * still: a coupon, promotion code or discount that cannot be redeemed any more is left out, and a payment method that is
 * not the customer's any more gives way to the default. Where the items themselves cannot be had (a price is gone, the
 * customer has come to be billed in another currency), a schedule that has not begun is canceled, and one that has
 * lets go of its subscription. A customer who is deleted takes schedules along, as Stripe says of their subscriptions.
 */
import type { Subscription, SubscriptionSchedule } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { isRedeemable } from '../catalogue/discounts.ts'
import { StripeError } from '../http/errors.ts'
import { type CreateParams, requireCreatable } from '../subscriptions/create.ts'
import type { ItemChange } from '../subscriptions/item-changes.ts'
import type { DiscountChoice } from '../subscriptions/items.ts'
import type { Phase } from './phases.ts'

type Discounts = Phase['discounts']

/** The parameters that make the subscription of the schedule in its first phase. */
export function creationOf(
  tx: Transaction,
  schedule: SubscriptionSchedule,
  phase: Phase,
): CreateParams {
  const { customer, billing_mode: mode } = schedule
  const { description, ...terms } = termsOf(tx, schedule, phase)
  const method = methodOf(tx, schedule, phase)
  const { custom_fields, description: memo, footer } = invoiceTermsOf(schedule, phase)
  return {
    customer,
    ...terms,
    ...(description === null ? {} : { description }),
    ...(method === null ? {} : { default_payment_method: method }),
    billing_mode: { type: mode.type === 'classic' ? 'classic' : 'flexible' },
    invoice_settings: {
      custom_fields,
      ...(memo === null ? {} : { description: memo }),
      ...(footer === null ? {} : { footer }),
    },
    items: itemChanges(tx, schedule, phase),
    ...trialOf(tx, phase),
    proration_behavior: phase.proration_behavior,
  }
}

/** Whether the subscription can be made; when it cannot, nothing has been done. */
export function canStart(tx: Transaction, params: CreateParams): boolean {
  try {
    requireCreatable(tx, params)
    return true
  } catch (error) {
    if (error instanceof StripeError) return false
    throw error
  }
}

/** Whether the subscription can have the items of the phase. */
export function canEnter(tx: Transaction, phase: Phase, subscription: Subscription): boolean {
  const has = (price: string) => subscription.items.data.some((item) => item.price.id === price)
  return (
    phase.currency === subscription.currency &&
    phase.items.every(({ price }) => has(price) || tx.db.find('price', price) !== undefined)
  )
}

/** `present` is what the subscription has of this phase already: discounts that are in it are not redeemed again. */
export function termsOf(
  tx: Transaction,
  { customer, default_settings: settings }: SubscriptionSchedule,
  phase: Phase,
  present?: Phase,
) {
  const method = phase.collection_method ?? settings.collection_method
  const isSent = method === 'send_invoice'
  const due = phase.invoice_settings?.days_until_due ?? settings.invoice_settings.days_until_due
  return {
    collection_method: isSent ? ('send_invoice' as const) : ('charge_automatically' as const),
    ...(isSent && due !== null ? { days_until_due: due } : {}),
    description: phase.description ?? settings.description,
    default_tax_rates: (phase.default_tax_rates ?? []).map(({ id }) => id),
    ...redemption(tx, customer, phase.discounts, present?.discounts),
    ...(phase.metadata ? { metadata: phase.metadata } : {}),
  }
}

export function trialOf(tx: Transaction, { trial_end: end }: Phase): { trial_end?: number } {
  return end !== null && end > tx.now ? { trial_end: end } : {}
}

/** The method of the phase as long as it is the customer's; null where the customer's own default counts. */
export function methodOf(
  tx: Transaction,
  { customer, default_settings: settings }: SubscriptionSchedule,
  { default_payment_method: own }: Phase,
): string | null {
  const isTheirs = (id: string | null) =>
    tx.db.find('payment_method', id ?? '')?.customer === customer
  return [own, settings.default_payment_method].find(isTheirs) ?? null
}

/** How the invoices of the phase are worded. */
export function invoiceTermsOf(
  { default_settings: { invoice_settings: settings } }: SubscriptionSchedule,
  { invoice_settings: own }: Phase,
): Subscription['invoice_settings'] {
  return {
    account_tax_ids: null,
    custom_fields: own?.custom_fields ?? settings.custom_fields,
    description: own?.description ?? settings.description,
    footer: own?.footer ?? settings.footer,
    issuer: { type: 'self' },
  }
}

/** The items of a phase: those of the subscription whose price stays are kept, the others change theirs, come or go. */
export function itemChanges(
  tx: Transaction,
  { customer }: SubscriptionSchedule,
  phase: Phase,
  subscription?: Subscription,
  present?: Phase,
): ItemChange[] {
  const existing = subscription?.items.data ?? []
  const isWanted = (price: string) => phase.items.some((item) => item.price === price)
  const free = existing.filter(({ price }) => !isWanted(price.id))
  const items = phase.items.map((item) => ({
    id: (existing.find(({ price }) => price.id === item.price) ?? free.shift())?.id,
    price: item.price,
    isAgreed: true,
    quantity: item.quantity,
    metadata: item.metadata,
    tax_rates: (item.tax_rates ?? []).map(({ id }) => id),
    ...redemption(
      tx,
      customer,
      item.discounts,
      present?.items.find(({ price }) => price === item.price)?.discounts,
    ),
  }))
  const kept = new Set(items.map(({ id }) => id))
  const gone = existing.filter(({ id }) => !kept.has(id))
  return [...items, ...gone.map(({ id }) => ({ id, deleted: true }))]
}

function redemption(
  tx: Transaction,
  customer: string,
  wanted: Discounts,
  present: Discounts | undefined,
): { discounts?: DiscountChoice[] } {
  if (present && sameChoices(wanted, present)) return {}
  return { discounts: redeemableOf(tx, customer, wanted) }
}

function sameChoices(a: Discounts, b: Discounts): boolean {
  const nameOf = (all: Discounts) =>
    all.map(({ coupon, discount, promotion_code: code }) => discount ?? code ?? coupon).join()
  return nameOf(a) === nameOf(b)
}

function redeemableOf(tx: Transaction, customer: string, choices: Discounts): DiscountChoice[] {
  return choices
    .map(
      ({ coupon, discount, promotion_code }): DiscountChoice => ({
        coupon: coupon ?? undefined,
        discount: discount ?? undefined,
        promotion_code: promotion_code ?? undefined,
      }),
    )
    .filter((choice) => canRedeem(tx, customer, choice))
}

function canRedeem(
  tx: Transaction,
  customer: string,
  { coupon, discount, promotion_code: promotionCode }: DiscountChoice,
): boolean {
  if (discount !== undefined) return tx.db.find('discount', discount) !== undefined
  return isRedeemable(tx, { coupon, promotionCode }, { customer })
}
