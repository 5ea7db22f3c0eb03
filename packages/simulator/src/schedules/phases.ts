/** The phases of a schedule: read from a request, checked, dated one after the other. */
import type { Subscription, SubscriptionSchedule } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { redeemable } from '../catalogue/discounts.ts'
import { badParam, missingParam, notSimulated, refuse } from '../http/errors.ts'
import { inParam } from '../http/route.ts'
import { taxRates } from '../invoicing/invoice-object.ts'
import { checkTogether, type DiscountChoice, nextEnd, quantityOf } from '../subscriptions/items.ts'
import type { Anchor } from '../subscriptions/periods.ts'
import { cadenceOf, recurringPrice } from '../subscriptions/prices.ts'
import { ownMethod } from '../subscriptions/terms.ts'
import { type Billed, phaseEnd, resetsBilling } from './dates.ts'
import type { PhaseEntry } from './params.ts'

export type Phase = SubscriptionSchedule['phases'][number]

const refused = [
  'application_fee_percent',
  'automatic_tax',
  'billing_thresholds',
  'on_behalf_of',
  'transfer_data',
] as const

/** What the phases are for, and where the first of them begins. */
export interface PhasesOf {
  readonly customer: string
  readonly start: number
  readonly anchor: Anchor
  readonly settings: SubscriptionSchedule['default_settings']
  readonly mode: string
  /** The one that the subscription or its customer is billed in already. */
  readonly currency: string | null | undefined
  /** Phases that were agreed on before: what they name is not asked for again, though it may be gone since. */
  readonly agreed?: readonly Phase[]
}

export function readPhases(tx: Transaction, entries: readonly PhaseEntry[], of: PhasesOf): Phase[] {
  const agreed = new Set((of.agreed ?? []).flatMap(namesIn))
  let { start, anchor, currency } = of
  let before: readonly Billed[] = []
  return entries.map((entry, index) => {
    const path = `phases[${index}]`
    const items = readItems(tx, entry, of, agreed, path)
    const [first] = items
    if (!first) throw missingParam(`${path}[items]`)
    currency ??= first.price.currency
    if (first.price.currency !== currency) {
      throw refuse(
        `You cannot combine currencies on a single customer. The items of this phase are in ${first.price.currency} and others in ${currency}.`,
        { param: `${path}[items]` },
      )
    }
    const resets = entry.billing_cycle_anchor ?? of.settings.billing_cycle_anchor
    if (resets === 'phase_start' || resetsBilling(before, items)) anchor = { time: start }
    const end = phaseEnd(tx, entry, { start, anchor }, cadenceOf(first.price), path)
    const trialEnd = trialEndOf(tx, entry, end, path)
    const phase = phaseObject(tx, entry, { of, agreed, items, start, end, trialEnd, path })
    if (trialEnd !== null && trialEnd > start) anchor = { time: trialEnd }
    before = items
    start = end
    return phase
  })
}

interface ReadItem extends Billed {
  readonly item: Phase['items'][number]
  readonly path: string
}

function readItems(
  tx: Transaction,
  entry: PhaseEntry,
  { customer, mode }: PhasesOf,
  agreed: ReadonlySet<string>,
  path: string,
): ReadItem[] {
  const items = entry.items.map((item, index): ReadItem => {
    const at = `${path}[items][${index}]`
    const price = recurringPrice(tx, item, at)
    const quantity = quantityOf(price, item.quantity, at)
    return {
      price,
      quantity,
      path: at,
      item: {
        billing_thresholds: null,
        discounts: readDiscounts(tx, item.discounts, customer, agreed, at),
        metadata: { ...item.metadata },
        plan: price.id,
        price: price.id,
        ...(quantity === undefined ? {} : { quantity }),
        tax_rates: taxRates(tx, item.tax_rates ?? [], `${at}[tax_rates]`),
      },
    }
  })
  if (items.length > 0) checkTogether(items, mode)
  return items
}

interface Dated {
  readonly of: PhasesOf
  readonly agreed: ReadonlySet<string>
  readonly items: readonly ReadItem[]
  readonly start: number
  readonly end: number
  readonly trialEnd: number | null
  readonly path: string
}

function phaseObject(
  tx: Transaction,
  entry: PhaseEntry,
  { of, agreed, items, start, end, trialEnd, path }: Dated,
): Phase {
  for (const name of refused) {
    if (entry[name] !== undefined) throw notSimulated(`'${name}' of phases`, `${path}[${name}]`)
  }
  if (entry.add_invoice_items && entry.add_invoice_items.length > 0) {
    throw notSimulated('one-time items of phases', `${path}[add_invoice_items]`)
  }
  const method = entry.default_payment_method ?? null
  if (method !== null && !agreed.has(method)) {
    ownMethod(tx, of.customer, method, `${path}[default_payment_method]`)
  }
  const phase: Phase = {
    add_invoice_items: [],
    application_fee_percent: null,
    billing_cycle_anchor: entry.billing_cycle_anchor ?? null,
    billing_thresholds: null,
    collection_method: entry.collection_method ?? null,
    currency: items[0]?.price.currency ?? '',
    default_payment_method: method,
    default_tax_rates: taxRates(tx, entry.default_tax_rates ?? [], `${path}[default_tax_rates]`),
    description: entry.description ?? null,
    discounts: readDiscounts(tx, entry.discounts, of.customer, agreed, path),
    end_date: end,
    invoice_settings: invoiceSettings(entry, path),
    items: items.map(({ item }) => item),
    metadata: { ...entry.metadata },
    on_behalf_of: null,
    proration_behavior: entry.proration_behavior ?? 'create_prorations',
    start_date: start,
    transfer_data: null,
    trial_end: trialEnd,
  }
  requireDueDays(phase, of.settings, `${path}[invoice_settings][days_until_due]`)
  return phase
}

