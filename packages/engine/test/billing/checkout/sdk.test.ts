// Goal: what we ask of Stripe for a plan is what Stripe takes, and what it answers fulfils the order.
// Method: the official SDK against the simulator; the buyer pays by the route of Stripe's own page.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Engine } from '../../../src/api.ts'
import type { CatalogueItem } from '../../../src/catalogue.ts'
import { createEngine } from '../../../src/engine.ts'
import { stripeFromSdk } from '../../../src/stripe/sdk.ts'
import { backends, useDatabase } from '../../support/databases.ts'
import { RecordingLogger, SECRET, signatureOf } from '../../support/shop.ts'
import { type FlowStage, type Market, openStage } from '../flows/stage.ts'

const CARD = 'pm_card_visa'

const catalogueOf = ({ prices }: Market): Record<string, CatalogueItem> => {
  const pro = { kind: 'plan', price: prices.pro, interval: 'month', features: ['export'] } as const
  return {
    team_monthly: {
      kind: 'plan',
      price: prices.team,
      interval: 'month',
      quantity: { max: 20 },
      features: ['sso'],
    },
    pro_yearly: { kind: 'plan', price: prices.proYear, interval: 'year' },
    pro_trial: { ...pro, trialDays: 14 },
    pro_promo: { ...pro, trialDays: 14, allow: { discount: true } },
  }
}

