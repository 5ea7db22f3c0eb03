// Owns the environment: each variable's form, and what to say when it has another one.
import { z } from 'zod'
import type { Problem } from './problem.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Blocks of addresses that a name stands for, as in other servers' proxy settings. */
const NETWORK_NAMES: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
}

const ENDPOINT_KEY = /^STRIPE_WEBHOOK_SECRET_([A-Z0-9_]{1,40})$/

/** What reading a text gave: its value, or what was found there and the cure. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly found: string; readonly cure: string }

const good = <T>(value: T): Reading<T> => ({ ok: true, value })
const bad = (found: string, cure: string): Reading<never> => ({ ok: false, found, cure })

/** A schema that rejects in our words. */
function field<T>(read: (text: string) => Reading<T>) {
  return z.string().transform((text, context): T => {
    const reading =
      text.trim() === ''
        ? bad('is set but empty', 'Give it a value, or remove it.')
        : read(text.trim())
    if (reading.ok) return reading.value
    const { found, cure } = reading
    context.addIssue({ code: 'custom', message: cure, params: { found } })
    return z.NEVER
  })
}

const KEY_CURE = 'Use the secret key (sk_…) or a restricted key (rk_…) of your Stripe account.'

const apiKey = field((text): Reading<string> => {
  if (/^(sk|rk)_(test|live)_[A-Za-z0-9_]+$/.test(text)) return good(text)
  if (text.startsWith('pk_')) return bad('is a publishable key (pk_…)', KEY_CURE)
  if (text.startsWith('whsec_')) return bad('is a signing secret (whsec_…)', KEY_CURE)
  return bad('is neither sk_… nor rk_…', KEY_CURE)
})

const secrets = field((text): Reading<readonly string[]> => {
  const list = text.split(',').map((part) => part.trim())
  const wrong = list.findIndex((part) => !/^whsec_[A-Za-z0-9_+/=]+$/.test(part))
  if (wrong === -1) return good(list)
  const position = list.length === 1 ? '' : ` at position ${wrong + 1}`
  const what = list[wrong] === '' ? 'holds an empty secret' : 'holds something other than whsec_…'
  return bad(
    `${what}${position}`,
    'Copy the signing secret of the endpoint (whsec_…); separate several with commas.',
  )
})

const origin = field((text): Reading<URL> => {
  const cure = 'Give an http or https URL without path, such as http://127.0.0.1:4243.'
  if (!URL.canParse(text)) return bad('is not a URL', cure)
  const url = new URL(text)
  if (!/^https?:$/.test(url.protocol)) return bad(`has the scheme ${url.protocol}`, cure)
  if (url.username !== '' || url.password !== '') return bad('holds a password', cure)
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return bad('has a path, a query or a fragment', cure)
  }
  return good(url)
})

const publicUrl = field((text): Reading<string> => {
  const cure = 'Give the absolute URL under which buyers reach this server, without trailing slash.'
  if (!URL.canParse(text)) return bad('is not an absolute URL', cure)
  const url = new URL(text)
  if (!/^https?:$/.test(url.protocol)) return bad(`has the scheme ${url.protocol}`, cure)
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return bad('has a user, a query or a fragment', cure)
  }
  // Not the text: `HTTPS://…` and `https:shop.example` parse as well, and would be sent as they are.
  return good(`${url.origin}${url.pathname}`.replace(/\/+$/, ''))
})

