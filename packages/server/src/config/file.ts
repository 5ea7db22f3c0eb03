// Owns quittance.config.*: finding it, loading it, and naming what it may hold.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type EngineOptions, EVENT_NAMES } from '@quittance/engine'
import { z } from 'zod'
import { mask } from '../log.ts'
import { BILLING, CATALOGUE, namesAt } from './catalogue-shape.ts'
import { networksOf } from './environment.ts'
import type { Problem } from './problem.ts'

export const FILE_NAMES = ['quittance.config.mjs', 'quittance.config.js', 'quittance.config.json']

/** What the file's default export may hold, beside the environment. */
export type ConfigFile = Pick<
  EngineOptions,
  'catalogue' | 'billing' | 'on' | 'onStripe' | 'identify' | 'limits' | 'processor'
> & {
  readonly checkout?: Omit<NonNullable<EngineOptions['checkout']>, 'publicUrl'>
  readonly tls?: { readonly certFile: string; readonly keyFile: string }
  readonly trustedProxy?: readonly string[]
}

/** Types the default export of a configuration file; answers it unchanged. */
export function defineConfig(config: ConfigFile): ConfigFile {
  return config
}

/** Checked here: a handler under a misspelt name would never run, and nobody would hear of it. */
const EVENTS = Object.keys(EVENT_NAMES)

const text = z.string().min(1)
const handler = z.custom<(context: never) => unknown>((value) => typeof value === 'function', {
  error: 'must be a function',
})
const numbers = (names: readonly string[]) =>
  z.strictObject(Object.fromEntries(names.map((name) => [name, z.number().optional()])))

const SCHEMA = z.strictObject({
  catalogue: CATALOGUE.optional(),
  billing: BILLING.optional(),
  on: z
    .strictObject(
      Object.fromEntries(
        EVENTS.map((event) => [event, z.union([handler, z.record(text, handler)]).optional()]),
      ),
    )
    .optional(),
  onStripe: z.record(text, handler).optional(),
  identify: handler.optional(),
  checkout: numbers(['timeoutMs', 'successWaitMs', 'sessionSeconds']).optional(),
  processor: z
    .strictObject({
      mode: z.enum(['resident', 'inline', 'manual']).optional(),
      ...numbers([
        'workers',
        'inlineBudgetMs',
        'leaseMs',
        'pollMs',
        'laneEventsMax',
        'handlerTimeoutMs',
        'attemptsMax',
        'backoffBaseMs',
        'backoffCapMs',
        'drainMs',
      ]).shape,
    })
    .optional(),
  limits: numbers([
    'bodyBytesMax',
    'requestBytesMax',
    'toleranceSeconds',
    'groupCommitMs',
    'groupCommitMax',
    'questionsPerMinute',
  ]).optional(),
  tls: z.strictObject({ certFile: text, keyFile: text }).optional(),
  trustedProxy: z.array(text).optional(),
})

export const READ_FILE_KEYS: readonly string[] = Object.keys(SCHEMA.shape)

/** Checks a file's default export; what is wrong is named by its path in the file. */
export function readConfigFile(
  value: unknown,
  name: string,
): { readonly file: ConfigFile; readonly problems: readonly Problem[] } {
  const issues: z.core.$ZodIssue[] = []
  if (!hasShape(value, issues)) return { file: {}, problems: issues.flatMap(problemsOf(name)) }
  const file = value
  const networks = networksOf(file.trustedProxy ?? [])
  if (networks.ok) return { file: { ...file, ...trusted(file, networks.value) }, problems: [] }
  const { found, cure } = networks
  return { file, problems: [{ key: `trustedProxy (${name})`, found, cure }] }
}

/** Shape only: what the values mean is the engine's to check. */
function hasShape(value: unknown, issues: z.core.$ZodIssue[]): value is ConfigFile {
  const result = SCHEMA.safeParse(value)
  issues.push(...(result.error?.issues ?? []))
  return result.success
}

const trusted = (file: ConfigFile, networks: readonly string[]) =>
  file.trustedProxy === undefined ? {} : { trustedProxy: networks }

function cureOf(path: readonly PropertyKey[]): string {
  const names = namesAt(SCHEMA, path)
  return names === null ? 'Remove it.' : `Known are ${names.join(', ')}.`
}

function problemsOf(name: string) {
  return (issue: z.core.$ZodIssue): readonly Problem[] => {
    const path = issue.path.map(String).join('.')
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        key: `${path === '' ? key : `${path}.${key}`} (${name})`,
        found: 'is not known',
        cure: cureOf(issue.path),
      }))
    }
    const at = path === '' ? 'default export' : path
    return [{ key: `${at} (${name})`, found: issue.message, cure: 'Correct it.' }]
  }
}

/**
 * Finds and loads the file: the named one, or the first of `FILE_NAMES` in the directory.
 * Answers an empty configuration when there is none and none was named.
 */
export async function loadConfigFile(
  named: string | undefined,
  directory: string,
  namedBy: '--config' | 'QUITTANCE_CONFIG' = 'QUITTANCE_CONFIG',
): Promise<{ readonly file: ConfigFile; readonly problems: readonly Problem[] }> {
  const candidates = FILE_NAMES.map((name) => join(directory, name))
  const path = named === undefined ? candidates.find((each) => existsSync(each)) : resolve(named)
  if (path === undefined) return { file: {}, problems: [] }
  const name = named ?? path.slice(directory.length + 1)
  if (!existsSync(path)) {
    const cure = 'Correct the path, or remove it.'
    return { file: {}, problems: [{ key: namedBy, found: `no file at ${name}`, cure }] }
  }
  try {
    return readConfigFile(await importFile(path), name)
  } catch (error) {
    // A parser quotes what it stumbled over.
    const why = error instanceof Error ? mask(error.message) : 'unknown error'
    const found = `cannot be loaded (${why})`
    return { file: {}, problems: [{ key: name, found, cure: 'Correct the file.' }] }
  }
}

async function importFile(path: string): Promise<unknown> {
  if (extname(path) === '.json') return JSON.parse(await readFile(path, 'utf8'))
  const module: unknown = await import(pathToFileURL(path).href)
  if (typeof module === 'object' && module !== null && 'default' in module) return module.default
  throw new TypeError('it has no default export')
}
