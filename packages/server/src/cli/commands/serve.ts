// Owns `serve` and `migrate`: running the server until a signal, and preparing its database.
import { migrate as migrateDatabase } from '@quittance/engine/storage/migrate'
import { openDatabase } from '../../compose.ts'
import { type DatabaseConfig, loadConfig, loadStoreConfig } from '../../config/config.ts'
import { toJson } from '../../control/json.ts'
import { createLogger } from '../../log.ts'
import { startServer } from '../../serve.ts'
import { stopOnSignals } from '../../signals.ts'
import { type Command, textOption } from '../command.ts'

const CONFIG = { type: 'string', value: 'path', description: 'Configuration file.' } as const

/** A running server ends its process through a signal, never through this command's return. */
const NEVER = new Promise<never>(() => undefined)

export const serve: Command = {
  name: 'serve',
  summary: 'Run the server until a signal',
  arguments: [],
  options: {
    config: CONFIG,
    json: { type: 'boolean', description: 'Print one line of JSON once it is ready.' },
  },
  examples: [
    'quittance serve',
    'DATABASE_URL=postgres://localhost/shop quittance serve --config shop.config.mjs',
  ],
  async run({ environment, directory, terminal, options, print }) {
    const configPath = textOption(options, 'config')
    const config = await loadConfig({ environment, directory, terminal, configPath })
    const logger = createLogger(config.log)
    const server = await startServer({ config, logger })
    stopOnSignals(process, () => server.stop(), logger)
    const webhook = `${server.url}/webhooks/stripe`
    const success = `${server.url}/success`
    if (options.json === true) {
      print(`${toJson({ url: server.url, webhook, success, mode: config.mode })}\n`)
    } else {
      print(`Quittance serves ${server.url} in ${config.mode} mode.\nWebhooks: ${webhook}\n`)
      if (config.database.kind === 'pglite') print(`${EMBEDDED_WARNING}\n`)
    }
    return await NEVER
  },
}

export const EMBEDDED_WARNING =
  'The embedded database survives a killed process, but not a power loss: use DATABASE_URL in production.'

/** Where a database is, without who may open it. */
function placeOf(database: DatabaseConfig): string {
  if (database.kind === 'pglite') return database.dataDir
  const { host, pathname } = new URL(database.connectionString)
  return `postgres://${host}${pathname}`
}

export const migrate: Command = {
  name: 'migrate',
  summary: 'Bring the database’s schema up to date',
  arguments: [],
  options: { json: { type: 'boolean', description: 'Print JSON.' } },
  examples: ['DATABASE_URL=postgres://localhost/shop quittance migrate'],
  async run({ environment, directory, options, print }) {
    const store = loadStoreConfig({ environment, directory })
    const where = placeOf(store.database)
    const database = await openDatabase(store.database)
    try {
      const applied = await migrateDatabase(database)
      if (options.json === true) print(`${toJson({ applied, database: where })}\n`)
      else if (applied.length === 0) print(`The schema in ${where} is up to date.\n`)
      else print(`Applied migrations ${applied.join(', ')} in ${where}.\n`)
      return 0
    } finally {
      await database.close()
    }
  },
}
