// Owns the flows of changes: another plan, more or fewer seats, another interval, a change that waits for its payment.
import { type Flow, kept } from './flow.ts'
import { day, hour } from './stage.ts'
import { keepsInvoice, passes, paysInvoice, renews, signsUp, swapsCard, switches } from './steps.ts'

/** Half of a month of thirty days, so that half of each price is prorated. */
const halfway = passes(15 * day)
const atOnce = { proration_behavior: 'always_invoice' } as const
const whenPaid = { ...atOnce, payment_behavior: 'pending_if_incomplete' } as const

const PRORATED = ['invoiceitem.created', 'customer.subscription.updated']
const BILLED_NOW = [
  ...PRORATED,
  'invoice.created',
  'invoice.finalized',
  'charge.succeeded',
  'invoice.paid',
]
const billedNow = { status: 'paid', billing_reason: 'subscription_update' }

const itemIs = (quantity: number, lookup_key: string, unit_amount: number) => ({
  items: { data: [{ quantity, price: { lookup_key, unit_amount } }] },
})
const isTeam = itemIs(3, 'team_monthly', 1200)
const isPro = itemIs(1, 'pro_monthly', 2000)
const active = { status: 'active', pending_update: null }

const PLANS: readonly Flow[] = [
  {
    name: 'plan changed, billed at once',
    section: '3.13',
    steps: [
      ...signsUp('pro_monthly'),
      halfway,
      switches({ good: 'team', quantity: 3 }, atOnce),
      keepsInvoice,
    ],
    tells: BILLED_NOW,
    ends: {
      subscription: { ...active, ...isTeam },
      // Half of 3600 less half of 2000.
      invoice: { ...billedNow, amount_paid: 800 },
    },
  },
  {
    name: 'plan changed, billed with the next period',
    section: '3.13',
    steps: [
      ...signsUp('pro_monthly'),
      halfway,
      switches({ good: 'team', quantity: 3 }),
      ...renews,
      keepsInvoice,
    ],
    tells: [...PRORATED, 'invoice.created', 'invoice.paid'],
    ends: {
      subscription: { ...active, ...isTeam },
      invoice: { status: 'paid', billing_reason: 'subscription_cycle', amount_paid: 4400 },
    },
  },
  {
    name: 'plan changed from the next period on',
    section: '3.13',
    steps: [
      ...signsUp('pro_monthly'),
      halfway,
      switches({ good: 'team', quantity: 3 }, { proration_behavior: 'none' }),
      ...renews,
      keepsInvoice,
    ],
    tells: ['customer.subscription.updated', 'invoice.paid'],
    ends: { subscription: { ...active, ...isTeam }, invoice: { amount_paid: 3600 } },
  },
  {
    name: 'plan changed there and back',
    section: '3.13',
    steps: [
      ...signsUp('pro_monthly'),
      halfway,
      switches({ good: 'team', quantity: 3 }),
      passes(day),
      switches({ good: 'pro', quantity: 1 }),
      ...renews,
      keepsInvoice,
    ],
    tells: [...PRORATED, 'invoice.paid'],
    ends: { subscription: { ...active, ...isPro }, invoice: { status: 'paid' } },
  },
  {
    name: 'downgrade, its credit used by the next period',
    section: '3.13',
    steps: [
      ...signsUp('team_monthly', 3),
      halfway,
      switches({ good: 'pro', quantity: 1 }, atOnce),
      ...renews,
      keepsInvoice,
    ],
    tells: [...PRORATED, 'customer.updated', 'invoice.paid'],
    ends: {
      subscription: { ...active, ...isPro },
      invoice: { status: 'paid', total: 2000, amount_paid: 1200 },
    },
  },
  {
    name: 'interval changed, billed at once',
    section: '3.13',
    steps: [...signsUp('pro_monthly'), halfway, switches({ good: 'proYear' }), keepsInvoice],
    tells: BILLED_NOW,
    ends: {
      subscription: { ...active, ...itemIs(1, 'pro_yearly', 20_000) },
      invoice: { ...billedNow, amount_paid: 19_000 },
    },
  },
]

