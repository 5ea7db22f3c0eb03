// Owns the check of catalogue and billing at start: unknown names, bad values, and what is ambiguous.
import {
  type AccessPolicies,
  type BillingOptions,
  boundsOf,
  type CatalogueItem,
  type CatalogueItems,
  DEFAULT_BILLING,
  DEFAULT_POLICIES,
  groupOf,
  type Interval,
  type ItemDefinition,
  isPlan,
  type OneTimeItem,
  type PlanItem,
} from '../catalogue.ts'
import { assertKnown, assertOneOf, assertText, assertWhole, type Bounds, refuse } from './known.ts'

/** Inclusive; docs/reference/ is generated from these two tables. */
export const POLICY_BOUNDS = {
  pastDueGraceDays: [0, 365],
} as const satisfies { readonly [Name in keyof AccessPolicies]?: Bounds }

export const ITEM_BOUNDS = {
  // Stripe's own limit of a trial.
  trialDays: [1, 730],
  accessDays: [1, 36_500],
} as const satisfies { readonly [name: string]: Bounds }

/** Stripe lets a price recur after three years at most. */
const INTERVAL_COUNT_MAX: Readonly<Record<Interval, number>> = {
  day: 1_095,
  week: 156,
  month: 36,
  year: 3,
}

/** Stripe's amounts have at most 12 digits. */
const AMOUNT: Bounds = [0, 999_999_999_999]
const QUANTITY_MAX = 999_999
const NAME_CHARACTERS_MAX = 250
const ID_CHARACTERS_MAX = 255
/** Item ids, features and groups: what may stand in a URL, a column and a log line. */
const NAME = /^[\w.:-]{1,100}$/

type Names<T> = { readonly [Key in keyof Required<T>]: true }

const SHARED = {
  kind: true,
  price: true,
  lookupKey: true,
  formerPrices: true,
  quantity: true,
  allow: true,
  features: true,
  policies: true,
  define: true,
  session: true,
} as const

export const ONE_TIME: Names<OneTimeItem> = { ...SHARED, accessDays: true }

export const PLAN: Names<PlanItem> = {
  ...SHARED,
  interval: true,
  intervalCount: true,
  trialDays: true,
  trialEnd: true,
  group: true,
}

const SESSION = {
  allowed_payment_method_types: true,
  automatic_tax: true,
  billing_address_collection: true,
  branding_settings: true,
  locale: true,
  phone_number_collection: true,
} as const

const ONE_TIME_SESSION: Names<NonNullable<OneTimeItem['session']>> = {
  ...SESSION,
  shipping_address_collection: true,
  shipping_options: true,
  submit_type: true,
}

const PLAN_SESSION: Names<NonNullable<PlanItem['session']>> = {
  ...SESSION,
  payment_method_collection: true,
  tax_id_collection: true,
}

const DEFINITION: Names<ItemDefinition> = {
  name: true,
  description: true,
  unitAmount: true,
  currency: true,
}

const ALLOW: Names<NonNullable<CatalogueItem['allow']>> = {
  discount: true,
  tax: true,
  shipping: true,
}

const GROUP: Names<BillingOptions['groups'][string]> = { second: true, trials: true }

/** Policies that are no number, with what each may be. */
export const POLICY_VALUES: {
  readonly [Name in Exclude<keyof AccessPolicies, keyof typeof POLICY_BOUNDS>]: readonly string[]
} = {
  partialRefund: ['keep', 'revoke'],
  fullRefund: ['keep', 'revoke'],
  inquiry: ['keep', 'revoke'],
  chargeback: ['keep', 'revoke'],
  disputeLost: ['keep', 'revoke'],
  canceledNow: ['ends_now', 'paid_through'],
  collectionVoided: ['keep', 'revoke'],
}

