// Goal: an order is fulfilled with `stripe listen --forward-to …/stripe-webhook` as the only way for events to arrive.
// Method: the real CLI between a simulator that checks every answer and the engine over HTTP; no endpoint registered.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createEngine, type Engine } from '@quittance/engine'
import { createFetchHandler } from '@quittance/engine/adapters/fetch'
import { toNodeHandler } from '@quittance/engine/adapters/node'
import Stripe from 'stripe'
import { describe, expect, onTestFinished, test } from 'vitest'
import { backends } from '../packages/engine/test/support/databases.ts'
import { folderOfTest, startListening } from '../packages/simulator/test/cli-channel/support.ts'
import { cliMissing, runCli } from '../packages/simulator/test/conformance/stripe-cli.ts'
import { checkedSimulator } from '../packages/simulator/test/schema/checked-simulator.ts'

const API_KEY = 'sk_test_listen0001'

async function serve(): Promise<{ server: Server; url: string }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { server, url: `http://127.0.0.1:${port}` }
}

describe.skipIf(cliMissing).each(backends)(
  'stripe listen before the engine on $name',
  (backend) => {
    test('fulfils what was paid, through the secret that the CLI printed', async () => {
      const simulator = await checkedSimulator({ seed: 'listen' })
      onTestFinished(() => simulator.close())
      const stripe = new Stripe(API_KEY, {
        host: '127.0.0.1',
        port: simulator.port,
        protocol: 'http',
        telemetry: false,
      })
      const product = await stripe.products.create({ name: 'Poster' })
      const price = await stripe.prices.create({
        product: product.id,
        currency: 'eur',
        unit_amount: 1_500,
      })
      const target = { apiKey: API_KEY, apiBase: simulator.url, configFolder: folderOfTest() }
      // As a shop is set up: the secret first, then the shop, then the listener.
      const { output } = await runCli(['listen', '--print-secret'], target)
      const secret = output.trim()

      const db = await backend.open()
      onTestFinished(() => db.drop())
      const { server, url } = await serve()
      onTestFinished(() => void server.close())
      const engine: Engine = createEngine({
        database: db.database,
        stripe,
        mode: 'test',
        endpoints: { default: { secrets: [secret] } },
        catalogue: { poster: { price: price.id } },
        checkout: { publicUrl: url },
      })
      onTestFinished(() => engine.stop())
      server.on('request', toNodeHandler(createFetchHandler(engine)))
      await engine.start()
      const forward = ['--forward-to', `${url}/stripe-webhook`, '--all-snapshot']
      const listener = await startListening(forward, target)
      expect(listener.secret).toBe(secret)
      expect(listener.output()).toContain('You are using Stripe API Version [2026-10-28.endive]')

      const answer = await fetch(`${url}/api/checkout/create-session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ itemId: 'poster', quantity: 2 }),
      })
      expect(answer.status).toBe(201)
      const made: { orderId: string; sessionId: string } = JSON.parse(await answer.text())
      await stripe.rawRequest('POST', `/v1/payment_pages/${made.sessionId}/confirm`, {
        payment_method: 'pm_card_visa',
        expected_amount: 3_000,
      })
      await expect
        .poll(async () => (await engine.orders.get(made.orderId))?.status, { timeout: 25_000 })
        .toBe('fulfilled')
      await listener.printed(/checkout\.session\.completed[\s\S]*\[200\] POST .*\/stripe-webhook/)
      const [event] = await engine.events.list({ type: 'checkout.session.completed' })
      expect(event).toMatchObject({ endpoint: 'default', secretIndex: 0 })
      expect(await stripe.webhookEndpoints.list()).toMatchObject({ data: [] })
      expect(
        new Set(
          simulator
            .account(API_KEY)
            .deliveries()
            .map(({ status }) => status),
        ),
      ).toEqual(new Set([200]))
    })
  },
)
