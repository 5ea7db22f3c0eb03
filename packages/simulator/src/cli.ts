#!/usr/bin/env node
/** `quittance-simulator`: runs the simulator by itself and says how to point apps and Stripe's tools at it. */
import { formatMoney } from './catalogue/money.ts'
import { type CommandLine, readCommandLine, usage } from './cli-options.ts'
import { loadState, saveState } from './cli-state.ts'
import { type Stocked, stockSimulator } from './cli-stock.ts'
import { runStripe } from './cli-stripe.ts'
import { createSimulator } from './simulator.ts'
import type { Fault, Simulator } from './types.ts'

async function main(): Promise<void> {
  const [command, ...rest] = process.argv.slice(2)
  if (command === 'stripe') {
    const { code, signal } = await runStripe(rest, process.env)
    if (signal === null) process.exitCode = code ?? 1
    else process.kill(process.pid, signal)
    return
  }
  const line = readCommandLine(process.argv.slice(2))
  if (!line) {
    console.log(usage)
    return
  }
  const simulator = await createSimulator({ ...line.options, onFault: tellFault })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stop(simulator, line.state))
  }
  try {
    if (line.state !== undefined) await loadState(simulator, line.state)
    const stocked = await stockSimulator(simulator, line.stock)
    console.log(line.json ? asJson(line, simulator, stocked) : asText(line, simulator, stocked))
  } catch (error) {
    await simulator.close()
    throw error
  }
}

/** Nobody else hears of it: no request fails when the simulator's own work does. */
function tellFault({ account, work, error }: Fault): void {
  console.error(`${work}${account === null ? '' : ` of ${account}`} failed:`, error)
}

async function stop(simulator: Simulator, state: string | undefined): Promise<void> {
  try {
    if (state !== undefined) await saveState(simulator, state)
  } catch (error) {
    console.error(`--state was not written: ${wordsOf(error)}`)
    process.exitCode = 1
  }
  await simulator.close()
}

/** The official CLI refuses `localhost` and 0.0.0.0; only 127.0.0.1 passes its check. */
function triggerCommand(url: string, apiKey: string): string {
  return `STRIPE_CLI_TELEMETRY_OPTOUT=1 stripe trigger checkout.session.completed --api-base ${url} --api-key ${apiKey}`
}

function asJson({ stock }: CommandLine, simulator: Simulator, stocked: Stocked): string {
  const { url, port, socketPath = null } = simulator
  const { apiKey } = stock
  const cli = triggerCommand(url, apiKey)
  return JSON.stringify({ url, port, socketPath, apiKey, cli, ...stocked })
}

function asText({ stock }: CommandLine, simulator: Simulator, stocked: Stocked): string {
  const { url, port, socketPath } = simulator
  const exports = Object.entries(stocked.env).map(([name, value]) => `${name}=${value}`)
  return [
    `Simulator listening on ${url}${socketPath ? ` and ${socketPath}` : ''}`,
    `  Browser  ${url} shows requests, events, deliveries, the clock and the chaos switches`,
    `  SDK  new Stripe('${stock.apiKey}', { host: '127.0.0.1', port: ${port}, protocol: 'http' })`,
    `  CLI  ${triggerCommand(url, stock.apiKey)}`,
    ...(socketPath ? [`  CLI  STRIPE_CLI_UNIX_SOCKET=${socketPath} stripe …`] : []),
    ...stocked.prices.map(
      ({ id, lookupKey, unitAmount, currency }) =>
        `  price  ${lookupKey}  ${id}  ${formatMoney(unitAmount, currency)}`,
    ),
    ...stocked.endpoints.map((endpoint) => `  events to  ${endpoint.url}`),
    'In the shell of your app:',
    `export ${exports.join(' ')}`,
    'There the official CLI needs no flag, either: npx quittance-simulator stripe listen …',
  ].join('\n')
}

/** The system's words for a taken port name neither the flag nor the way out. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (!('code' in error)) return error.message
  if ('syscall' in error && ['listen', 'unlink'].includes(String(error.syscall))) {
    // A socket's file has no port.
    const isPort = 'port' in error && Number(error.port) >= 0
    return isPort
      ? `${error.message}. Stop what listens there, or choose another with --port (0 takes any).`
      : `${error.message}. Remove that file, or choose another with --socket.`
  }
  const isUsage = String(error.code).startsWith('ERR_PARSE_ARGS')
  return isUsage ? `${error.message}\nSee quittance-simulator --help.` : error.message
}

main().catch((error: unknown) => {
  console.error(wordsOf(error))
  process.exitCode = 1
})
