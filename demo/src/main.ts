// Owns what `npm start` runs: simulator, engine, server and storefront, composed in one process.
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EngineError } from '@quittance/engine'
import { createSimulator, type Simulator } from '@quittance/simulator'
import {
  ConfigError,
  claimDataDir,
  claimSocketPath,
  createLogger,
  isAnswered,
  loadConfig,
  outliveReaders,
  startServer,
  stopOnSignals,
  tellFailure,
} from 'quittance'
import { bannerLine, bannerText } from './banner.ts'
import { createDeliveries, deliveryHandlers } from './deliveries.ts'
import { CATALOGUE } from './goods.ts'
import { type DemoOptions, readOptions } from './options.ts'
import { DEMO_API_KEY, ensureGoods, keptWebhookSecret, shopAccount } from './simulated-stripe.ts'
import { forgottenSessions } from './storefront/forgotten.ts'
import { storefront } from './storefront/routes.ts'

/** Names that the demo hands on to the server; everything else it decides itself. */
const HANDED_ON = ['PORT', 'HOST', 'LOG_LEVEL', 'LOG_FORMAT'] as const

/** Says which variable is to be changed, and takes no socket from a demo that still runs. */
async function startSimulator(
  { simulatorPort, dataDir }: DemoOptions,
  socketPath: string,
): Promise<Simulator> {
  if (await isAnswered(socketPath)) {
    throw new EngineError('STORE_LOCKED', `another demo runs on the data directory ${dataDir}`)
  }
  return await createSimulator({ port: simulatorPort, socketPath }).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    const found = `port ${simulatorPort} cannot be listened on (${code})`
    throw new ConfigError([{ key: 'SIMULATOR_PORT', found, cure: 'Name another port, or 0.' }])
  })
}

async function main(): Promise<void> {
  const environment = process.env
  const options = readOptions(process.argv.slice(2), environment, process.cwd())
  await claimDataDir(options.dataDir)
  const secret = await keptWebhookSecret(options.dataDir)
  const socketPath = await claimSocketPath(options.dataDir, 'simulator.sock')
  const simulator = await startSimulator(options, socketPath)
  const handedOn = HANDED_ON.flatMap((key) => {
    const value = environment[key]
    return value === undefined ? [] : [[key, value] as const]
  })
  const config = await loadConfig({
    environment: {
      ...Object.fromEntries(handedOn),
      STRIPE_API_KEY: DEMO_API_KEY,
      STRIPE_API_BASE: simulator.url,
      STRIPE_WEBHOOK_SECRET: secret,
      DATA_DIR: options.dataDir,
    },
    // The demo's own directory: a configuration file of the caller's is for `quittance serve`.
    directory: resolve(dirname(fileURLToPath(import.meta.url)), '..'),
    terminal: process.stderr.isTTY === true,
  })
  const logger = createLogger(config.log)
  const stripe = shopAccount(simulator.url)
  const server = await startServer({
    config: { ...config, app: { catalogue: CATALOGUE, on: deliveryHandlers(secret) } },
    logger,
    async prepare({ url }) {
      await ensureGoods(stripe)
      simulator.account(DEMO_API_KEY).addWebhookEndpoint({ url: `${url}/webhooks/stripe`, secret })
    },
    async extend({ engine, database }) {
      await createDeliveries(database)
      const isForgotten = forgottenSessions(stripe)
      return storefront({ engine, database, simulatorUrl: simulator.url, isForgotten })
    },
  }).catch(async (error: unknown) => {
    await simulator.close()
    throw error
  })
  const stop = async () => {
    await server.stop()
    await simulator.close()
  }
  stopOnSignals(process, stop, logger)
  const addresses = {
    url: server.url,
    simulator: simulator.url,
    webhook: `${server.url}/webhooks/stripe`,
    success: `${server.url}/success`,
    dataDir: options.dataDir,
    socket: socketPath,
  }
  const colour = process.stdout.isTTY === true && environment.NO_COLOR === undefined
  process.stdout.write(options.json ? bannerLine(addresses) : bannerText(addresses, colour))
}

outliveReaders([process.stdout, process.stderr])
try {
  await main()
} catch (error) {
  const { text, exitCode } = tellFailure(error)
  process.stderr.write(`${text}\n`)
  process.exit(exitCode)
}
