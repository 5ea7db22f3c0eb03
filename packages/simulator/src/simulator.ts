/** The composition root: builds a simulator from its options, in the order in which requests pass. */
import { createServer } from 'node:http'
import { FaultLog } from './account/faults.ts'
import { stripesPolicy } from './delivery/policy.ts'
import { closeServer, listenSocket, listenTcp } from './edge/listen.ts'
import { createEdge } from './edge/server.ts'
import { freshSeed, seededRandom, systemPorts } from './ports.ts'
import { defaultRules } from './rules.ts'
import type { SimulatedAccount, Simulator, SimulatorOptions } from './types.ts'
import { Accounts } from './world/accounts.ts'

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
    policy: {
      retrySchedule: options.retrySchedule ?? stripesPolicy.retrySchedule,
      disableAfterDays: options.disableAfterDays ?? stripesPolicy.disableAfterDays,
    },
    rules: { ...defaultRules, ...options.billing },
    onEvent: options.onEvent,
    onFault: options.onFault,
  })
  const parts = {
    address: { url, port, socketPath: options.socketPath },
    accounts,
    ports,
    random: seededRandom(`${seed}:requests`),
    onResponse: options.onResponse,
    faults: new FaultLog({
      account: null,
      now: () => Math.floor(ports.now() / 1000),
      onFault: options.onFault,
    }),
    allowedHosts: options.allowedHosts ?? [],
  }
  const handler = createEdge(parts)
  server.on('request', (request, response) => handler.emit('request', request, response))
  server.on('upgrade', (...upgrade) => handler.emit('upgrade', ...upgrade))
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
    accounts: () => accounts.all(),
    chaos: (chaos) => accounts.setChaos(chaos),
    drain: ({ timeoutMs = drainTimeoutMs } = {}) => accounts.drain(timeoutMs),
    snapshot: () => accounts.snapshot(),
    restore: (snapshot) => accounts.restore(snapshot),
    reset: () => accounts.reset(),
    async close() {
      accounts.close()
      await closeServer(server)
      if (options.socketPath !== undefined) await closeServer(handler)
    },
  }
}