const SEATS: readonly Flow[] = [
  {
    name: 'seats added, billed with the next period',
    section: '3.13',
    steps: [
      ...signsUp('team_monthly', 3),
      halfway,
      switches({ quantity: 5 }),
      ...renews,
      keepsInvoice,
    ],
    tells: [...PRORATED, 'invoice.paid'],
    ends: {
      subscription: { ...active, ...itemIs(5, 'team_monthly', 1200) },
      invoice: { status: 'paid', amount_paid: 7200 },
    },
  },
  {
    name: 'seats added, billed at once',
    section: '3.13',
    steps: [
      ...signsUp('team_monthly', 3),
      halfway,
      switches({ quantity: 5 }, atOnce),
      keepsInvoice,
    ],
    tells: BILLED_NOW,
    ends: {
      subscription: { ...active, ...itemIs(5, 'team_monthly', 1200) },
      invoice: { ...billedNow, amount_paid: 1200 },
    },
  },
  {
    name: 'seats removed',
    section: '3.13',
    steps: [...signsUp('team_monthly', 3), halfway, switches({ quantity: 1 })],
    tells: PRORATED,
    ends: { subscription: { ...active, ...itemIs(1, 'team_monthly', 1200) } },
  },
  {
    name: 'an item added by mistake, then removed',
    section: '3.13',
    steps: [
      ...signsUp('pro_monthly'),
      async (stage) => {
        const { id } = await stage.stripe.subscriptionItems.create({
          subscription: kept(stage, 'subscription'),
          price: stage.prices.team,
          quantity: 2,
        })
        stage.kept.set('item', id)
      },
      async (stage) => {
        await stage.stripe.subscriptionItems.del(kept(stage, 'item'))
      },
    ],
    tells: PRORATED,
    ends: { subscription: { ...active, ...isPro } },
  },
]

/** Each change of seats makes two lines, and Stripe shows ten with their invoice. */
const MANY: readonly Flow[] = [
  {
    name: 'seats changed seven times, billed with the next period',
    section: '3.13',
    steps: [
      ...signsUp('team_monthly', 2),
      halfway,
      ...[3, 4, 5, 6, 7, 8, 9].map((quantity) => switches({ quantity })),
      ...renews,
      keepsInvoice,
    ],
    tells: [...PRORATED, 'invoice.paid'],
    ends: {
      subscription: { ...active, ...itemIs(9, 'team_monthly', 1200) },
      // Nine seats, and half a month of seven more.
      invoice: { status: 'paid', amount_paid: 15_000, lines: { has_more: true } },
    },
  },
]

const poorer = swapsCard('pm_card_chargeCustomerFail')

const UNPAID_CHANGES: readonly Flow[] = [
  {
    name: 'change waits for its payment, and is paid',
    section: '3.13',
    steps: [
      ...signsUp('pro_monthly'),
      halfway,
      poorer,
      switches({ good: 'team', quantity: 3 }, whenPaid),
      keepsInvoice,
      paysInvoice('pm_card_visa'),
    ],
    tells: ['customer.subscription.pending_update_applied', 'invoice.paid'],
    ends: { subscription: { ...active, ...isTeam }, invoice: billedNow },
  },
  {
    name: 'change waits for its payment, and lapses',
    section: '3.13',
    steps: [
      ...signsUp('pro_monthly'),
      halfway,
      poorer,
      switches({ good: 'team', quantity: 3 }, whenPaid),
      keepsInvoice,
      passes(23 * hour),
    ],
    tells: ['customer.subscription.pending_update_expired', 'invoice.voided'],
    ends: { subscription: { ...active, ...isPro }, invoice: { status: 'void' } },
  },
  {
    name: 'change is not paid, and makes it past due',
    section: '3.13',
    steps: [
      ...signsUp('pro_monthly'),
      halfway,
      poorer,
      switches({ good: 'team', quantity: 3 }, atOnce),
      keepsInvoice,
    ],
    tells: ['invoice.payment_failed', 'customer.subscription.updated'],
    ends: {
      subscription: { status: 'past_due', ...isTeam },
      invoice: { status: 'open', billing_reason: 'subscription_update' },
    },
  },
  {
    name: 'plan changed, and the renewal that bills it fails',
    section: '3.13',
    steps: [
      ...signsUp('pro_monthly'),
      halfway,
      switches({ good: 'team', quantity: 3 }),
      poorer,
      ...renews,
      keepsInvoice,
    ],
    tells: [...PRORATED, 'invoice.payment_failed'],
    ends: {
      subscription: { status: 'past_due', ...isTeam },
      invoice: { status: 'open', billing_reason: 'subscription_cycle' },
    },
  },
]

export const CHANGE_FLOWS: readonly Flow[] = [...PLANS, ...SEATS, ...MANY, ...UNPAID_CHANGES]
