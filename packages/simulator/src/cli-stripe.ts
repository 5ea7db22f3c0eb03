/** `quittance-simulator stripe …`: runs the official CLI so that it speaks with the simulator, and with nobody else. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { defaultKey, defaultPort, defaultSocketPath } from './cli-options.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What these answer, the CLI knows by itself. */
const offline = new Set(['help', 'version', 'completion', '--help', '-h', '--version', '-v'])
const nobody: Target = { env: {}, args: [] }

interface Target {
  readonly env: Readonly<Record<string, string>>
  readonly args: readonly string[]
}

/** Resolves once the CLI has ended, with how it ended. */
export async function runStripe(
  args: readonly string[],
  env: Environment,
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  if (/^(sk|rk)_live_/.test(env.STRIPE_API_KEY ?? '')) {
    throw new Error('STRIPE_API_KEY is a live key. The simulator takes any that begins sk_test_.')
  }
  const isOffline = args.length === 0 || args.some((word) => offline.has(word))
  const target = isOffline ? nobody : await findSimulator(env)
  const program = findCli(process.cwd()) ?? { command: 'stripe', args: [] }
  const child = spawn(program.command, [...program.args, ...args, ...target.args], {
    stdio: 'inherit',
    env: {
      ...env,
      STRIPE_API_KEY: env.STRIPE_API_KEY || defaultKey,
      STRIPE_CLI_TELEMETRY_OPTOUT: '1',
      DO_NOT_TRACK: '1',
      // The CLI asks GitHub for a newer version; a dead proxy ends that at once. It also keeps a slip from Stripe.
      HTTPS_PROXY: 'http://127.0.0.1:1',
      ...target.env,
    },
  })
  const stopPassing = passSignals(child)
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', (error) =>
        reject('code' in error && error.code === 'ENOENT' ? noCli() : error),
      )
      child.once('close', (code, signal) => resolve({ code, signal }))
    })
  } finally {
    stopPassing()
  }
}

function noCli(): Error {
  return new Error(
    "The official CLI is neither in this project nor in the PATH. Install it with `npm install --save-dev @stripe/cli`, or see Stripe's documentation.",
  )
}

/** The socket serves every command without a flag; without one, each is given the address. */
async function findSimulator(env: Environment): Promise<Target> {
  const chosen = env.STRIPE_CLI_UNIX_SOCKET
  if (chosen) return { env: { STRIPE_CLI_UNIX_SOCKET: chosen }, args: [] }
  const given = env.STRIPE_API_BASE || `http://127.0.0.1:${defaultPort}`
  // The CLI refuses `localhost`.
  const base = new URL(given.replace('//localhost', '//127.0.0.1'))
  const path = defaultSocketPath(Number(base.port))
  if (path !== undefined && (await answers({ path }))) {
    return { env: { STRIPE_CLI_UNIX_SOCKET: path }, args: [] }
  }
  if (await answers({ host: base.hostname, port: Number(base.port) })) {
    return { env: {}, args: ['--api-base', base.origin] }
  }
  throw new Error(
    `No simulator answers at ${base.origin}. Start one with \`quittance-simulator\`, or say where it is with STRIPE_API_BASE.`,
  )
}

function answers(address: { path: string } | { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address)
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}

interface Program {
  readonly command: string
  readonly args: readonly string[]
}

/** From the caller's project or beside this package; the binary itself, because the CLI's script does not pass signals on. */
function findCli(project: string): Program | undefined {
  const [shim] = [join(project, 'package.json'), import.meta.url]
    .map((from) => resolver(from)('@stripe/cli/package.json'))
    .filter((found) => found !== undefined)
  if (shim === undefined) return undefined
  const name = `@stripe/cli-${process.platform}-${process.arch}`
  const platform = resolver(shim)(`${name}/package.json`)
  const file = process.platform === 'win32' ? 'stripe.exe' : 'stripe'
  const binary = platform && join(dirname(platform), 'bin', file)
  if (binary !== undefined && existsSync(binary)) return { command: binary, args: [] }
  return { command: process.execPath, args: [join(dirname(shim), 'bin', 'shim.js')] }
}

function resolver(from: string): (name: string) => string | undefined {
  const { resolve } = createRequire(from)
  return (name) => {
    try {
      return resolve(name)
    } catch {
      return undefined
    }
  }
}

const passed = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The CLI says good-bye to its session when asked to end; then this process ends, too. */
function passSignals(child: ChildProcess): () => void {
  const pass = (signal: NodeJS.Signals) => child.kill(signal)
  for (const signal of passed) process.on(signal, pass)
  return () => {
    for (const signal of passed) process.off(signal, pass)
  }
}