describe.each(backends)('a plan through the real SDK on $name', (backend) => {
  const db = useDatabase(backend)
  let stage: FlowStage
  let engine: Engine
  beforeEach(async () => {
    stage = await openStage('plans', {
      now: Date.now,
      checkout(market) {
        engine = createEngine({
          database: db.database,
          stripe: market.stripe,
          mode: 'test',
          endpoints: { default: { secrets: [SECRET] } },
          catalogue: catalogueOf(market),
          processor: { mode: 'manual' },
          logger: new RecordingLogger(),
        })
        return async ({ itemId, quantity = 1, userId = null }) =>
          await engine.checkout.createSession({
            body: { itemId, quantity },
            identity: userId === null ? null : { userId, email: 'ada@example.com' },
            browser: null,
            idempotencyKey: null,
          })
      },
    })
  })
  afterEach(async () => {
    await engine.stop()
    await stage.close()
  })

  /** What Stripe tells, all of it. */
  async function hear() {
    for (const event of stage.news()) {
      const body = new TextEncoder().encode(JSON.stringify(event))
      const signature = signatureOf(body, SECRET, Math.floor(Date.now() / 1000))
      await engine.receive({ endpoint: 'default', body, signature })
    }
    await engine.drain({ budgetMs: 20_000 })
  }
  const session = (id: string) => stage.stripe.checkout.sessions.retrieve(id)

  test('is taken by a guest, whose customer Checkout makes', async () => {
    const { orderId, sessionId } = await stage.checkout({
      itemId: 'team_monthly',
      quantity: 3,
    })
    await stage.pay(sessionId, CARD)
    await hear()
    const { customer, subscription } = await session(sessionId)
    expect(await engine.orders.get(orderId)).toMatchObject({
      kind: 'subscription',
      status: 'fulfilled',
      subscriptionId: subscription,
      amountTotal: 3_600,
      trialDays: null,
    })
    const customerId = String(customer)
    expect(await engine.access.can({ customerId }, 'sso')).toBe(true)
    await engine.customers.adopt({ userId: 'user_1', customerId })
    expect(await engine.access.can({ userId: 'user_1' }, 'sso')).toBe(true)
  })

  test('is paid by the credit that a customer has left, with what is missing', async () => {
    for (const [userId, credit, total] of [
      ['user_1', 1_000, 2_600],
      ['user_2', 9_000, 0],
    ] as const) {
      const { customerId } = await engine.customers.ensure({ userId })
      const amount = { amount: -credit, currency: 'eur' }
      await stage.stripe.customers.createBalanceTransaction(customerId, amount)
      const { orderId, sessionId } = await stage.checkout({
        itemId: 'team_monthly',
        quantity: 3,
        userId,
      })
      await stage.pay(sessionId, CARD)
      // The one by the buyer's return, the other by its events: both have to see the invoice.
      const returned = { sessionId, identity: { userId }, browser: null }
      if (total > 0) expect((await engine.checkout.success(returned))?.status).toBe('fulfilled')
      await hear()
      expect(await session(sessionId)).toMatchObject({ amount_total: total })
      expect(await engine.orders.get(orderId)).toMatchObject({
        status: 'fulfilled',
        amountTotal: total,
      })
      expect(await engine.access.can({ userId }, 'sso')).toBe(true)
    }
  })

  test('is taken by a user with a trial and a promotion code, once', async () => {
    const input = { itemId: 'pro_promo', userId: 'user_1' }
    const [first, second] = await Promise.all([stage.checkout(input), stage.checkout(input)])
    expect(second).toMatchObject({ sessionId: first.sessionId })
    const { customerId } = await engine.customers.ensure({ userId: 'user_1' })
    const customer = await stage.stripe.customers.retrieve(customerId)
    expect(customer).toMatchObject({ metadata: { quittance_user: 'user_1' } })

    await stage.enterCode(first.sessionId, 'QUARTER')
    await stage.pay(first.sessionId, CARD)
    const {
      subscription,
      payment_status: paid,
      amount_total: total,
    } = await session(first.sessionId)
    expect({ paid, total }).toEqual({ paid: 'no_payment_required', total: 0 })
    await hear()
    expect(await engine.orders.get(first.orderId)).toMatchObject({
      status: 'fulfilled',
      subscriptionId: subscription,
      trialDays: 14,
    })
    expect(await engine.subscriptions.get(String(subscription))).toMatchObject({
      status: 'trialing',
      customerId,
      orderId: first.orderId,
    })
    expect(await engine.access.can({ userId: 'user_1' }, 'export')).toBe(true)
    expect(await stage.stripe.customers.list()).toMatchObject({ data: [{ id: customerId }] })

    const again = stage.checkout({ itemId: 'pro_yearly', userId: 'user_1' })
    await expect(again).rejects.toMatchObject({ code: 'SUBSCRIPTION_EXISTS' })
    const { url } = await engine.billing.portal({ who: { userId: 'user_1' } })
    expect((await fetch(url)).status).toBe(200)
  })

  test('is changed for another one before it is paid, and had no second trial after its end', async () => {
    const trial = await stage.checkout({ itemId: 'pro_trial', userId: 'user_1' })
    const year = await stage.checkout({ itemId: 'pro_yearly', userId: 'user_1' })
    expect(await session(trial.sessionId)).toMatchObject({ status: 'expired' })
    await stage.pay(year.sessionId, CARD)
    await hear()
    const { subscription } = await session(year.sessionId)
    await stage.stripe.subscriptions.cancel(String(subscription))
    await hear()
    const { orderId, sessionId } = await stage.checkout({ itemId: 'pro_trial', userId: 'user_1' })
    expect(await engine.orders.get(orderId)).toMatchObject({ trialDays: null })
    expect(await session(sessionId)).toMatchObject({ amount_total: 2_000 })
  })

  test.each(['user_1', `o'brien`, 'back\\slash', '"both" \'kinds\''])(
    'is of a customer who is found by the user %s',
    async (userId) => {
      const port = stripeFromSdk(stage.stripe)
      const { customerId: id } = await engine.customers.ensure({ userId })
      await engine.customers.ensure({ userId: `${userId} x` })
      const found = await port.customersByMetadata('quittance_user', userId, { timeoutMs: 5_000 })
      expect(found).toMatchObject([{ id, metadata: { quittance_user: userId } }])
    },
  )

  test('is asked for in a new name when its customer was deleted', async () => {
    const { customerId: old } = await engine.customers.ensure({ userId: 'user_1' })
    await stage.stripe.customers.del(old)
    const { sessionId } = await stage.checkout({ itemId: 'pro_yearly', userId: 'user_1' })
    const { customerId } = await engine.customers.ensure({ userId: 'user_1' })
    expect(customerId).not.toBe(old)
    expect(await session(sessionId)).toMatchObject({ status: 'open', customer: customerId })
    await hear()
    expect(await engine.customers.get({ userId: 'user_1' })).toMatchObject({
      customerId,
      customerDeleted: false,
    })
  })
})
