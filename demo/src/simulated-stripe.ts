// Owns the shop's account in the simulator: products, prices, and the endpoint with its secret.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemRandom } from '@quittance/engine'
import type { SimulatedAccount } from '@quittance/simulator'
import Stripe from 'stripe'
import { GOODS, lookupKeyOf, SHOP_NAME } from './goods.ts'
import { MEMBERSHIP_NAME, PLANS, planLookupKey } from './plans.ts'

/** The key under which guides, tests and `quittance stripe` know this shop. */
export const DEMO_API_KEY = 'sk_test_quittance_demo'

/** Marks what `ensurePlans` made; another version makes plans and portal anew. */
const PORTAL_MARKER = 'quittance_demo'
const PORTAL_VERSION = '1'

/**
 * The signing secret, made once and kept: deliveries that were signed before a restart still hold
 * after it.
 */
export async function keptWebhookSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, 'webhook.secret')
  const kept = await readFile(path, 'utf8').catch(() => '')
  if (/^whsec_[a-f0-9]{48}$/.test(kept.trim())) return kept.trim()
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const made = `whsec_${systemRandom.hex(24)}`
  await writeFile(path, `${made}\n`, { mode: 0o600 })
  return made
}

export function shopAccount(simulatorUrl: string): Stripe {
  const { hostname, port } = new URL(simulatorUrl)
  return new Stripe(DEMO_API_KEY, { host: hostname, port, protocol: 'http', telemetry: false })
}

/** What is missing is made again, under the same keys: a fresh simulator knows nothing. */
export async function ensureGoods(stripe: Stripe): Promise<void> {
  const { data } = await stripe.prices.list({
    lookup_keys: GOODS.map(lookupKeyOf),
    active: true,
    limit: 100,
  })
  const known = new Set(data.map((price) => price.lookup_key))
  for (const good of GOODS) {
    if (known.has(lookupKeyOf(good))) continue
    const product = await stripe.products.create({ name: good.name, description: good.line })
    await stripe.prices.create({
      product: product.id,
      currency: good.currency,
      unit_amount: good.unitAmount,
      lookup_key: lookupKeyOf(good),
    })
  }
}

/**
 * One product with a price for each plan.
 * @returns the configuration of the billing portal that lets members change between them.
 */
export async function ensurePlans(stripe: Stripe): Promise<string> {
  const { configurations } = stripe.billingPortal
  const { data } = await configurations.list({ active: true, limit: 100 })
  const own = data.find(({ metadata }) => metadata?.[PORTAL_MARKER] === PORTAL_VERSION)
  if (own !== undefined) return own.id
  const product = await stripe.products.create({ name: MEMBERSHIP_NAME })
  const prices: string[] = []
  for (const plan of PLANS) {
    const price = await stripe.prices.create({
      product: product.id,
      currency: plan.currency,
      unit_amount: plan.unitAmount,
      recurring: { interval: plan.interval },
      lookup_key: planLookupKey(plan),
      transfer_lookup_key: true,
    })
    prices.push(price.id)
  }
  // The account's own configuration allows no change of plan: a merchant says so, here as there.
  const made = await configurations.create({
    metadata: { [PORTAL_MARKER]: PORTAL_VERSION },
    business_profile: { headline: `${MEMBERSHIP_NAME} at ${SHOP_NAME}` },
    features: {
      customer_update: { enabled: true, allowed_updates: ['name', 'email', 'address'] },
      invoice_history: { enabled: true },
      payment_method_update: { enabled: true },
      subscription_cancel: { enabled: true, mode: 'at_period_end' },
      subscription_update: {
        enabled: true,
        default_allowed_updates: ['price'],
        proration_behavior: 'always_invoice',
        products: [{ product: product.id, prices }],
      },
    },
  })
  return made.id
}

/**
 * The endpoint of an earlier run is moved to this one's address, so that what still waits for
 * delivery arrives.
 */
export async function ensureEndpoint(
  stripe: Stripe,
  account: SimulatedAccount,
  url: string,
  secret: string,
): Promise<void> {
  const known = account.webhookEndpoints().find((endpoint) => endpoint.secret === secret)
  if (known === undefined) account.addWebhookEndpoint({ url, secret })
  else if (known.url !== url) await stripe.webhookEndpoints.update(known.id, { url })
}
