// Owns the server's configuration as a whole: environment over file, and the rules between keys.
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import { type EngineOptions, type Mode, modeOfKey } from '@quittance/engine'
import { type Environment, type EnvironmentValues, readEnvironment } from './environment.ts'
import { type ConfigFile, loadConfigFile } from './file.ts'
import { ConfigError, type Problem } from './problem.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'
export type LogFormat = 'json' | 'pretty'

export type DatabaseConfig =
  | { readonly kind: 'postgres'; readonly connectionString: string }
  | { readonly kind: 'pglite'; readonly dataDir: string }

export interface TlsConfig {
  readonly cert: string
  readonly key: string
}

/** Everything a server needs to start. Holds secrets: never log it, never put it in an error. */
export interface ServerConfig {
  readonly mode: Mode
  readonly apiKey: string
  /** Null: Stripe's own address. */
  readonly apiBase: URL | null
  readonly endpoints: EngineOptions['endpoints']
  readonly database: DatabaseConfig
  /** Where the control socket lives; set in embedded mode. */
  readonly dataDir: string
  readonly host: string
  readonly port: number
  /** Null: the listener's own URL, known once it listens. */
  readonly publicUrl: string | null
  readonly tls: TlsConfig | null
  /** Networks in CIDR form; null when anyone may connect. */
  readonly trustedProxy: readonly string[] | null
  readonly log: { readonly level: LogLevel; readonly format: LogFormat }
  readonly app: ConfigFile
}

export interface ConfigSources {
  readonly environment: Environment
  readonly directory: string
  /** The path given on the command line. */
  readonly configPath?: string | undefined
  /** Logs are for a person at a terminal. */
  readonly terminal?: boolean
}

/**
 * Reads everything and reports everything that is wrong at once.
 * @throws ConfigError
 */
export async function loadConfig(sources: ConfigSources): Promise<ServerConfig> {
  const { values, problems: environmentProblems } = readEnvironment(sources.environment)
  const { file, problems: fileProblems } = await findConfigFile(sources, values)
  const problems = [...environmentProblems, ...fileProblems]
  const tls = await readTls(values, file, problems)
  const blamed = new Set(problems.map((problem) => problem.key))
  // A key that has the wrong form is reported once, not again as missing.
  for (const problem of crossRules(values, file, tls, sources.environment)) {
    if (!blamed.has(problem.key)) problems.push(problem)
  }
  const apiKey = values.STRIPE_API_KEY
  if (problems.length > 0 || apiKey === undefined) throw new ConfigError(problems)
  return {
    mode: modeOfKey(apiKey),
    apiKey,
    apiBase: values.STRIPE_API_BASE ?? null,
    endpoints: values.endpoints,
    database: databaseOf(values, sources.directory),
    dataDir: resolve(sources.directory, values.DATA_DIR ?? '.data'),
    host: values.HOST ?? '127.0.0.1',
    port: values.PORT ?? 4242,
    publicUrl: values.PUBLIC_URL ?? null,
    tls,
    trustedProxy: values.TRUSTED_PROXY ?? file.trustedProxy ?? null,
    log: logOf(values, sources.terminal === true),
    app: file,
  }
}

/** What the commands need that only reach the store: no key, no secret. */
export function loadStoreConfig(sources: ConfigSources): {
  readonly database: DatabaseConfig
  readonly dataDir: string
  readonly log: ServerConfig['log']
} {
  const { values, problems } = readEnvironment(sources.environment)
  const ours = problems.filter((problem) => STORE_KEYS.has(problem.key))
  if (ours.length > 0) throw new ConfigError(ours)
  return {
    database: databaseOf(values, sources.directory),
    dataDir: resolve(sources.directory, values.DATA_DIR ?? '.data'),
    log: logOf(values, sources.terminal === true),
  }
}

/** What the commands need that only ask Stripe: a key and a catalogue, no store, no secret. */
export async function loadStripeConfig(
  sources: ConfigSources,
): Promise<Pick<ServerConfig, 'mode' | 'apiKey' | 'apiBase' | 'app'>> {
  const { values, problems: environmentProblems } = readEnvironment(sources.environment)
  const { file, problems: fileProblems } = await findConfigFile(sources, values)
  const ours = environmentProblems.filter((problem) => STRIPE_KEYS.has(problem.key))
  const problems = [...ours, ...fileProblems]
  const blamed = new Set(problems.map((problem) => problem.key))
  const rules = crossRules(values, file, null, sources.environment)
  problems.push(...rules.filter(({ key }) => STRIPE_KEYS.has(key) && !blamed.has(key)))
  const apiKey = values.STRIPE_API_KEY
  if (problems.length > 0 || apiKey === undefined) throw new ConfigError(problems)
  return { mode: modeOfKey(apiKey), apiKey, apiBase: values.STRIPE_API_BASE ?? null, app: file }
}

const STRIPE_KEYS = new Set(['STRIPE_API_KEY', 'STRIPE_API_BASE', 'QUITTANCE_CONFIG'])

async function findConfigFile({ configPath, directory }: ConfigSources, values: EnvironmentValues) {
  const named = configPath ?? values.QUITTANCE_CONFIG
  const namedBy = configPath === undefined ? 'QUITTANCE_CONFIG' : '--config'
  return await loadConfigFile(named, directory, namedBy)
}

const STORE_KEYS = new Set(['DATABASE_URL', 'DATA_DIR', 'LOG_LEVEL', 'LOG_FORMAT'])

