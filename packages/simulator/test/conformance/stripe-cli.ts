// Runs the official CLI against a simulator, without telemetry, network or the user's configuration.
import { type ChildProcessByStdio, type SpawnOptions, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

export const cliBinary = fileURLToPath(
  new URL('../../../../node_modules/.bin/stripe', import.meta.url),
)
const runMsMax = 60_000

/** Why the CLI cannot run here; undefined when it can. */
export const cliMissing = existsSync(cliBinary)
  ? undefined
  : 'the official CLI is not installed (npm package @stripe/cli)'

export interface CliRun {
  readonly code: number | null
  readonly output: string
}

export interface CliTarget {
  readonly apiKey: string
  readonly configFolder: string
  /** One of the two: the TCP base URL, or the unix socket. */
  readonly apiBase?: string
  readonly socketPath?: string
}

export function spawnCli(
  args: readonly string[],
  target: CliTarget,
  options: Pick<SpawnOptions, 'timeout' | 'detached'> = {},
): ChildProcessByStdio<null, Readable, Readable> {
  const base = target.apiBase === undefined ? [] : ['--api-base', target.apiBase]
  return spawn(cliBinary, [...args, ...base], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: target.configFolder,
      XDG_CONFIG_HOME: target.configFolder,
      STRIPE_API_KEY: target.apiKey,
      STRIPE_CLI_TELEMETRY_OPTOUT: '1',
      DO_NOT_TRACK: '1',
      // The CLI asks GitHub for a newer version; a dead proxy makes that fail at once instead of hanging.
      HTTPS_PROXY: 'http://127.0.0.1:1',
      ...(target.socketPath !== undefined && { STRIPE_CLI_UNIX_SOCKET: target.socketPath }),
    },
  })
}

export function runCli(args: readonly string[], target: CliTarget): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    const child = spawnCli(args, target, { timeout: runMsMax })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}
