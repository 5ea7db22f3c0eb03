/** Reads the command line: which simulator to run, and what to stock it with before an app comes. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { SimulatorOptions } from './types.ts'

export const usage = `quittance-simulator [options]
quittance-simulator stripe <arguments of the official CLI>

A local, stateful Stripe. Not affiliated with Stripe.

  --port N                   where to listen on 127.0.0.1; 12111 unless told, 0 takes any free port
  --socket PATH              a unix socket beside it, for the official CLI; unless told it is
                             quittance-simulator-PORT.sock in the folder for temporary files
  --seed S                   ids and secrets become a function of this text
  --state FILE               take up what this file holds, and write it again on exit
  --allow-host NAME          a name beside localhost, 127.0.0.1 and NAME.dev.stripe.me by which clients
                             come here; others are refused. May be repeated
  --json                     one line of JSON instead of text

To have what an app needs from its first second:

  --price KEY=AMOUNT         a product with a one-time price under this lookup key; the amount is in
                             the smallest unit, with its currency: poster_2026=2500usd is $25.00.
                             May be repeated
  --forward-to URL           a webhook endpoint that gets every event. May be repeated
  --secret whsec_…           signs the deliveries of all --forward-to; made up unless given
  --key sk_test_…            whose account has them; sk_test_simulator unless given

  -h, --help                 this text

With \`stripe\` first, the official CLI runs against the simulator that listens: on the default port, or
where STRIPE_API_BASE or STRIPE_CLI_UNIX_SOCKET say. For example:

  quittance-simulator stripe trigger checkout.session.completed`

export interface PriceWish {
  readonly lookupKey: string
  readonly currency: string
  readonly unitAmount: number
}

export interface Stock {
  readonly apiKey: string
  readonly prices: readonly PriceWish[]
  readonly forwardTo: readonly string[]
  readonly secret: string | undefined
}

export interface CommandLine {
  readonly options: SimulatorOptions
  readonly stock: Stock
  readonly json: boolean
  /** Where to keep the state between runs. */
  readonly state: string | undefined
}

export const defaultKey = 'sk_test_simulator'
export const defaultPort = 12_111
/** Stripe's own limit for an account. */
const endpointsMax = 16

const flags = {
  port: { type: 'string' },
  socket: { type: 'string' },
  seed: { type: 'string' },
  state: { type: 'string' },
  'allow-host': { type: 'string', multiple: true, default: [] as string[] },
  json: { type: 'boolean', default: false },
  price: { type: 'string', multiple: true, default: [] as string[] },
  'forward-to': { type: 'string', multiple: true, default: [] as string[] },
  secret: { type: 'string' },
  key: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** Undefined: help was asked for. Throws a TypeError that names the flag, what was found, the cure. */
export function readCommandLine(args: readonly string[]): CommandLine | undefined {
  const { values } = parseArgs({ args: [...args], options: flags })
  if (values.help) return undefined
  const { seed, json, state } = values
  const port = readPort(values.port)
  const socket = values.socket ?? defaultSocketPath(port)
  return {
    json,
    state,
    options: {
      port,
      ...(values['allow-host'].length > 0 ? { allowedHosts: values['allow-host'] } : {}),
      ...(socket === undefined ? {} : { socketPath: socket }),
      ...(seed === undefined ? {} : { seed }),
    },
    stock: {
      apiKey: readKey(values.key),
      prices: readPrices(values.price),
      forwardTo: readAddresses(values['forward-to']),
      secret: readSecret(values.secret, values['forward-to']),
    },
  }
}

/** None where the port is not known beforehand, and where the CLI cannot use one. */
export function defaultSocketPath(port: number): string | undefined {
  if (port === 0 || process.platform === 'win32') return undefined
  return join(tmpdir(), `quittance-simulator-${port}.sock`)
}

function readPort(given: string | undefined): number {
  if (given === undefined) return defaultPort
  const port = Number(given)
  if (/^\d+$/.test(given) && port <= 65_535) return port
  throw new TypeError(`--port must be a number from 0 to 65535, not '${given}'.`)
}

/** Shell words that need no quotes: what is printed can be pasted. The CLI asks for 12 characters. */
const keyPattern = /^(sk|rk)_test_\w{4,}$/
const secretPattern = /^whsec_[\w+/=-]+$/

/** What was found is told by its beginning: the rest may be a real key. */
function readKey(given: string | undefined): string {
  if (given === undefined) return defaultKey
  if (keyPattern.test(given)) return given
  const found = /^(sk|rk|pk)_live_/.test(given) ? 'a live key' : 'something else'
  throw new TypeError(
    `--key must be sk_test_ and then at least 4 letters, digits or _, but is ${found}. Any such key will do: each is an account of its own here.`,
  )
}

function readSecret(given: string | undefined, forwardTo: readonly string[]): string | undefined {
  if (given === undefined) return undefined
  if (!secretPattern.test(given)) {
    throw new TypeError(
      '--secret must be whsec_ and then letters or digits, but is something else. Leave it out to have one made up.',
    )
  }
  if (forwardTo.length > 0) return given
  throw new TypeError(
    '--secret signs what --forward-to sends, but there is none. Add --forward-to.',
  )
}

const priceCure = `Write LOOKUPKEY=AMOUNT and the currency, the amount in its smallest unit: --price poster_2026=2500usd is $25.00.`

function readPrices(given: readonly string[]): PriceWish[] {
  const prices = given.map(readPrice)
  const twice = twiceIn(prices.map(({ lookupKey }) => lookupKey))
  if (twice === undefined) return prices
  throw new TypeError(
    `--price gives the lookup key '${twice}' twice, but it names one price. Give each price its own.`,
  )
}

function readPrice(given: string): PriceWish {
  const [, lookupKey, amount, currency] = /^([^=\s]{1,200})=(\d{1,8})([a-z]{3})$/i.exec(given) ?? []
  if (lookupKey === undefined || amount === undefined || currency === undefined) {
    throw new TypeError(`--price cannot be read from '${given}'. ${priceCure}`)
  }
  return { lookupKey, currency: currency.toLowerCase(), unitAmount: Number(amount) }
}

function readAddresses(given: readonly string[]): readonly string[] {
  for (const address of given) {
    if (/^https?:\/\/\S+$/.test(address) && URL.canParse(address)) continue
    throw new TypeError(
      `--forward-to must be a whole http address, not '${address}'. Write for example --forward-to http://127.0.0.1:3000/webhooks/stripe.`,
    )
  }
  const twice = twiceIn(given)
  if (twice !== undefined) {
    throw new TypeError(`--forward-to names '${twice}' twice. Name each address once.`)
  }
  if (given.length <= endpointsMax) return given
  throw new TypeError(
    `--forward-to is given ${given.length} times, but an account has at most ${endpointsMax} endpoints. Leave some out.`,
  )
}

function twiceIn(texts: readonly string[]): string | undefined {
  return texts.find((text, index) => texts.indexOf(text) !== index)
}
