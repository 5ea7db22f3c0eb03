/** What a cardholder or a card may be used for, and whether a purchase stays within it. */
import type { IssuingAuthorization, IssuingCard } from '../account/tables-platform.ts'
import type { Transaction } from '../account/transaction.ts'

type Controls = IssuingCard['spending_controls']
type Limit = NonNullable<Controls['spending_limits']>[number]

interface ControlsEntry extends Partial<Omit<Controls, 'spending_limits'>> {
  readonly spending_limits?: readonly (Omit<Limit, 'categories'> & Partial<Limit>)[] | null
}

export function spendingControls(entry: ControlsEntry | undefined): Controls {
  const limits = entry?.spending_limits ?? []
  return {
    allowed_card_presences: entry?.allowed_card_presences ?? null,
    allowed_categories: entry?.allowed_categories ?? null,
    allowed_merchant_countries: entry?.allowed_merchant_countries ?? null,
    blocked_card_presences: entry?.blocked_card_presences ?? null,
    blocked_categories: entry?.blocked_categories ?? null,
    blocked_merchant_countries: entry?.blocked_merchant_countries ?? null,
    spending_limits: limits.map((limit) => ({ ...limit, categories: limit.categories ?? null })),
    spending_limits_currency: entry?.spending_limits_currency ?? null,
  }
}

export function isWithin(
  tx: Transaction,
  controls: Controls,
  purchase: IssuingAuthorization,
  earlier: readonly IssuingAuthorization[],
): boolean {
  const { category, country } = purchase.merchant_data
  const permits = (value: string | null, allowed: string[] | null, blocked: string[] | null) =>
    (!allowed?.length || allowed.includes(value ?? '')) && !blocked?.includes(value ?? '')
  return (
    permits(category, controls.allowed_categories, controls.blocked_categories) &&
    permits(country, controls.allowed_merchant_countries, controls.blocked_merchant_countries) &&
    permits(
      purchase.card_presence,
      controls.allowed_card_presences,
      controls.blocked_card_presences,
    ) &&
    (controls.spending_limits ?? []).every((limit) => spent(tx, limit, purchase, earlier))
  )
}

function spent(
  tx: Transaction,
  limit: Limit,
  purchase: IssuingAuthorization,
  earlier: readonly IssuingAuthorization[],
): boolean {
  const counts = ({ merchant_data }: IssuingAuthorization) =>
    !limit.categories?.length ||
    limit.categories.some((category) => category === merchant_data.category)
  if (!counts(purchase)) return true
  const since = startOf(limit.interval, tx.now)
  const sum = earlier
    .filter((row) => row.approved && row.created >= since && counts(row))
    .reduce((total, row) => total + row.amount, 0)
  return sum + (purchase.pending_request?.amount ?? purchase.amount) <= limit.amount
}

/** Stripe counts in UTC; weeks begin on Sunday. */
function startOf(interval: Limit['interval'], now: number): number {
  const day = new Date(now * 1000)
  const [year, month, date] = [day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate()]
  const starts: Readonly<Record<string, number>> = {
    daily: Date.UTC(year, month, date),
    weekly: Date.UTC(year, month, date - day.getUTCDay()),
    monthly: Date.UTC(year, month),
    yearly: Date.UTC(year, 0),
    all_time: 0,
  }
  // What remains is `per_authorization`: nothing earlier counts.
  return (starts[interval] ?? Number.POSITIVE_INFINITY) / 1000
}