const databaseUrl = field((text): Reading<string> => {
  const cure = 'Give postgres://user:password@host:5432/name, or remove it for the embedded one.'
  if (!/^postgres(ql)?:\/\//.test(text)) return bad('does not begin with postgres://', cure)
  return URL.canParse(text) ? good(text) : bad('is not a URL', cure)
})

const port = field((text): Reading<number> => {
  const value = Number(text)
  if (/^\d{1,5}$/.test(text) && value <= 65_535) return good(value)
  return bad(`is ${JSON.stringify(text)}`, 'Give a whole number from 0 to 65535.')
})

const networks = field((text) => networksOf(text.split(',')))

const path = field((text) => good(text))

function choice<T extends string>(names: readonly T[]) {
  return field((text): Reading<T> => {
    const name = names.find((candidate) => candidate === text)
    return name === undefined
      ? bad(`is ${JSON.stringify(text)}`, `Use ${names.join(', ')}.`)
      : good(name)
  })
}

/** Networks in CIDR form; names and single addresses are written out. */
export function networksOf(parts: readonly string[]): Reading<readonly string[]> {
  const list: string[] = []
  for (const part of parts.map((each) => each.trim())) {
    const named = NETWORK_NAMES[part]
    const cidr = /^(.+?)(?:\/(\d{1,3}))?$/.exec(part)
    const family = z.union([z.ipv4(), z.ipv6()]).safeParse(cidr?.[1])
    const bitsMax = cidr?.[1]?.includes(':') === true ? 128 : 32
    const bits = cidr?.[2] === undefined ? bitsMax : Number(cidr[2])
    if (named !== undefined) list.push(...named)
    else if (family.success && bits <= bitsMax) list.push(`${family.data}/${bits}`)
    else {
      return bad(
        `names ${JSON.stringify(part)}`,
        'Give addresses or networks such as 10.0.0.7, 10.0.0.0/8 or loopback.',
      )
    }
  }
  return good(list)
}

const SCHEMA = z.object({
  STRIPE_API_KEY: apiKey.optional(),
  STRIPE_API_BASE: origin.optional(),
  DATABASE_URL: databaseUrl.optional(),
  DATA_DIR: path.default('.data'),
  HOST: path.default('127.0.0.1'),
  PORT: port.default(4242),
  PUBLIC_URL: publicUrl.optional(),
  TLS_CERT_FILE: path.optional(),
  TLS_KEY_FILE: path.optional(),
  TRUSTED_PROXY: networks.optional(),
  LOG_LEVEL: choice(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  LOG_FORMAT: choice(['json', 'pretty']).optional(),
  QUITTANCE_CONFIG: path.optional(),
})

/** The variables by name, as far as they have the right form. */
export type EnvironmentValues = Partial<z.output<typeof SCHEMA>> & {
  readonly endpoints: Readonly<Record<string, { readonly secrets: readonly string[] }>>
}

/** The names that the schema reads; the docs' table is tested to hold exactly these. */
export const READ_KEYS: readonly string[] = [
  ...Object.keys(SCHEMA.shape),
  'STRIPE_WEBHOOK_SECRET',
  'STRIPE_WEBHOOK_SECRET_<ENDPOINT>',
]

/** Reads every variable on its own, so that one wrong one does not hide the next. */
export function readEnvironment(environment: Environment): {
  readonly values: EnvironmentValues
  readonly problems: readonly Problem[]
} {
  const problems: Problem[] = []
  const values: Record<string, unknown> = {}
  for (const [key, schema] of Object.entries(SCHEMA.shape)) {
    const result = schema.safeParse(environment[key])
    if (result.success) values[key] = result.data
    else problems.push(problemOf(key, result.error))
  }
  const endpoints: Record<string, { secrets: readonly string[] }> = {}
  for (const [key, name] of endpointKeys(environment)) {
    const result = secrets.safeParse(environment[key])
    if (!result.success) problems.push(problemOf(key, result.error))
    else if (endpoints[name] === undefined) endpoints[name] = { secrets: result.data }
    else problems.push({ key, found: TWICE, cure: 'Keep one of the two, with several secrets.' })
  }
  return { values: { ...values, endpoints }, problems }
}

const TWICE = 'names the endpoint of STRIPE_WEBHOOK_SECRET a second time'

function endpointKeys(environment: Environment): readonly (readonly [string, string])[] {
  const named = Object.keys(environment).flatMap((key) => {
    const match = ENDPOINT_KEY.exec(key)
    return match?.[1] === undefined ? [] : [[key, match[1].toLowerCase()] as const]
  })
  const own = environment.STRIPE_WEBHOOK_SECRET === undefined ? [] : [OWN_ENDPOINT]
  return [...own, ...named].filter(([key]) => environment[key] !== undefined)
}

const OWN_ENDPOINT = ['STRIPE_WEBHOOK_SECRET', 'default'] as const

function problemOf(key: string, error: z.ZodError): Problem {
  const issue = error.issues[0]
  const found: unknown = issue?.code === 'custom' ? issue.params?.found : undefined
  return {
    key,
    found: typeof found === 'string' ? found : 'has the wrong form',
    cure: issue?.message ?? 'Correct it.',
  }
}
