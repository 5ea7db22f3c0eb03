/** Stocks a fresh simulator with the prices and endpoints of the command line. */
import type { PriceWish, Stock } from './cli-options.ts'
import type { Simulator } from './types.ts'

export interface StockedPrice extends PriceWish {
  readonly id: string
}

export interface StockedEndpoint {
  readonly id: string
  readonly url: string
}

export interface Stocked {
  readonly prices: readonly StockedPrice[]
  readonly endpoints: readonly StockedEndpoint[]
  /** What an app reads from its environment. */
  readonly env: Readonly<Record<string, string>>
}

export async function stockSimulator(simulator: Simulator, stock: Stock): Promise<Stocked> {
  const { apiKey, forwardTo } = stock
  // Prices come first: an app that is not up yet would miss the events of their making, over and over.
  const prices: StockedPrice[] = []
  for (const wish of stock.prices) prices.push(await makePrice(simulator.url, apiKey, wish))
  const endpoints: StockedEndpoint[] = []
  // One secret for all, as `stripe listen` has it: an app has one variable for it.
  let secret = stock.secret
  for (const url of forwardTo) {
    const account = simulator.account(apiKey)
    // A state that was taken up may have it already.
    const known = account
      .webhookEndpoints()
      .find(
        (endpoint) => endpoint.url === url && (secret === undefined || endpoint.secret === secret),
      )
    const made =
      known ?? account.addWebhookEndpoint({ url, ...(secret === undefined ? {} : { secret }) })
    secret = made.secret
    endpoints.push({ id: made.id, url })
  }
  return {
    prices,
    endpoints,
    env: {
      STRIPE_API_BASE: simulator.url,
      STRIPE_API_KEY: apiKey,
      ...(secret === undefined ? {} : { STRIPE_WEBHOOK_SECRET: secret }),
    },
  }
}

/** By the API itself, so that these prices are like any other. */
async function makePrice(url: string, apiKey: string, wish: PriceWish): Promise<StockedPrice> {
  const headers = { authorization: `Bearer ${apiKey}` }
  const known = await knownPrice(url, headers, wish)
  if (known) return { id: known.id, ...wish }
  const response = await fetch(`${url}/v1/prices`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({
      currency: wish.currency,
      unit_amount: String(wish.unitAmount),
      lookup_key: wish.lookupKey,
      transfer_lookup_key: 'true',
      'product_data[name]': nameOf(wish.lookupKey),
    }),
  })
  const answer: unknown = await response.json()
  if (response.ok && isNamed(answer)) return { id: answer.id, ...wish }
  throw new TypeError(
    `--price ${wish.lookupKey}: the simulator refused it with status ${response.status}. Try another lookup key or amount.`,
  )
}

/** A price under this lookup key that a state taken up holds; another amount takes the key over. */
async function knownPrice(
  url: string,
  headers: Record<string, string>,
  { lookupKey, unitAmount, currency }: PriceWish,
): Promise<{ id: string } | undefined> {
  const query = new URLSearchParams({ 'lookup_keys[0]': lookupKey })
  const response = await fetch(`${url}/v1/prices?${query}`, { headers })
  const { data = [] }: { data?: { id: string; unit_amount: number; currency: string }[] } =
    JSON.parse(await response.text())
  return data.find((price) => price.unit_amount === unitAmount && price.currency === currency)
}

function isNamed(answer: unknown): answer is { id: string } {
  return typeof answer === 'object' && answer !== null && 'id' in answer
}

/** What the buyer reads on the checkout page: `poster_2026` is Poster 2026. */
function nameOf(lookupKey: string): string {
  const words = lookupKey.replaceAll(/[_-]+/g, ' ').trim()
  return words === '' ? lookupKey : words.charAt(0).toUpperCase() + words.slice(1)
}
