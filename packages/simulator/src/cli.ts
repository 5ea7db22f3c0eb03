#!/usr/bin/env node
/** `quittance-simulator`: runs the simulator by itself and says how to point Stripe's tools at it. */
import { parseArgs } from 'node:util'
import { createSimulator } from './simulator.ts'
import type { SimulatorOptions } from './types.ts'

const usage = `quittance-simulator [--port N] [--socket PATH] [--seed S] [--json]

A local, stateful Stripe. Not affiliated with Stripe.`

const apiKey = 'sk_test_simulator'

function readOptions(): { options: SimulatorOptions; json: boolean } | undefined {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      socket: { type: 'string' },
      seed: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  const port = Number(values.port ?? 12_111)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new TypeError(`--port must be a number from 0 to 65535, not '${values.port}'.`)
  }
  return {
    json: values.json,
    options: {
      port,
      ...(values.socket === undefined ? {} : { socketPath: values.socket }),
      ...(values.seed === undefined ? {} : { seed: values.seed }),
    },
  }
}

async function main(): Promise<void> {
  const read = readOptions()
  if (!read) {
    console.log(usage)
    return
  }
  const simulator = await createSimulator(read.options)
  const { url, port, socketPath } = simulator
  // The official CLI refuses `localhost` and 0.0.0.0; only 127.0.0.1 passes its check.
  const cli = `STRIPE_CLI_TELEMETRY_OPTOUT=1 stripe trigger checkout.session.completed --api-base ${url} --api-key ${apiKey}`
  if (read.json) {
    console.log(JSON.stringify({ url, port, socketPath: socketPath ?? null, apiKey, cli }))
  } else {
    console.log(`Simulator listening on ${url}${socketPath ? ` and ${socketPath}` : ''}`)
    console.log(
      `  SDK  new Stripe('${apiKey}', { host: '127.0.0.1', port: ${port}, protocol: 'http' })`,
    )
    console.log(`  CLI  ${cli}`)
    if (socketPath) console.log(`  CLI  STRIPE_CLI_UNIX_SOCKET=${socketPath} stripe …`)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void simulator.close())
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
})
