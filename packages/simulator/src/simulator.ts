/** The composition root: builds a simulator from its options, in the order in which requests pass. */
import { createServer } from 'node:http'
import { Accounts } from './accounts.ts'
import { closeServer, createEdge, listenSocket, listenTcp } from './http/server.ts'
import { freshSeed, seededRandom, systemPorts } from './ports.ts'
import type { SimulatedAccount, Simulator, SimulatorOptions } from './types.ts'

/** Stripe's test mode: three retries over a few hours; the exact steps are not published. */
const defaultRetrySchedule = [60, 600, 3600] as const
const drainTimeoutMs = 30_000

export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const ports = systemPorts(options.now)
  const seed = String(options.seed ?? freshSeed())
  // The address is part of what accounts say, so the port is taken before they exist.
  const server = createServer()
  const port = await listenTcp(server, options.port ?? 0)
  const url = `http://127.0.0.1:${port}`
  const accounts = new Accounts({
    ports,
    seed,
    baseUrl: url,
    delivery: options.delivery ?? 'auto',
    retrySchedule: options.retrySchedule ?? defaultRetrySchedule,
    onEvent: options.onEvent,
  })
  const parts = {
    address: { url, port, socketPath: options.socketPath },
    accounts,
    ports,
    random: seededRandom(`${seed}:requests`),
    onResponse: options.onResponse,
  }
  const handler = createEdge(parts)
  server.on('request', (request, response) => handler.emit('request', request, response))
  if (options.socketPath !== undefined) {
    try {
      await listenSocket(handler, options.socketPath)
    } catch (error) {
      await closeServer(server)
      throw error
    }
  }

  return {
    url,
    port,
    socketPath: options.socketPath,
    account: (apiKey): SimulatedAccount => accounts.of(apiKey),
    chaos: (chaos) => accounts.setChaos(chaos),
    drain: ({ timeoutMs = drainTimeoutMs } = {}) => accounts.drain(timeoutMs),
    reset: () => accounts.reset(),
    async close() {
      accounts.close()
      await closeServer(server)
      if (options.socketPath !== undefined) await closeServer(handler)
    },
  }
}