function checkPolicies(where: string, policies: Partial<AccessPolicies>): void {
  assertKnown(where, policies, DEFAULT_POLICIES)
  const given = new Map<string, unknown>(Object.entries(policies))
  for (const [name, bounds] of Object.entries(POLICY_BOUNDS)) {
    if (given.get(name) !== undefined) assertWhole(`${where}.${name}`, given.get(name), bounds)
  }
  for (const [name, values] of Object.entries(POLICY_VALUES)) {
    if (given.get(name) !== undefined) assertOneOf(`${where}.${name}`, given.get(name), values)
  }
}

function checkDefinition(where: string, define: ItemDefinition): void {
  assertKnown(where, define, DEFINITION)
  assertText(`${where}.name`, define.name, NAME_CHARACTERS_MAX)
  if (define.description !== undefined) {
    assertText(`${where}.description`, define.description, NAME_CHARACTERS_MAX)
  }
  assertWhole(`${where}.unitAmount`, define.unitAmount, AMOUNT)
  if (!/^[a-z]{3}$/.test(define.currency)) {
    refuse(`${where}.currency must be an ISO code in lower case`)
  }
}

function checkNames(where: string, names: unknown, pattern: RegExp, form: string): void {
  const list: readonly unknown[] = Array.isArray(names) ? names : refuse(`${where} must be a list`)
  for (const name of list) {
    if (typeof name !== 'string' || !pattern.test(name)) refuse(`${where}: each must be ${form}`)
  }
  if (new Set(list).size < list.length) refuse(`${where} names one twice`)
}

/** What both kinds have. */
function checkItem(where: string, item: CatalogueItem): void {
  if ((item.price === undefined) === (item.lookupKey === undefined)) {
    refuse(`${where}: give either price or lookupKey`)
  }
  const found = item.price ?? item.lookupKey
  assertText(`${where}.${item.price === undefined ? 'lookupKey' : 'price'}`, found, 200)
  if (item.quantity !== undefined) {
    assertKnown(`${where}.quantity`, item.quantity, { min: true, max: true })
  }
  const { min, max } = boundsOf(item)
  const whole = Number.isSafeInteger(min) && Number.isSafeInteger(max)
  if (!whole || min < 1 || max < min || max > QUANTITY_MAX) {
    refuse(`${where}: quantity bounds must be 1 ≤ min ≤ max`)
  }
  if (item.formerPrices !== undefined) {
    const id = new RegExp(`^[\\x21-\\x7e]{1,${ID_CHARACTERS_MAX}}$`)
    checkNames(`${where}.formerPrices`, item.formerPrices, id, 'a price id')
  }
  if (item.features !== undefined) {
    const form = '1 to 100 of A–Z a–z 0–9 _ . : -'
    checkNames(`${where}.features`, item.features, NAME, form)
  }
  if (item.allow !== undefined) {
    assertKnown(`${where}.allow`, item.allow, ALLOW)
    for (const [name, value] of Object.entries(item.allow)) {
      if (value !== undefined) assertOneOf(`${where}.allow.${name}`, value, [true, false])
    }
  }
  if (item.policies !== undefined) checkPolicies(`${where}.policies`, item.policies)
  if (item.define !== undefined) {
    // A price id is Stripe's to give, so there is nothing under it that could be made.
    if (item.lookupKey === undefined) refuse(`${where}: define goes with lookupKey, not with price`)
    checkDefinition(`${where}.define`, item.define)
  }
}

function checkPlan(where: string, plan: PlanItem): void {
  assertKnown(where, plan, PLAN)
  assertOneOf(`${where}.interval`, plan.interval, Object.keys(INTERVAL_COUNT_MAX))
  const count: Bounds = [1, INTERVAL_COUNT_MAX[plan.interval]]
  if (plan.intervalCount !== undefined) {
    assertWhole(`${where}.intervalCount`, plan.intervalCount, count)
  }
  if (plan.trialDays !== undefined) {
    assertWhole(`${where}.trialDays`, plan.trialDays, ITEM_BOUNDS.trialDays)
  }
  if (plan.trialEnd !== undefined) {
    assertOneOf(`${where}.trialEnd`, plan.trialEnd, ['cancel', 'create_invoice', 'pause'])
  }
  if (!NAME.test(groupOf(plan))) refuse(`${where}.group must be 1 to 100 of A–Z a–z 0–9 _ . : -`)
  assertKnown(`${where}.session`, plan.session ?? {}, PLAN_SESSION)
}

