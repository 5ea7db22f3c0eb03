// Owns what one buyer, the shop and its banks may do: a row for each deed, with what fast-check draws for it.
import fc from 'fast-check'
import type Stripe from 'stripe'
import { firstItemOf } from '../flows/flow.ts'
import type { GoodName } from '../flows/goods.ts'
import { day, hour } from '../flows/stage.ts'
import { IBAN } from '../flows/steps.ts'
import { card, type Deed, deed, GOOD, onOne, update } from './deed.ts'
import { MONEY } from './deeds-money.ts'
import { type Life, USER } from './life.ts'

const PLANS = [
  'pro_monthly',
  'team_monthly',
  'pro_yearly',
  'pro_kwd',
  'pro_trial',
  'pro_trial_short',
  'pro_trial_cancel',
  'pro_trial_pause',
] as const
const WITHOUT_CARD: readonly string[] = ['pro_trial_cancel', 'pro_trial_pause']
const good = fc.constantFrom('pro', 'team', 'proYear') satisfies fc.Arbitrary<GoodName>
const prorations = fc.constantFrom('create_prorations', 'always_invoice', 'none')

async function debit(life: Life, iban: string): Promise<string> {
  const { id } = await life.stripe.paymentMethods.create({
    type: 'sepa_debit',
    sepa_debit: { iban },
    billing_details: { name: 'Ada', email: 'ada@example.com' },
  })
  return id
}

async function checksOut(
  life: Life,
  itemId: string,
  quantity: number,
  method: string | null,
): Promise<boolean> {
  const { sessionId } = await life.stage.checkout({ itemId, quantity, userId: USER })
  await life.stage.pay(sessionId, method)
  const { status } = await life.isPaid(sessionId)
  return status === 'complete'
}

const SIGN_UPS = [
  deed(
    'signs up',
    { item: fc.constantFrom(...PLANS), seats: fc.integer({ min: 1, max: 3 }), card },
    (life, { item, seats, card: method }) =>
      checksOut(
        life,
        item,
        item === 'team_monthly' ? seats : 1,
        WITHOUT_CARD.includes(item) ? null : method,
      ),
  ),
  deed(
    'buys',
    { item: fc.constantFrom('poster', 'print_jpy'), card },
    (life, { item, card: method }) => checksOut(life, item, 1, method),
  ),
  deed(
    'buys by debit',
    { item: fc.constantFrom('pro_debit', 'poster'), iban: fc.constantFrom(...Object.values(IBAN)) },
    async (life, { item, iban }) => checksOut(life, item, 1, await debit(life, iban)),
  ),
  deed(
    'is signed up past the shop',
    {
      good,
      seats: fc.integer({ min: 0, max: 2 }),
      way: fc.constantFrom('charged', 'sent', 'incomplete', 'on trial'),
    },
    async (life, drawn) => {
      const customer = await life.customer()
      if (customer === null) return false
      const { id: method } = await life.stripe.paymentMethods.attach(GOOD, { customer })
      const WAYS: Readonly<Record<typeof drawn.way, Partial<Stripe.SubscriptionCreateParams>>> = {
        charged: { default_payment_method: method },
        sent: { collection_method: 'send_invoice', days_until_due: 5 },
        incomplete: { payment_behavior: 'default_incomplete' },
        'on trial': { trial_period_days: 3, default_payment_method: method },
      }
      const { id } = await life.stripe.subscriptions.create({
        customer,
        items: [{ price: life.stage.prices[drawn.good], quantity: drawn.seats }],
        ...WAYS[drawn.way],
      })
      life.subscriptions.push(id)
      return true
    },
  ),
] as const

