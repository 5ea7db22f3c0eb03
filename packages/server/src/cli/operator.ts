// Owns which engine a command talks to: the running server's socket, or one on the same Postgres.
import { composeEngine, isOpenElsewhere, openDatabase } from '../compose.ts'
import { loadConfig, loadStoreConfig } from '../config/config.ts'
import { createControlApp } from '../control/app.ts'
import { isAnswered, type Operator, socketOperator } from '../control/client.ts'
import type { Json } from '../control/json.ts'
import { findSocketPath } from '../control/socket-path.ts'
import { createLogger } from '../log.ts'
import { type CommandOption, type Invocation, textOption } from './command.ts'
import { isObject } from './output.ts'

/** Options of every command that asks an engine. */
export const OPERATOR_OPTIONS: Readonly<Record<string, CommandOption>> = {
  json: { type: 'boolean', description: 'Print JSON instead of a table.' },
  config: { type: 'string', value: 'path', description: 'Configuration file.' },
}

/** An answer other than success, as the engine worded it. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly code: string
  readonly cure: string

  constructor(code: string, message: string, cure: string) {
    super(message)
    this.code = code
    this.cure = cure
  }
}

/** @throws Refused when no server runs on the data directory; ConfigError. */
export async function connectOperator(invocation: Invocation): Promise<Operator> {
  const { environment, directory, options } = invocation
  const sources = { environment, directory, configPath: textOption(options, 'config') }
  const store = loadStoreConfig(sources)
  if (store.database.kind === 'pglite') {
    const path = await findSocketPath(store.dataDir, 'control.sock')
    if (await isAnswered(path)) return socketOperator(path)
    // An app may have opened DATA_DIR itself; a server opens the directory below it.
    if (await isOpenElsewhere([store.dataDir, store.database.dataDir])) {
      throw new Refused(
        'STORE_LOCKED',
        `an app has the directory ${store.dataDir} open`,
        'Ask it through its own engine.events and engine.orders, or let it use PostgreSQL and ' +
          'name that in DATABASE_URL here, to look from outside.',
      )
    }
    throw new Refused(
      'NOT_STARTED',
      `no server is running on the data directory ${store.dataDir}`,
      'Start it with `quittance serve` (or `npm start`), or name another directory in DATA_DIR, ' +
        'or a server in DATABASE_URL.',
    )
  }
  const config = await loadConfig(sources)
  const database = await openDatabase(config.database)
  const logger = createLogger({ ...config.log, level: 'warn' })
  const publicUrl = config.publicUrl ?? `http://${config.host}:${config.port}`
  // No workers: the servers on this database do the work that we ask for.
  const engine = composeEngine(config, database, {
    logger,
    publicUrl,
    processor: { mode: 'manual' },
  })
  const app = createControlApp(engine)
  return {
    async ask(method, path) {
      const response = await app.request(path, { method })
      const body: Json = JSON.parse(await response.text())
      return { status: response.status, body }
    },
    async close() {
      await engine.stop()
      await database.close()
    },
  }
}

/** Connects, asks, closes. @throws Refused when the engine says no. */
export async function askOnce(
  invocation: Invocation,
  method: 'GET' | 'POST',
  path: string,
): Promise<Json> {
  const operator = await connectOperator(invocation)
  try {
    const { status, body } = await operator.ask(method, path)
    if (status < 400) return body
    const error = isObject(body) && isObject(body.error) ? body.error : {}
    throw new Refused(
      String(error.code ?? status),
      String(error.message ?? 'refused'),
      String(error.cure ?? ''),
    )
  } finally {
    await operator.close()
  }
}

/** A query string of the options that were given, under the names that the routes use. */
export function queryOf(invocation: Invocation, names: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams()
  for (const [option, name] of Object.entries(names)) {
    const value = textOption(invocation.options, option)
    if (value !== undefined) query.set(name, value)
  }
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}
