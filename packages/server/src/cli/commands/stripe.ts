// Owns `stripe …`: the official command line, pointed at the simulator and kept off the network.
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { loadStoreConfig } from '../../config/config.ts'
import type { Environment } from '../../config/environment.ts'
import { isAnswered } from '../../control/client.ts'
import { findSocketPath } from '../../control/socket-path.ts'
import type { CliContext, ExitCode } from '../command.ts'

/** The account of the shop that `npm start` runs. */
export const DEMO_API_KEY = 'sk_test_quittance_demo'

export const STRIPE_HELP = `Usage: quittance stripe <arguments of the Stripe CLI>

Runs the official Stripe CLI against the simulator of a running \`npm start\`: no login, no flag,
no network. The simulator is found through DATA_DIR (default .data).
The Stripe CLI may print "Checking for new versions…"; it makes no connection for that here.

Examples:
  quittance stripe trigger checkout.session.completed
  quittance stripe customers list --limit 3
`

/** Asks nothing of Stripe, so it needs no simulator. */
const OFFLINE = new Set(['help', 'version', 'completion', '--help', '-h', '--version', '-v'])

interface Program {
  readonly command: string
  readonly prefix: readonly string[]
}

/** The CLI beside this package or the caller's project, else the one on the PATH. */
export function findStripeCli(
  environment: Environment,
  directory: string,
  ownBase: string = import.meta.url,
): Program | null {
  for (const base of [pathToFileURL(join(directory, 'package.json')).href, ownBase]) {
    try {
      const manifest = createRequire(base).resolve('@stripe/cli/package.json')
      return { command: process.execPath, prefix: [join(dirname(manifest), 'bin', 'shim.js')] }
    } catch {
      // Not installed there: the next place may have it.
    }
  }
  const names = process.platform === 'win32' ? ['stripe.exe'] : ['stripe']
  for (const directoryOnPath of (environment.PATH ?? '').split(delimiter)) {
    for (const name of names) {
      const command = join(directoryOnPath, name)
      if (directoryOnPath !== '' && isExecutable(command)) return { command, prefix: [] }
    }
  }
  return null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** What the CLI needs so that it neither calls home nor waits for a network that is not there. */
export function stripeEnvironment(environment: Environment, socketPath: string): Environment {
  return {
    ...environment,
    STRIPE_CLI_TELEMETRY_OPTOUT: '1',
    DO_NOT_TRACK: '1',
    // Its look for a newer release has no flag; without an answer it waits for a minute.
    HTTPS_PROXY: 'http://127.0.0.1:1',
    STRIPE_API_KEY: environment.STRIPE_API_KEY ?? DEMO_API_KEY,
    STRIPE_CLI_UNIX_SOCKET: socketPath,
  }
}

export async function runStripe(args: readonly string[], context: CliContext): Promise<ExitCode> {
  const { environment, directory, complain } = context
  const program = findStripeCli(environment, directory)
  if (program === null) {
    complain(
      'quittance: the Stripe CLI is not installed. Add it with `npm install --save-dev @stripe/cli`,\n' +
        'or install `stripe` on your PATH.\n',
    )
    return 1
  }
  if (/^(sk|rk)_live_/.test(environment.STRIPE_API_KEY ?? '')) {
    complain('quittance: STRIPE_API_KEY is a live key; `quittance stripe` is for the simulator.\n')
    return 2
  }
  const { dataDir } = loadStoreConfig({ environment, directory })
  const socketPath = await findSocketPath(dataDir, 'simulator.sock')
  const needsSimulator = args.length > 0 && !args.some((word) => OFFLINE.has(word))
  if (needsSimulator && !(await isAnswered(socketPath))) {
    complain(
      `quittance: no simulator answers at ${socketPath}.\n` +
        'Start the demo with `npm start` in another terminal, or name its directory in DATA_DIR.\n',
    )
    return 1
  }
  return await spawnInherited(program, args, stripeEnvironment(environment, socketPath), directory)
}

function spawnInherited(
  program: Program,
  args: readonly string[],
  environment: Environment,
  directory: string,
): Promise<ExitCode> {
  return new Promise((resolve, reject) => {
    const child = spawn(program.command, [...program.prefix, ...args], {
      cwd: directory,
      env: { ...environment },
      stdio: 'inherit',
    })
    // The terminal signals the whole group: the CLI decides when to end, and we report its code.
    const ignore = () => undefined
    process.on('SIGINT', ignore)
    child.once('error', reject)
    child.once('exit', (code) => {
      process.off('SIGINT', ignore)
      resolve(code ?? 1)
    })
  })
}