const CHANGES = [
  onOne('changes the plan', { good, prorations }, (life, subscription, drawn) =>
    update(life, subscription, {
      items: [{ id: firstItemOf(subscription).id, price: life.stage.prices[drawn.good] }],
      proration_behavior: drawn.prorations,
    }),
  ),
  onOne(
    'changes the seats',
    { seats: fc.integer({ min: 0, max: 3 }), prorations },
    (life, subscription, { seats, prorations: behavior }) =>
      update(life, subscription, {
        items: [{ id: firstItemOf(subscription).id, quantity: seats }],
        proration_behavior: behavior,
      }),
  ),
  onOne('takes one more', { good, prorations }, (life, subscription, drawn) =>
    update(life, subscription, {
      items: [{ price: life.stage.prices[drawn.good] }],
      proration_behavior: drawn.prorations,
    }),
  ),
  onOne('gives the last one back', { prorations }, (life, subscription, drawn) => {
    const last = subscription.items.data.at(-1)
    if (last === undefined || subscription.items.data.length < 2) return Promise.resolve(false)
    const items = [{ id: last.id, deleted: true }]
    return update(life, subscription, { items, proration_behavior: drawn.prorations })
  }),
  onOne('ends the trial', {}, (life, subscription) =>
    subscription.status === 'trialing'
      ? update(life, subscription, { trial_end: 'now' })
      : Promise.resolve(false),
  ),
] as const

const ENDS = [
  onOne('plans the end of the period', { is: fc.boolean() }, (life, subscription, { is }) =>
    update(life, subscription, { cancel_at_period_end: is }),
  ),
  onOne(
    'plans an end',
    { days: fc.option(fc.integer({ min: 1, max: 45 }), { nil: null }) },
    (life, subscription, { days }) =>
      update(life, subscription, {
        cancel_at: days === null ? '' : life.stage.account.now() + days * day,
      }),
  ),
  onOne('cancels now', { prorate: fc.boolean() }, async (life, { id }, { prorate }) => {
    await life.stripe.subscriptions.cancel(id, prorate ? { prorate, invoice_now: true } : {})
    return true
  }),
  onOne('is paused', {}, async ({ stripe }, { id }) => {
    await stripe.subscriptions.pause(id)
    return true
  }),
  onOne('is resumed', {}, async ({ stripe }, { id }) => {
    await stripe.subscriptions.resume(id)
    return true
  }),
  onOne(
    'rests',
    { behavior: fc.constantFrom('void', 'void', 'keep_as_draft', 'mark_uncollectible') },
    (life, subscription, { behavior }) =>
      update(life, subscription, { pause_collection: { behavior } }),
  ),
  onOne('goes on', {}, (life, subscription) =>
    update(life, subscription, { pause_collection: '' }),
  ),
] as const

const passes = (life: Life, seconds: number): Promise<boolean> => {
  life.stage.account.advance(Math.max(0, seconds))
  return Promise.resolve(seconds > 0)
}

const TIME = [
  deed('time passes', { hours: fc.constantFrom(1, 2, 25, 73, 180, 360, 745) }, (life, { hours }) =>
    passes(life, hours * hour),
  ),
  onOne('the period ends', { more: fc.constantFrom(-1, 0, 3601) }, (life, subscription, { more }) =>
    passes(life, firstItemOf(subscription).current_period_end + more - life.stage.account.now()),
  ),
  deed('access ends', { more: fc.constantFrom(-1, 0, 1) }, async (life, { more }) => {
    const access = await life.shop.engine.access.get({ userId: USER })
    const [until] = access.flatMap((each) => (each.until === null ? [] : [each.until.getTime()]))
    if (until === undefined) return false
    return passes(life, Math.ceil(until / 1000) + more - life.stage.account.now())
  }),
] as const

const NEWS = [
  deed(
    'news comes',
    { share: fc.constantFrom(0.3, 0.6, 1), atOnce: fc.boolean() },
    async (life, { share, atOnce }) => {
      await life.hears(share, atOnce)
      return true
    },
  ),
] as const

const some = (weight: number, deeds: readonly fc.Arbitrary<Deed>[]) => ({
  weight,
  arbitrary: fc.oneof(...deeds),
})

export const anyDeed: fc.Arbitrary<Deed> = fc.oneof(
  some(5, SIGN_UPS),
  some(4, CHANGES),
  some(5, ENDS),
  some(6, MONEY),
  some(8, TIME),
  some(3, NEWS),
)

export const signUp: fc.Arbitrary<Deed> = fc.oneof(...SIGN_UPS.slice(0, 1))
