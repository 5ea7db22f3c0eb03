// Owns a running server: the order in which its parts start, and the order in which they stop.
import type { Database, Engine, Logger } from '@quittance/engine'
import { createFetchHandler, type Pages } from '@quittance/engine/adapters/fetch'
import type { Hono } from 'hono'
import { composeEngine, openDatabase, timers } from './compose.ts'
import type { ServerConfig } from './config/config.ts'
import { createControlApp } from './control/app.ts'
import { claimSocketPath } from './control/socket-path.ts'
import { answerWhileStarting, createApp } from './http/app.ts'
import { type Fetch, listenSocket, listenTcp } from './http/listen.ts'
import { errorFields } from './log.ts'

/** What an extension may build on. Its routes are called only once the engine has started. */
export interface ExtensionParts {
  readonly engine: Engine
  readonly database: Database
  readonly publicUrl: string
}

/** Routes and pages that an app puts before the engine's own. */
export interface Extension {
  readonly routes?: Hono
  readonly pages?: Partial<Pages>
}

export interface ServeOptions {
  readonly config: ServerConfig
  readonly logger: Logger
  /** Runs once the address is known and before the catalogue is checked: last words to Stripe. */
  readonly prepare?: (listening: { readonly url: string }) => Promise<void>
  /** Runs before the engine starts: tables that handlers need are made here. */
  readonly extend?: (parts: ExtensionParts) => Promise<Extension> | Extension
}

export interface RunningServer {
  /** Where buyers reach it. */
  readonly url: string
  readonly engine: Engine
  readonly database: Database
  /** Stops accepting, lets open requests and handlers end, closes. Idempotent. */
  stop(): Promise<void>
}

/** Until open requests are cut when the server stops. `/success` waits three seconds itself. */
const HTTP_DRAIN_MS = 10_000

/** Starts everything, or leaves nothing running and rejects. */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const { logger } = options
  const closers: (() => Promise<void>)[] = []
  const stopAll = async () => {
    for (const close of closers.splice(0).reverse()) {
      await close().catch((error: unknown) => logger.error('stopping failed', errorFields(error)))
    }
  }
  try {
    const started = await start(options, closers)
    let stopping: Promise<void> | null = null
    return {
      ...started,
      stop() {
        stopping ??= stopAll()
        return stopping
      },
    }
  } catch (error) {
    await stopAll()
    throw error
  }
}

async function start(
  { config, logger, prepare, extend }: ServeOptions,
  closers: (() => Promise<void>)[],
): Promise<Omit<RunningServer, 'stop'>> {
  const database = await openDatabase(config.database)
  closers.push(() => database.close())
  // The port is taken first, so that a free one (PORT=0) is known to everything that needs a URL.
  let answer: Fetch = answerWhileStarting
  const listener = await listenTcp({
    host: config.host,
    port: config.port,
    tls: config.tls,
    timers,
    fetch: (request, bindings) => answer(request, bindings),
  })
  closers.push(() => listener.close(0))
  await prepare?.({ url: listener.url })
  const publicUrl = config.publicUrl ?? listener.url
  const engine = composeEngine(config, database, { logger, publicUrl })
  closers.push(() => engine.stop())
  const extension = await extend?.({ engine, database, publicUrl })
  await engine.start()
  if (config.database.kind === 'pglite') {
    // The database's own lock is ours by now, so a socket that lies here belongs to nobody.
    const path = await claimSocketPath(config.dataDir, 'control.sock')
    const control = createControlApp(engine)
    const socket = await listenSocket(path, (request) => control.fetch(request), timers)
    closers.push(() => socket.close(HTTP_DRAIN_MS))
  }
  const app = createApp({
    engine: createFetchHandler(engine, { pages: extension?.pages ?? {} }),
    extension: extension?.routes ?? null,
    trustedProxy: config.trustedProxy,
    logger,
  })
  answer = app.fetch
  // Closed first of all: a request that was accepted finds the engine still working.
  closers.push(() => listener.close(HTTP_DRAIN_MS))
  if (config.mode === 'live' && config.database.kind === 'pglite') {
    const cure = 'Set DATABASE_URL: the embedded database does not survive a power loss.'
    logger.warn('live mode on the embedded database', { cure })
  }
  logger.info('ready', { state: config.mode })
  return { url: publicUrl, engine, database }
}
