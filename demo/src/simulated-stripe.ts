// Owns the shop's account in the simulator: products, prices, and the endpoint with its secret.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemRandom } from '@quittance/engine'
import Stripe from 'stripe'
import { GOODS, lookupKeyOf } from './goods.ts'

/** The key under which guides, tests and `quittance stripe` know this shop. */
export const DEMO_API_KEY = 'sk_test_quittance_demo'

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

/** The simulator forgets with its process: what is missing is made again, under the same keys. */
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
