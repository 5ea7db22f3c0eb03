// Goal: what the official CLI triggers at the simulator arrives at the engine, signed, in Stripe's
// shape, and is recorded with the right outcome; what a buyer pays there fulfils the order here.
// Method: the real CLI, the real SDK, a simulator that checks every answer, the engine over HTTP.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine, type Engine } from '@quittance/engine'
import { createFetchHandler } from '@quittance/engine/adapters/fetch'
import { toNodeHandler } from '@quittance/engine/adapters/node'
import Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backends, type TestDatabase } from '../packages/engine/test/support/databases.ts'
import { cliMissing, runCli } from '../packages/simulator/test/conformance/stripe-cli.ts'
import {
  type CheckedSimulator,
  checkedSimulator,
} from '../packages/simulator/test/schema/checked-simulator.ts'

const API_KEY = 'sk_test_triggers0001'

/** What each trigger must be to a shop that did not sell it. */
const TRIGGERS: readonly (readonly [type: string, reason: string])[] = [
  ['checkout.session.completed', 'not_ours'],
  ['checkout.session.async_payment_succeeded', 'not_ours'],
  ['checkout.session.async_payment_failed', 'not_ours'],
  ['checkout.session.expired', 'not_ours'],
  ['payment_intent.succeeded', 'unhandled'],
  ['payment_intent.payment_failed', 'unhandled'],
  ['charge.refunded', 'not_ours'],
  ['customer.created', 'unhandled'],
  ['product.created', 'unhandled'],
  ['price.created', 'unhandled'],
]

describe.each(backends)('the engine on $name behind the simulator', (backend) => {
  let folder: string
  let db: TestDatabase
  let simulator: CheckedSimulator
  let engine: Engine
  let stripe: Stripe
  let server: Server
  let url: string
  const fulfilled: string[] = []

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'quittance-triggers-'))
    db = await backend.open()
    simulator = await checkedSimulator({ seed: 'triggers' })
    stripe = new Stripe(API_KEY, {
      host: '127.0.0.1',
      port: simulator.port,
      protocol: 'http',
      telemetry: false,
    })
    const product = await stripe.products.create({ name: 'Poster' })
    const price = await stripe.prices.create({
      product: product.id,
      currency: 'eur',
      unit_amount: 1500,
    })
    server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    url = `http://127.0.0.1:${port}`
    const { secret } = simulator
      .account(API_KEY)
      .addWebhookEndpoint({ url: `${url}/stripe-webhook` })
    engine = createEngine({
      database: db.database,
      stripe,
      mode: 'test',
      endpoints: { default: { secrets: [secret] } },
      catalogue: { poster: { price: price.id } },
      checkout: { publicUrl: url },
      on: { 'order.fulfilled': ({ order }) => void fulfilled.push(order.id) },
    })
    server.on('request', toNodeHandler(createFetchHandler(engine)))
    await engine.start()
  })

  afterAll(async () => {
    await simulator.drain({ timeoutMs: 20_000 })
    server.close()
    await engine.stop()
    await db.drop()
    await simulator.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const buy = async () => {
    const answer = await fetch(`${url}/api/checkout/create-session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ itemId: 'poster', quantity: 2 }),
    })
    expect(answer.status).toBe(201)
    const made: { orderId: string; sessionId: string } = JSON.parse(await answer.text())
    return made
  }

  const ended = async (orderId: string, status: string) => {
    await expect
      .poll(async () => (await engine.orders.get(orderId))?.status, { timeout: 25_000 })
      .toBe(status)
    return await engine.orders.get(orderId)
  }

  const pay = (sessionId: string, method: string, amount: number) =>
    fetch(`${simulator.url}/v1/payment_pages/${sessionId}/confirm`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${API_KEY}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ payment_method: method, expected_amount: String(amount) }),
    })

  const trigger = async (...args: string[]) => {
    const target = { apiKey: API_KEY, apiBase: simulator.url, configFolder: folder }
    const run = await runCli(['trigger', ...args], target)
    expect(run.code, run.output).toBe(0)
    await simulator.drain({ timeoutMs: 20_000 })
  }

  test('fulfils what was paid, by webhook alone, and sees its refund', async () => {
    const { orderId, sessionId } = await buy()
    expect((await pay(sessionId, 'pm_card_visa', 3000)).status).toBe(200)
    const order = await ended(orderId, 'fulfilled')
    expect(order).toMatchObject({ amountTotal: 3000, held: false, failed: false })
    expect(fulfilled).toContain(orderId)
    await stripe.refunds.create({ payment_intent: order?.paymentIntentId ?? '', amount: 700 })
    await expect
      .poll(async () => (await engine.orders.get(orderId))?.amountRefunded, { timeout: 25_000 })
      .toBe(700)
  })

  test('leaves a declined order open, and expires it with its session', async () => {
    const { orderId, sessionId } = await buy()
    expect((await pay(sessionId, 'pm_card_chargeDeclined', 3000)).status).toBe(402)
    expect(await engine.orders.get(orderId)).toMatchObject({ status: 'pending' })
    await stripe.checkout.sessions.expire(sessionId)
    await ended(orderId, 'expired')
  })

  describe.skipIf(cliMissing)('the official CLI', () => {
    test.each(TRIGGERS)('trigger %s is recorded as ignored: %s', async (type, reason) => {
      const before = await engine.events.list({ type, limit: 1_000 })
      await trigger(type)
      await expect
        .poll(async () => (await engine.events.list({ type, state: 'ignored' }))[0], {
          timeout: 25_000,
        })
        .toMatchObject({ type, state: 'ignored', reason, endpoint: 'default', secretIndex: 0 })
      expect((await engine.events.list({ type, limit: 1_000 })).length).toBeGreaterThan(
        before.length,
      )
    })

    test('the recipe’s own line with a foreign marker is not ours', async () => {
      await trigger('checkout.session.completed', '--add', 'checkout_session:metadata[user_id]=42')
      await expect
        .poll(async () => (await engine.events.list({ type: 'checkout.session.completed' }))[0], {
          timeout: 25_000,
        })
        .toMatchObject({ state: 'ignored', reason: 'not_ours' })
    })

    test('the recipe’s own line that claims a real order is held, the order unchanged', async () => {
      const { orderId } = await buy()
      const marker = `checkout_session:metadata[quittance_order]=${orderId}`
      await trigger('checkout.session.completed', '--add', marker)
      await expect
        .poll(async () => (await engine.events.list({ state: 'quarantined' }))[0], {
          timeout: 25_000,
        })
        .toMatchObject({ type: 'checkout.session.completed', reason: 'session_mismatch' })
      expect(await engine.orders.get(orderId)).toMatchObject({ status: 'pending', held: false })
    })
  })
})
