// Owns what `npm start` runs: simulator, engine, server and storefront, composed in one process.
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock, systemTimers } from '@quittance/engine'
import {
  claimDataDir,
  claimSocketPath,
  createLogger,
  loadConfig,
  outliveReaders,
  startServer,
  stopOnSignals,
  tellFailure,
} from 'quittance'
import { bannerLine, bannerText } from './banner.ts'
import { counter } from './counter.ts'
import { createDeliveries, deliveryHandlers } from './deliveries.ts'
import { CATALOGUE } from './goods.ts'
import { type DemoOptions, readOptions } from './options.ts'
import { GRACE_DAYS, PLAN_CATALOGUE } from './plans.ts'
import { signIn } from './sign-in.ts'
import { DEMO_API_KEY, ensureEndpoint, keptWebhookSecret } from './simulated-stripe.ts'
import { type DemoStripe, startStripe } from './start-stripe.ts'
import { forgottenSessions } from './storefront/forgotten.ts'
import { storefront } from './storefront/routes.ts'
import { shopTime } from './time.ts'

/** Names that the demo hands on to the server; everything else it decides itself. */
const HANDED_ON = ['PORT', 'HOST', 'LOG_LEVEL', 'LOG_FORMAT'] as const

async function main(): Promise<void> {
  const environment = process.env
  const options = readOptions(process.argv.slice(2), environment, process.cwd())
  await claimDataDir(options.dataDir)
  const secret = await keptWebhookSecret(options.dataDir)
  const socketPath = await claimSocketPath(options.dataDir, 'simulator.sock')
  const simulated = await startStripe(options, socketPath)
  const { server, logger } = await startShop(simulated, options, secret).catch(
    async (error: unknown) => {
      await simulated.close()
      throw error
    },
  )
  const stop = async () => {
    await server.stop()
    await simulated.close()
  }
  stopOnSignals(process, stop, logger)
  const addresses = {
    url: server.url,
    simulator: simulated.url,
    webhook: `${server.url}/webhooks/stripe`,
    success: `${server.url}/success`,
    dataDir: options.dataDir,
    socket: socketPath,
  }
  const colour = process.stdout.isTTY === true && environment.NO_COLOR === undefined
  process.stdout.write(options.json ? bannerLine(addresses) : bannerText(addresses, colour))
}

/** The server's configuration: the environment's few words, and the simulator in Stripe's place. */
async function configOf({ url }: DemoStripe, { dataDir }: DemoOptions, secret: string) {
  const handedOn = HANDED_ON.flatMap((key) => {
    const value = process.env[key]
    return value === undefined ? [] : [[key, value] as const]
  })
  return await loadConfig({
    environment: {
      ...Object.fromEntries(handedOn),
      STRIPE_API_KEY: DEMO_API_KEY,
      STRIPE_API_BASE: url,
      STRIPE_WEBHOOK_SECRET: secret,
      DATA_DIR: dataDir,
    },
    // The demo's own directory: a configuration file of the caller's is for `quittance serve`.
    directory: resolve(dirname(fileURLToPath(import.meta.url)), '..'),
    terminal: process.stderr.isTTY === true,
  })
}

async function startShop(simulated: DemoStripe, options: DemoOptions, secret: string) {
  const { url: simulatorUrl, stripe, account, portalConfiguration } = simulated
  const config = await configOf(simulated, options, secret)
  const logger = createLogger(config.log)
  if (simulated.isFreshBecause !== null) {
    logger.warn('the simulator starts afresh', { error: simulated.isFreshBecause })
  }
  const memberOf = signIn(portalConfiguration)
  const app = {
    catalogue: { ...CATALOGUE, ...PLAN_CATALOGUE },
    billing: { policies: { pastDueGraceDays: GRACE_DAYS }, portalConfiguration },
    on: deliveryHandlers(secret),
    identify: (request: Request) => memberOf(request)?.identity ?? null,
  }
  const server = await startServer({
    config: { ...config, app },
    logger,
    prepare: ({ url }) => ensureEndpoint(stripe, account, `${url}/webhooks/stripe`, secret),
    async extend({ engine, database }) {
      await createDeliveries(database)
      const clocks = { clock: systemClock, timers: systemTimers }
      const time = shopTime({ account, database, engine, ...clocks })
      return storefront({
        engine,
        database,
        simulatorUrl,
        isForgotten: forgottenSessions(stripe),
        time,
        counter: counter(stripe, time),
        memberOf,
      })
    },
  })
  return { server, logger }
}

outliveReaders([process.stdout, process.stderr])
try {
  await main()
} catch (error) {
  const { text, exitCode } = tellFailure(error)
  process.stderr.write(`${text}\n`)
  process.exit(exitCode)
}
