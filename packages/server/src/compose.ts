// Owns the composition: the only file of the server that names concrete implementations.
import { dirname } from 'node:path'
import {
  createEngine,
  type Database,
  type Engine,
  type EngineOptions,
  type Logger,
  systemTimers,
} from '@quittance/engine'
import { isDirectoryLocked } from '@quittance/engine/storage/directory-lock'
import { pglite } from '@quittance/engine/storage/pglite'
import { postgres } from '@quittance/engine/storage/postgres'
import Stripe from 'stripe'
import type { DatabaseConfig, ServerConfig } from './config/config.ts'
import { claimDatabaseDir } from './data-dir.ts'

export const timers = systemTimers

export interface Composition {
  readonly engine: Engine
  readonly database: Database
}

export async function openDatabase(config: DatabaseConfig): Promise<Database> {
  if (config.kind === 'postgres') return postgres({ connectionString: config.connectionString })
  await claimDatabaseDir(dirname(config.dataDir), config.dataDir)
  return await pglite({ dataDir: config.dataDir })
}

/** Whether a live process has one of these directories open as an embedded database. */
export async function isOpenElsewhere(directories: readonly string[]): Promise<boolean> {
  for (const directory of directories) {
    if (await isDirectoryLocked(directory)) return true
  }
  return false
}

export function createStripe(apiKey: string, apiBase: URL | null): Stripe {
  const address =
    apiBase === null
      ? {}
      : {
          host: apiBase.hostname,
          port: apiBase.port === '' ? (apiBase.protocol === 'https:' ? 443 : 80) : apiBase.port,
          protocol: apiBase.protocol === 'https:' ? ('https' as const) : ('http' as const),
        }
  // The engine repeats requests itself, under its own idempotency keys and time limits.
  return new Stripe(apiKey, { ...address, maxNetworkRetries: 0, telemetry: false })
}

/** An engine that is not started yet: the server starts it, the command line only asks it. */
export function composeEngine(
  config: ServerConfig,
  database: Database,
  parts: {
    readonly logger: Logger
    readonly publicUrl: string
    readonly processor?: EngineOptions['processor']
  },
): Engine {
  const { checkout, ...app } = config.app
  const { tls: _tls, trustedProxy: _trustedProxy, ...options } = app
  return createEngine({
    ...options,
    database,
    stripe: createStripe(config.apiKey, config.apiBase),
    mode: config.mode,
    endpoints: config.endpoints,
    logger: parts.logger,
    checkout: { ...checkout, publicUrl: parts.publicUrl },
    processor: { ...options.processor, ...parts.processor },
  })
}
