// Owns the logs: pino behind the engine's four methods, allow-listed fields, secrets masked.
import { isEngineError, type LogFields, type Logger } from '@quittance/engine'
import { type DestinationStream, pino } from 'pino'
import type { LogFormat, LogLevel } from './config/config.ts'

/** The only fields that are written. A record, so that a field of the contract cannot be missed. */
const ALLOWED: Readonly<Record<keyof LogFields, true>> = {
  eventId: true,
  type: true,
  endpoint: true,
  seq: true,
  lane: true,
  duplicate: true,
  state: true,
  reason: true,
  code: true,
  stripeCode: true,
  requestId: true,
  sqlState: true,
  cure: true,
  orderId: true,
  subscriptionId: true,
  invoiceId: true,
  from: true,
  to: true,
  cause: true,
  handler: true,
  attempt: true,
  attemptsMax: true,
  retryInMs: true,
  durationMs: true,
  count: true,
  worker: true,
  apiVersion: true,
  pinnedVersion: true,
  secretIndex: true,
  itemId: true,
  priceId: true,
  error: true,
}

/** The second net: what must never be seen, even inside a message that somebody else wrote. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b(sk|rk|pk)_(test|live)_[A-Za-z0-9_]+/g, '$1_$2_…'],
  [/\bwhsec_[A-Za-z0-9_+/=]+/g, 'whsec_…'],
  [/\b(pi|seti|cs)_([A-Za-z0-9_]+)_secret_[A-Za-z0-9]+/g, '$1_$2_secret_…'],
  [/\bhttps?:\/\/[^\s"']*(checkout|\/c\/pay)[^\s"']*/g, '(session URL)'],
  // To the last @: a password may hold one.
  [/\b(postgres(?:ql)?:\/\/)[^\s"']*@/g, '$1…@'],
  [/[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+/g, '(e-mail)'],
  [/\b\d(?:[ -]?\d){12,18}\b/g, '(number)'],
]

export function mask(text: string): string {
  return MASKS.reduce((masked, [pattern, instead]) => masked.replace(pattern, instead), text)
}

function allowed(fields: LogFields | undefined): Record<string, unknown> {
  const entries = Object.entries(fields ?? {}).filter(([name]) => Object.hasOwn(ALLOWED, name))
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'string' ? mask(value) : value]),
  )
}

/** What may be told of an error: ours in full, a stranger's by name and code only. */
export function errorFields(error: unknown): LogFields {
  if (isEngineError(error)) return { code: error.code, cure: error.cure, error: error.message }
  if (!(error instanceof Error)) return { error: 'a value that is no Error was thrown' }
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  return { error: error.name, ...code }
}

export interface LogOptions {
  readonly level: LogLevel
  readonly format: LogFormat
  /** Where lines go; standard error by default, because standard output is for answers. */
  readonly write?: (line: string) => void
}

export function createLogger(options: LogOptions): Logger {
  const write = options.write ?? ((line: string) => process.stderr.write(line))
  const stream: DestinationStream = {
    write: options.format === 'json' ? write : (line) => write(`${pretty(line)}\n`),
  }
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: ['*.headers', '*.body', '*.payload', '*.secret', '*.url'], remove: true },
    },
    stream,
  )
  return {
    debug: (message, fields) => logger.debug(allowed(fields), mask(message)),
    info: (message, fields) => logger.info(allowed(fields), mask(message)),
    warn: (message, fields) => logger.warn(allowed(fields), mask(message)),
    error: (message, fields) => logger.error(allowed(fields), mask(message)),
  }
}

const MARKS: Readonly<Record<string, string>> = { debug: '·', info: ' ', warn: '!', error: '✗' }

/** What only programs look for, or what is as expected, is left out for people. */
const isPlain = ([name, value]: readonly [string, unknown]): boolean =>
  name === 'seq' ||
  name === 'secretIndex' ||
  name === 'worker' ||
  value === false ||
  (name === 'endpoint' && value === 'default') ||
  (name === 'state' && value === 'ready')

/** One line for a person: time, a mark when it is not well, the message, the fields. */
function pretty(line: string): string {
  const record: unknown = JSON.parse(line)
  if (typeof record !== 'object' || record === null) return line.trimEnd()
  const { level, time, msg, ...fields } = record as Record<string, unknown>
  const clock = String(time).slice(11, 19)
  const rest = Object.entries(fields)
    .filter((field) => !isPlain(field))
    .map(([name, value]) => `${name}=${String(value)}`)
  return [`${clock} ${MARKS[String(level)] ?? ' '} ${String(msg)}`, ...rest].join('  ')
}
