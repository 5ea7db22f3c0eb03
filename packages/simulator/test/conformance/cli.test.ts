// Goal: the official CLI works unchanged. Method: each trigger with an account of its own, over TCP and over the
// unix socket; exit 0 alone proves nothing, so the named event must arrive, signed and of Stripe's shape.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CheckedSimulator, checkedSimulator } from '../schema/checked-simulator.ts'
import { stripeShapeViolations } from '../schema/validate.ts'
import { type Receiver, startReceiver } from './receiver.ts'
import { type CliRun, cliMissing, runCli } from './stripe-cli.ts'

interface Trigger {
  readonly event: string
  readonly extra?: readonly string[]
  /** What the payload must say, beyond its shape. */
  readonly says?: Record<string, unknown>
}

const triggers: readonly Trigger[] = [
  { event: 'checkout.session.completed', says: { status: 'complete', payment_status: 'paid' } },
  {
    event: 'checkout.session.completed',
    extra: ['--add', 'checkout_session:metadata[quittance_order]=ord_x'],
    says: { metadata: { quittance_order: 'ord_x' }, amount_total: 3000 },
  },
  {
    event: 'checkout.session.async_payment_succeeded',
    says: { status: 'complete', payment_status: 'paid' },
  },
  {
    event: 'checkout.session.async_payment_failed',
    says: { status: 'complete', payment_status: 'unpaid' },
  },
  { event: 'checkout.session.expired', says: { status: 'expired', payment_status: 'unpaid' } },
  { event: 'payment_intent.succeeded', says: { status: 'succeeded' } },
  { event: 'payment_intent.payment_failed', says: { status: 'requires_payment_method' } },
  { event: 'charge.refunded', says: { refunded: true } },
  { event: 'customer.created', says: { object: 'customer' } },
  { event: 'product.created', says: { object: 'product' } },
  { event: 'price.created', says: { object: 'price' } },
]

const transports = ['tcp', 'socket'] as const
const runs = transports.flatMap((transport) =>
  triggers.map((trigger, index) => ({
    ...trigger,
    transport,
    name: [trigger.event, ...(trigger.extra ?? [])].join(' '),
    apiKey: `sk_test_${transport}${index}trigger`,
  })),
)
type Run = (typeof runs)[number]

const parallelMax = 3
let folder: string
let receiver: Receiver
let simulator: CheckedSimulator
const secrets = new Map<Run, string>()
const results = new Map<Run, CliRun>()

async function trigger(run: Run): Promise<void> {
  const { secret } = simulator.account(run.apiKey).addWebhookEndpoint({
    url: `${receiver.url}/${run.apiKey}`,
    enabledEvents: ['*'],
  })
  secrets.set(run, secret)
  const target =
    run.transport === 'tcp' ? { apiBase: simulator.url } : { socketPath: join(folder, 'sim.sock') }
  const args = ['trigger', run.event, ...(run.extra ?? [])]
  results.set(run, await runCli(args, { apiKey: run.apiKey, configFolder: folder, ...target }))
}

if (cliMissing) console.log(`skipped: the CLI's triggers, because ${cliMissing}`)

describe.skipIf(cliMissing)('the official CLI', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cli-'))
    receiver = await startReceiver()
    simulator = await checkedSimulator({ seed: 'cli', socketPath: join(folder, 'sim.sock') })
    const waiting = [...runs]
    const worker = async () => {
      for (let run = waiting.shift(); run; run = waiting.shift()) await trigger(run)
    }
    await Promise.all(Array.from({ length: parallelMax }, worker))
    await simulator.drain({ timeoutMs: 20_000 })
  }, 240_000)

  afterAll(async () => {
    await receiver?.close()
    await simulator?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test.each(runs)('$transport: trigger $name', async (run) => {
    expect(results.get(run), 'exit code').toMatchObject({ code: 0 })
    const received = receiver.at(`/${run.apiKey}`)
    const events = received.map(({ body, signature }) =>
      Stripe.webhooks.constructEvent(body, signature, secrets.get(run) ?? ''),
    )
    expect(events.flatMap((event) => stripeShapeViolations(event))).toEqual([])
    expect(events.map((event) => event.type)).toContain(run.event)
    const named = events.find((event) => event.type === run.event)
    expect(named?.data.object).toMatchObject(run.says ?? {})
  })

  test('a wrong secret is refused, so an accepted signature means something', () => {
    const [delivery] = receiver.at(`/${runs[0]?.apiKey}`)
    expect(() =>
      Stripe.webhooks.constructEvent(
        delivery?.body ?? '',
        delivery?.signature ?? '',
        'whsec_other',
      ),
    ).toThrow(/signature/i)
  })

  test('every answer and event of all triggers has the shape of the official types', () => {
    expect(simulator.violations()).toEqual([])
    expect(simulator.checkedCount()).toBeGreaterThan(runs.length * 2)
  })
})