/** An invoice that is sent has a due date. */
function requireDueDays(phase: Phase, settings: PhasesOf['settings'], param: string): void {
  const method = phase.collection_method ?? settings.collection_method
  const days = phase.invoice_settings?.days_until_due ?? settings.invoice_settings.days_until_due
  if (method === 'send_invoice' && days === null) throw missingParam(param)
}

function trialEndOf(
  tx: Transaction,
  { trial, trial_end: given }: PhaseEntry,
  end: number,
  path: string,
): number | null {
  if (trial === true && given !== undefined) {
    throw refuse('You may only specify one of these parameters: trial, trial_end.', {
      code: 'parameters_exclusive',
      param: `${path}[trial_end]`,
    })
  }
  if (trial === true) return end
  const trialEnd = given === 'now' ? tx.now : (given ?? null)
  if (trialEnd === null || trialEnd <= end) return trialEnd
  throw badParam('The trial of a phase must end before the phase does.', `${path}[trial_end]`)
}

/** Checks what a later phase will redeem as far as that can be known now. */
function readDiscounts(
  tx: Transaction,
  entries: readonly DiscountChoice[] | null | undefined,
  customer: string,
  agreed: ReadonlySet<string>,
  path: string,
): Phase['discounts'] {
  return (entries ?? []).map(({ coupon, discount, promotion_code }, index) => {
    const at = `${path}[discounts][${index}]`
    const name = discount ?? promotion_code ?? coupon
    if (name === undefined) throw missingParam(`${at}[coupon]`)
    if (!agreed.has(name)) {
      const params = { coupon: `${at}[coupon]`, promotionCode: `${at}[promotion_code]` }
      if (discount !== undefined) inParam(tx, 'discount', discount, `${at}[discount]`)
      else redeemable(tx, { coupon, promotionCode: promotion_code, params }, { customer })
    }
    return {
      coupon: coupon ?? null,
      discount: discount ?? null,
      promotion_code: promotion_code ?? null,
    }
  })
}

/** What else can be gone when a phase begins. */
function namesIn({ discounts, items, default_payment_method: method }: Phase): string[] {
  const all = [...discounts, ...items.flatMap((item) => item.discounts)]
  return [method, ...all.flatMap((one) => [one.coupon, one.discount, one.promotion_code])].filter(
    (name) => typeof name === 'string',
  )
}

function invoiceSettings(
  { invoice_settings: given }: PhaseEntry,
  path: string,
): Phase['invoice_settings'] {
  if (!given) return null
  refuseInvoiceTerms(given, path)
  return {
    account_tax_ids: null,
    custom_fields: given.custom_fields ?? null,
    days_until_due: given.days_until_due ?? null,
    description: given.description ?? null,
    footer: given.footer ?? null,
    issuer: null,
  }
}

/** Terms of invoices that are not simulated, in a phase or the default settings. */
export function refuseInvoiceTerms(given: PhaseEntry['invoice_settings'], path: string): void {
  const at = `${path}[invoice_settings]`
  if (given?.account_tax_ids && given.account_tax_ids.length > 0) {
    throw notSimulated('account tax ids', `${at}[account_tax_ids]`)
  }
  if (given?.issuer?.type === 'account') {
    throw notSimulated('invoices of connected accounts', `${at}[issuer]`)
  }
}

/** The phase that a subscription without a schedule is in. */
export function presentPhase(of: Subscription): Phase {
  const named = (discount: string) => ({ coupon: null, discount, promotion_code: null })
  return {
    add_invoice_items: [],
    application_fee_percent: null,
    billing_cycle_anchor: null,
    billing_thresholds: null,
    collection_method: of.collection_method,
    currency: of.currency,
    default_payment_method: of.default_payment_method,
    default_tax_rates: of.default_tax_rates ?? [],
    description: of.description,
    discounts: of.discounts.map(named),
    end_date: nextEnd(of),
    invoice_settings: null,
    items: of.items.data.map((item) => ({
      billing_thresholds: null,
      discounts: item.discounts.map(named),
      metadata: item.metadata,
      plan: item.price.id,
      price: item.price.id,
      ...(item.quantity === undefined ? {} : { quantity: item.quantity }),
      tax_rates: item.tax_rates,
    })),
    metadata: {},
    on_behalf_of: null,
    proration_behavior: 'create_prorations',
    start_date: Math.min(...of.items.data.map((item) => item.current_period_start)),
    transfer_data: null,
    trial_end: of.status === 'trialing' ? of.trial_end : null,
  }
}