function checkOneTime(where: string, item: OneTimeItem): void {
  const given = Object.keys(item)
  const ofPlans = given.find((name) => !Object.hasOwn(ONE_TIME, name) && Object.hasOwn(PLAN, name))
  if (ofPlans !== undefined) refuse(`${where}: ${ofPlans} is for plans; give kind: 'plan'`)
  assertKnown(where, item, ONE_TIME)
  if (item.accessDays !== undefined) {
    assertWhole(`${where}.accessDays`, item.accessDays, ITEM_BOUNDS.accessDays)
  }
  assertKnown(`${where}.session`, item.session ?? {}, ONE_TIME_SESSION)
}

/** What a subscriber of a price gets must not depend on which of two plans one looks at. */
function checkAmbiguous(items: CatalogueItems): void {
  const seen = new Map<string, { readonly itemId: string; readonly grants: string }>()
  for (const [itemId, item] of Object.entries(items)) {
    if (!isPlan(item)) continue
    const grants = JSON.stringify([[...(item.features ?? [])].sort(), groupOf(item), item.policies])
    for (const name of [item.price, item.lookupKey, ...(item.formerPrices ?? [])]) {
      if (name === undefined) continue
      const other = seen.get(name)
      if (other !== undefined && other.grants !== grants) {
        refuse(`catalogue.${itemId} shares ${name} with ${other.itemId}, and grants something else`)
      }
      seen.set(name, { itemId, grants })
    }
  }
}

/** @throws EngineError `CONFIG_INVALID` naming the item and what is wrong with it. */
export function checkCatalogue(items: CatalogueItems): void {
  for (const [itemId, item] of Object.entries(items)) {
    const where = `catalogue.${itemId}`
    if (!NAME.test(itemId)) refuse(`${where}: the id must be 1 to 100 of A–Z a–z 0–9 _ . : -`)
    if (typeof item !== 'object' || item === null) refuse(`${where} must be an object`)
    assertOneOf(`${where}.kind`, item.kind ?? 'one_time', ['one_time', 'plan'])
    if (isPlan(item)) checkPlan(where, item)
    else checkOneTime(where, item)
    checkItem(where, item)
  }
  checkAmbiguous(items)
}

/** @throws EngineError `CONFIG_INVALID` naming the key. */
export function checkBilling(billing: Partial<BillingOptions>, items: CatalogueItems): void {
  assertKnown('billing', billing, DEFAULT_BILLING)
  if (billing.policies !== undefined) checkPolicies('billing.policies', billing.policies)
  const groups = Object.fromEntries(
    Object.values(items)
      .filter(isPlan)
      .map((plan) => [groupOf(plan), true]),
  )
  // A group that no plan is of was misspelt here or there.
  assertKnown('billing.groups', billing.groups ?? {}, groups)
  for (const [group, options] of Object.entries(billing.groups ?? {})) {
    const where = `billing.groups.${group}`
    assertKnown(where, options, GROUP)
    assertOneOf(`${where}.second`, options.second ?? 'refuse', ['refuse', 'allow'])
    assertOneOf(`${where}.trials`, options.trials ?? 'once', ['once', 'always'])
  }
  const { portalConfiguration = null } = billing
  if (portalConfiguration !== null && !/^bpc_\w{1,250}$/.test(portalConfiguration)) {
    refuse('billing.portalConfiguration must be bpc_… or null')
  }
}
