// Owns what the access tests are made of: rules, and a buyer's things with only what matters named.
import type { AccessPolicies, CatalogueItems } from '../../../src/catalogue.ts'
import type { FeatureAccess } from '../../../src/model.ts'
import type {
  InvoiceInput,
  OrderInput,
  SubscriptionInput,
} from '../../../src/pipeline/projections/access/claims.ts'
import {
  type AccessInputs,
  accessAt,
  accessOf,
  NO_ACCESS,
} from '../../../src/pipeline/projections/access/derive.ts'
import { accessRules } from '../../../src/pipeline/projections/access/rules.ts'

/** By day and hour of November and December 2026: `at(1)` is 2026-11-01T12:00:00Z. */
export const at = (day: number, hour = 12): number => Date.UTC(2026, 10, day, hour)

export const CATALOGUE: CatalogueItems = {
  pro: { kind: 'plan', price: 'price_pro', interval: 'month', features: ['export'] },
  team: { kind: 'plan', price: 'price_team', interval: 'month', features: ['export', 'sso'] },
  report: { price: 'price_report', features: ['report'] },
  pass: { price: 'price_pass', features: ['export'], accessDays: 30 },
  strict: {
    kind: 'plan',
    price: 'price_strict',
    interval: 'month',
    features: ['export'],
    policies: { pastDueGraceDays: 0, partialRefund: 'revoke', canceledNow: 'paid_through' },
  },
}

export const rulesOf = (policies: Partial<AccessPolicies> = {}) => accessRules(CATALOGUE, policies)

export const subscription = ({
  itemId = 'pro',
  quantity = 1,
  ...over
}: Partial<SubscriptionInput> & {
  readonly itemId?: string | null
  readonly quantity?: number | null
} = {}): SubscriptionInput => ({
  id: 'sub_1',
  status: 'active',
  createdAt: at(1),
  cancelAt: null,
  pauseBehavior: null,
  periodStart: at(1),
  periodEnd: at(31),
  items: [{ itemId, quantity }],
  invoices: [],
  ...over,
})

/** Paid, for the thirty days from the 1st. */
export const invoice = (over: Partial<InvoiceInput> = {}): InvoiceInput => ({
  id: 'in_1',
  status: 'paid',
  attempted: true,
  total: over.amountPaid ?? 2000,
  amountPaid: 2000,
  amountRefunded: 0,
  disputes: [],
  periodStart: at(1),
  periodEnd: at(31),
  dueAt: null,
  finalizedAt: over.periodStart ?? at(1),
  createdAt: over.periodStart ?? at(1),
  ...over,
})

/** Of the next period, tried and not paid. */
export const unpaidInvoice = (over: Partial<InvoiceInput> = {}): InvoiceInput =>
  invoice({
    id: 'in_2',
    status: 'open',
    amountPaid: 0,
    periodStart: at(31),
    periodEnd: at(61),
    finalizedAt: at(31, 13),
    ...over,
  })

export const order = (over: Partial<OrderInput> = {}): OrderInput => ({
  id: 'order_1',
  itemId: 'report',
  status: 'fulfilled',
  amountTotal: 1500,
  amountRefunded: 0,
  disputes: [],
  createdAt: at(1),
  fulfilledAt: at(1),
  ...over,
})

export interface Situation extends Partial<AccessInputs> {
  readonly policies?: Partial<AccessPolicies>
}

/** What is said of a feature at a moment. */
export function look(situation: Situation, feature: string, moment: number): FeatureAccess {
  const { subscriptions = [], orders = [], policies = {} } = situation
  const derived = accessOf({ subscriptions, orders }, rulesOf(policies)).get(feature)
  return accessAt(feature, derived ?? NO_ACCESS, new Date(moment))
}
