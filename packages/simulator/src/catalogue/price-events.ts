/** Tells of a price: a recurring one is a plan as well, and Stripe tells of both. */
import type { Plan, Price } from '../account/tables.ts'
import { previousAttributes, type Transaction } from '../account/transaction.ts'

export function tellNewPrice(tx: Transaction, price: Price): void {
  if (price.recurring) tx.emit('plan.created', planOf(price))
  tx.emit('price.created', price)
}

/** Nothing when nothing changed. */
export function tellChangedPrice(tx: Transaction, before: Price, after: Price): void {
  const previous = previousAttributes(before, after)
  if (!previous) return
  const ofPlan = after.recurring ? previousAttributes(planOf(before), planOf(after)) : undefined
  if (ofPlan) tx.emit('plan.updated', planOf(after), ofPlan)
  tx.emit('price.updated', after, previous)
}

/** The recurring price as older integrations see it. */
export function planOf(price: Price): Plan {
  const { recurring } = price
  if (!recurring) throw new Error(`The price ${price.id} is not recurring, and no plan.`)
  return {
    id: price.id,
    object: 'plan',
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: price.billing_scheme,
    created: price.created,
    currency: price.currency,
    interval: recurring.interval,
    interval_count: recurring.interval_count,
    livemode: false,
    metadata: price.metadata,
    meter: recurring.meter,
    nickname: price.nickname,
    product: price.product,
    ...(price.tiers ? { tiers: price.tiers } : {}),
    tiers_mode: price.tiers_mode,
    transform_usage: price.transform_quantity,
    trial_period_days: recurring.trial_period_days,
    usage_type: recurring.usage_type,
  }
}