function logOf(values: EnvironmentValues, terminal: boolean): ServerConfig['log'] {
  const format = values.LOG_FORMAT ?? (terminal ? 'pretty' : 'json')
  return { level: values.LOG_LEVEL ?? 'info', format }
}

function databaseOf(values: EnvironmentValues, directory: string): DatabaseConfig {
  if (values.DATABASE_URL !== undefined) {
    return { kind: 'postgres', connectionString: values.DATABASE_URL }
  }
  return { kind: 'pglite', dataDir: resolve(directory, values.DATA_DIR ?? '.data', 'db') }
}

async function readTls(
  values: EnvironmentValues,
  file: ConfigFile,
  problems: Problem[],
): Promise<TlsConfig | null> {
  const paths = {
    TLS_CERT_FILE: values.TLS_CERT_FILE ?? file.tls?.certFile,
    TLS_KEY_FILE: values.TLS_KEY_FILE ?? file.tls?.keyFile,
  }
  if (paths.TLS_CERT_FILE === undefined && paths.TLS_KEY_FILE === undefined) return null
  const read = async (key: keyof typeof paths, marker: string): Promise<string> => {
    const path = paths[key]
    if (path === undefined) {
      problems.push({ key, found: 'is not set', cure: 'Certificate and key go together.' })
      return ''
    }
    const pem = await readFile(path, 'utf8').catch(() => null)
    if (pem === null) {
      problems.push({ key, found: `${path} cannot be read`, cure: 'Correct path or permissions.' })
    } else if (!pem.includes(marker)) {
      problems.push({ key, found: `${path} holds no ${marker}`, cure: 'Give a file in PEM.' })
    }
    return pem ?? ''
  }
  const cert = await read('TLS_CERT_FILE', 'CERTIFICATE-----')
  const key = await read('TLS_KEY_FILE', 'PRIVATE KEY-----')
  if (!problems.some((problem) => problem.key in paths) && !isPair(cert, key)) {
    const found = 'cannot be used with the certificate in TLS_CERT_FILE'
    const cure = 'Give the key of this certificate, in PEM and without a passphrase.'
    problems.push({ key: 'TLS_KEY_FILE', found, cure })
  }
  return { cert, key }
}

/** OpenSSL's own reason names no file and no variable, so only the answer counts. */
function isPair(cert: string, key: string): boolean {
  try {
    createSecureContext({ cert, key })
    return true
  } catch {
    return false
  }
}

/** Names under which other software keeps the same secret; a hint, nothing is read from them. */
const ALSO_KNOWN = {
  STRIPE_API_KEY: ['STRIPE_SECRET_KEY', 'STRIPE_KEY'],
  STRIPE_WEBHOOK_SECRET: ['STRIPE_ENDPOINT_SECRET', 'STRIPE_WEBHOOK_SECRETS'],
} as const

function notSet(key: keyof typeof ALSO_KNOWN, environment: Environment): string {
  const other = ALSO_KNOWN[key].find((name) => environment[name] !== undefined)
  return other === undefined ? 'is not set' : `is not set (${other} is, but it is not read)`
}

function crossRules(
  values: EnvironmentValues,
  file: ConfigFile,
  tls: TlsConfig | null,
  environment: Environment,
): readonly Problem[] {
  const problems: Problem[] = []
  if (values.STRIPE_API_KEY === undefined) {
    problems.push({
      key: 'STRIPE_API_KEY',
      found: notSet('STRIPE_API_KEY', environment),
      cure: 'Set the secret key (sk_…) or a restricted key (rk_…) of your Stripe account.',
    })
  }
  const secretKeys = Object.keys(environment).some((key) => /^STRIPE_WEBHOOK_SECRET(_|$)/.test(key))
  if (!secretKeys) {
    problems.push({
      key: 'STRIPE_WEBHOOK_SECRET',
      found: notSet('STRIPE_WEBHOOK_SECRET', environment),
      cure: 'Set the signing secret (whsec_…) of your webhook endpoint.',
    })
  }
  const live = values.STRIPE_API_KEY !== undefined && modeOfKey(values.STRIPE_API_KEY) === 'live'
  return live ? [...problems, ...liveRules(values, file, tls)] : problems
}

/** With a live key, money and addresses of real people travel: nothing may go in the clear. */
function liveRules(
  values: EnvironmentValues,
  file: ConfigFile,
  tls: TlsConfig | null,
): readonly Problem[] {
  const problems: Problem[] = []
  const base = values.STRIPE_API_BASE?.origin
  if (base !== undefined && base !== 'https://api.stripe.com') {
    const cure = 'Remove it: a live key goes to https://api.stripe.com only.'
    problems.push({ key: 'STRIPE_API_BASE', found: `is ${base} with a live key`, cure })
  }
  if (values.PUBLIC_URL === undefined) {
    const cure = 'Set the https URL under which buyers reach this server.'
    problems.push({ key: 'PUBLIC_URL', found: 'is not set, with a live key', cure })
  } else if (!values.PUBLIC_URL.startsWith('https://')) {
    const cure = 'Live mode needs https: use a certificate here, or a proxy that has one.'
    problems.push({ key: 'PUBLIC_URL', found: 'is plain http, with a live key', cure })
  }
  if (tls === null && values.TRUSTED_PROXY === undefined && file.trustedProxy === undefined) {
    problems.push({
      key: 'TLS_CERT_FILE',
      found:
        'is not set and TRUSTED_PROXY neither: the listener would speak plain http in live mode',
      cure: 'Set TLS_CERT_FILE and TLS_KEY_FILE, or name the proxy that speaks https in TRUSTED_PROXY.',
    })
  }
  return problems
}
