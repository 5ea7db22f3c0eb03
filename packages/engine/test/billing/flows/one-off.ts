// Owns the flows of single payments: cards that pay, decline and challenge, debits that take days, sessions that lapse.
import { type Flow, kept } from './flow.ts'
import { day, hour } from './stage.ts'
import {
  answersChallenge,
  buys,
  DEBIT_SECONDS,
  entersCode,
  IBAN,
  opens,
  passes,
  pays,
  paysByDebit,
} from './steps.ts'

const PAID_AT_ONCE = [
  'charge.succeeded',
  'payment_intent.succeeded',
  'payment_intent.created',
  'checkout.session.completed',
  'charge.updated',
]
const DECLINED = ['payment_intent.created', 'charge.failed', 'payment_intent.payment_failed']
const UNDER_WAY = [
  'payment_intent.created',
  'payment_intent.processing',
  'charge.pending',
  'checkout.session.completed',
]

const PAID = {
  session: { status: 'complete', payment_status: 'paid' },
  intent: { status: 'succeeded' },
  charge: { status: 'succeeded', paid: true, refunded: false, disputed: false },
}
const STILL_OPEN = { status: 'open', payment_status: 'unpaid' }

const poster = opens({ itemId: 'poster', quantity: 2, userId: 'user_1' })
const challenged = pays('pm_card_threeDSecure2Required')

const CARD_FLOWS: readonly Flow[] = [
  {
    name: 'one-off paid',
    section: '3.1',
    steps: buys('pm_card_visa'),
    tells: PAID_AT_ONCE,
    ends: {
      ...PAID,
      session: { ...PAID.session, amount_subtotal: 3000, amount_total: 3000, currency: 'eur' },
    },
  },
  {
    name: 'one-off in yen',
    section: '3.1',
    steps: [opens({ itemId: 'print_jpy', quantity: 3 }), pays('pm_card_jp')],
    tells: PAID_AT_ONCE,
    ends: { ...PAID, session: { ...PAID.session, amount_total: 5400, currency: 'jpy' } },
  },
  {
    name: 'one-off with a promotion code',
    section: '3.1',
    steps: [
      opens({ itemId: 'poster_promo', quantity: 2 }),
      entersCode('QUARTER'),
      pays('pm_card_visa'),
    ],
    tells: PAID_AT_ONCE,
    ends: {
      ...PAID,
      session: { ...PAID.session, amount_subtotal: 3000, amount_total: 2250 },
    },
  },
  {
    name: 'one-off for nothing, by a promotion code',
    section: '3.1',
    steps: [opens({ itemId: 'poster_promo' }), entersCode('FREE'), pays(null)],
    tells: ['checkout.session.completed'],
    ends: {
      session: { status: 'complete', payment_status: 'no_payment_required', amount_total: 0 },
    },
  },
  {
    name: 'declined, then paid',
    section: '3.2',
    steps: [poster, pays('pm_card_chargeDeclined'), pays('pm_card_visa')],
    tells: [...DECLINED, 'charge.succeeded', 'checkout.session.completed'],
    ends: PAID,
  },
  {
    name: 'blocked by Radar, and left',
    section: '3.3',
    steps: [poster, pays('pm_card_chargeDeclinedFraudulent')],
    tells: DECLINED,
    ends: {
      session: STILL_OPEN,
      charge: { status: 'failed', outcome: { type: 'blocked' } },
    },
  },
  {
    name: '3-D Secure passed',
    section: '3.3',
    steps: [poster, challenged, answersChallenge(true)],
    tells: [
      'payment_intent.created',
      'payment_intent.requires_action',
      'charge.succeeded',
      'payment_intent.succeeded',
      'checkout.session.completed',
    ],
    ends: PAID,
  },
  {
    name: '3-D Secure failed',
    section: '3.3',
    steps: [poster, challenged, answersChallenge(false)],
    tells: [
      'payment_intent.created',
      'payment_intent.requires_action',
      'payment_intent.payment_failed',
    ],
    ends: {
      session: STILL_OPEN,
      intent: {
        status: 'requires_payment_method',
        last_payment_error: { code: 'payment_intent_authentication_failure' },
      },
    },
  },
  {
    name: '3-D Secure failed, then another card',
    section: '3.3',
    steps: [poster, challenged, answersChallenge(false), pays('pm_card_visa')],
    tells: ['payment_intent.payment_failed', 'charge.succeeded', 'checkout.session.completed'],
    ends: PAID,
  },
]

const SLOW_FLOWS: readonly Flow[] = [
  {
    name: 'delayed payment succeeds',
    section: '3.4',
    steps: [poster, paysByDebit(IBAN.settlesLater), passes(DEBIT_SECONDS)],
    tells: [
      ...UNDER_WAY,
      'charge.succeeded',
      'payment_intent.succeeded',
      'checkout.session.async_payment_succeeded',
    ],
    ends: PAID,
  },
  {
    name: 'delayed payment fails',
    section: '3.4',
    steps: [poster, paysByDebit(IBAN.failsLater), passes(DEBIT_SECONDS)],
    tells: [
      ...UNDER_WAY,
      'charge.failed',
      'payment_intent.payment_failed',
      'checkout.session.async_payment_failed',
    ],
    ends: {
      session: { status: 'complete', payment_status: 'unpaid' },
      intent: { status: 'requires_payment_method' },
      charge: { status: 'failed' },
    },
  },
  {
    name: 'delayed payment under way',
    section: '3.4',
    steps: [poster, paysByDebit(IBAN.settlesLater)],
    tells: UNDER_WAY,
    ends: {
      session: { status: 'complete', payment_status: 'unpaid' },
      intent: { status: 'processing' },
    },
  },
  {
    name: 'session expires by itself',
    section: '3.5',
    steps: [poster, passes(day + hour)],
    tells: ['checkout.session.expired'],
    ends: { session: { status: 'expired', payment_status: 'unpaid', url: null } },
  },
  {
    name: 'session expires after a decline',
    section: '3.5',
    steps: [poster, pays('pm_card_chargeDeclined'), passes(day + hour)],
    tells: [...DECLINED, 'payment_intent.canceled', 'checkout.session.expired'],
    ends: {
      session: { status: 'expired', payment_status: 'unpaid' },
      intent: { status: 'canceled' },
    },
  },
  {
    name: 'session is expired by the shop',
    section: '3.5',
    steps: [
      poster,
      async (stage) => {
        await stage.stripe.checkout.sessions.expire(kept(stage, 'session'))
      },
    ],
    tells: ['checkout.session.expired'],
    ends: { session: { status: 'expired', payment_status: 'unpaid' } },
  },
]

export const ONE_OFF_FLOWS: readonly Flow[] = [...CARD_FLOWS, ...SLOW_FLOWS]
