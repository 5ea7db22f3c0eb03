// Owns the flows of sign-ups through Checkout: paid at once, after a decline or a challenge, by a debit, or for nothing.
import type { Flow } from './flow.ts'
import { day, hour } from './stage.ts'
import {
  answersChallenge,
  DEBIT_SECONDS,
  entersCode,
  IBAN,
  keepsInvoice,
  keepsOutcome,
  opens,
  passes,
  pays,
  paysByDebit,
  signsUp,
} from './steps.ts'

export const SIGNED_UP = [
  'charge.succeeded',
  'payment_method.attached',
  'customer.created',
  'checkout.session.completed',
  'customer.updated',
  'customer.subscription.created',
  'payment_intent.succeeded',
  'payment_intent.created',
  'invoice.created',
  'invoice.finalized',
  'invoice.paid',
  'invoice.payment_succeeded',
  'invoice_payment.paid',
]

const active = { subscription: { status: 'active' } }
export const paidFirst = {
  ...active,
  invoice: { status: 'paid', billing_reason: 'subscription_create' },
}
export const SIGNUP_FLOWS: readonly Flow[] = [
  {
    name: 'signup through Checkout',
    section: '3.8',
    steps: [...signsUp('pro_monthly'), keepsInvoice],
    tells: SIGNED_UP,
    ends: {
      ...paidFirst,
      session: { status: 'complete', payment_status: 'paid', mode: 'subscription' },
    },
  },
  {
    name: 'signup of seats through Checkout',
    section: '3.8',
    steps: [...signsUp('team_monthly', 3), keepsInvoice],
    tells: SIGNED_UP,
    ends: { ...active, invoice: { status: 'paid', amount_paid: 3600 } },
  },
  {
    name: 'signup for a year through Checkout',
    section: '3.8',
    steps: [...signsUp('pro_yearly'), keepsInvoice],
    tells: SIGNED_UP,
    ends: { ...active, invoice: { status: 'paid', amount_paid: 20_000 } },
  },
  {
    name: 'signup in dinars',
    section: '3.8',
    steps: [...signsUp('pro_kwd'), keepsInvoice],
    tells: SIGNED_UP,
    ends: {
      subscription: { status: 'active', currency: 'kwd' },
      invoice: { status: 'paid', amount_paid: 5500 },
    },
  },
  {
    name: 'signup declined, then paid',
    section: '3.2',
    steps: [
      opens({ itemId: 'pro_monthly', userId: 'user_1' }),
      pays('pm_card_chargeDeclined'),
      pays('pm_card_visa'),
      keepsInvoice,
    ],
    tells: ['charge.failed', 'payment_intent.payment_failed', ...SIGNED_UP],
    ends: paidFirst,
  },
  {
    name: 'signup with 3-D Secure',
    section: '3.3',
    steps: [
      opens({ itemId: 'pro_monthly', userId: 'user_1' }),
      pays('pm_card_threeDSecure2Required'),
      answersChallenge(true),
      keepsInvoice,
    ],
    tells: ['payment_intent.requires_action', ...SIGNED_UP],
    ends: paidFirst,
  },
  {
    name: 'signup with a coupon of 100 %',
    section: '3.8',
    steps: [
      opens({ itemId: 'pro_promo', userId: 'user_1' }),
      entersCode('FREE'),
      pays('pm_card_visa'),
      keepsInvoice,
    ],
    tells: ['checkout.session.completed', 'customer.subscription.created', 'invoice.paid'],
    ends: {
      ...active,
      session: { status: 'complete', payment_status: 'no_payment_required', amount_total: 0 },
      invoice: { status: 'paid', total: 0 },
    },
  },
  {
    name: 'signup by debit, which settles',
    section: '3.4',
    steps: [
      opens({ itemId: 'pro_debit', userId: 'user_1' }),
      paysByDebit(IBAN.settlesLater),
      passes(DEBIT_SECONDS),
      keepsOutcome,
      keepsInvoice,
    ],
    tells: [
      'payment_intent.processing',
      'charge.pending',
      'checkout.session.completed',
      'customer.subscription.created',
      'charge.succeeded',
      'invoice.paid',
      'checkout.session.async_payment_succeeded',
    ],
    ends: { ...paidFirst, session: { status: 'complete', payment_status: 'paid' } },
  },
  {
    name: 'signup by debit, which fails',
    section: '3.4',
    steps: [
      opens({ itemId: 'pro_debit', userId: 'user_1' }),
      paysByDebit(IBAN.failsLater),
      passes(DEBIT_SECONDS),
      keepsInvoice,
      passes(day),
    ],
    tells: [
      'payment_intent.processing',
      'checkout.session.completed',
      'customer.subscription.created',
      'charge.failed',
      'invoice.payment_failed',
      'checkout.session.async_payment_failed',
      'invoice.voided',
    ],
    ends: {
      subscription: { status: 'incomplete_expired' },
      invoice: { status: 'void' },
      session: { status: 'complete', payment_status: 'unpaid' },
    },
  },
  {
    name: 'signup session expires',
    section: '3.5',
    steps: [opens({ itemId: 'pro_monthly', userId: 'user_1' }), passes(day + hour)],
    tells: ['checkout.session.expired'],
    ends: { session: { status: 'expired', subscription: null } },
  },
]
