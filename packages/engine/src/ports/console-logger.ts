// Owns the logger of apps that bring none: what goes wrong is on stderr, the rest is silent.
import type { LogFields, Logger } from './logger.ts'

/** Strings of allow-listed fields only, so one line of JSON holds everything there is. */
const line = (message: string, fields: LogFields = {}): string =>
  `quittance: ${message} ${JSON.stringify(fields)}`

export const consoleLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message, fields) => console.warn(line(message, fields)),
  error: (message, fields) => console.error(line(message, fields)),
}
