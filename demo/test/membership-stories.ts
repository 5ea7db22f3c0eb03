// Owns made-up memberships: a member, a subscription, an invoice, each with what differs.
import type { FeatureAccess, Invoice, Subscription } from '@quittance/engine'
import type { MembershipStory } from '../src/storefront/membership/story.ts'

export const SIMULATOR = 'http://127.0.0.1:4243'

/** Days after noon of 1 December 2026. */
export const at = (day: number): Date => new Date(Date.UTC(2026, 11, 1 + day, 12))

export const subscription = (changes: Partial<Subscription> = {}): Subscription => ({
  id: 'sub_1',
  status: 'active',
  customerId: 'cus_1',
  orderId: 'ord_1',
  currency: 'usd',
  items: [
    {
      id: 'si_1',
      priceId: 'price_1',
      productId: 'prod_1',
      itemId: 'reading_room_monthly',
      quantity: 1,
      periodStart: at(0),
      periodEnd: at(31),
    },
  ],
  cancelAt: null,
  canceledAt: null,
  cancelReason: null,
  endedAt: null,
  startedAt: at(0),
  trialStart: null,
  trialEnd: null,
  pauseBehavior: null,
  pauseResumesAt: null,
  periodStart: at(0),
  periodEnd: at(31),
  latestInvoiceId: 'in_1',
  changePending: false,
  ...changes,
})

export const invoice = (changes: Partial<Invoice> = {}): Invoice => ({
  id: 'in_1',
  status: 'paid',
  customerId: 'cus_1',
  subscriptionId: 'sub_1',
  billingReason: 'subscription_cycle',
  currency: 'usd',
  subtotal: 900,
  total: 900,
  amountDue: 900,
  amountPaid: 900,
  amountRemaining: 0,
  amountRefunded: 0,
  disputeStatus: null,
  attempted: true,
  attemptCount: 1,
  nextPaymentAttempt: null,
  periodStart: at(0),
  periodEnd: at(31),
  paidAt: at(0),
  ...changes,
})

export const access = (changes: Partial<FeatureAccess> = {}): FeatureAccess => ({
  feature: 'reading_room',
  granted: true,
  until: null,
  reason: 'active',
  because: 'active',
  source: { kind: 'subscription', id: 'sub_1' },
  ...changes,
})

export const story = (changes: Partial<MembershipStory> = {}): MembershipStory => ({
  member: { name: 'Ada', identity: { userId: 'ada.1234' } },
  subscription: subscription(),
  isReturning: false,
  access: [access()],
  invoices: [],
  history: [],
  today: at(0),
  daysAhead: 0,
  ...changes,
})
