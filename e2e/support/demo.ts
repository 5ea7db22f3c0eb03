// Owns a running demo: the built `node demo/dist/main.js`, as a person or a script starts it.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { systemTimers } from '@quittance/engine'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const MAIN = join(ROOT, 'demo/dist/main.js')
const CLI = join(ROOT, 'packages/server/bin/quittance.js')

/** The promise of the README is 20 s; a loaded machine is no reason to fail before. */
const READY_MS = 20_000
const STOP_MS = 15_000
const COMMAND_MS = 60_000

export interface Ready {
  readonly url: string
  readonly simulator: string
  readonly webhook: string
  readonly success: string
}

export interface CommandResult {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface Demo extends Ready {
  readonly dataDir: string
  /** Everything that was written to standard output: exactly one line. */
  readonly stdout: () => string
  readonly log: () => string
  /** `quittance …` in a process of its own, beside the demo. */
  cli(...args: string[]): Promise<CommandResult>
  /** Sends SIGTERM; answers the exit code. */
  stop(): Promise<number | null>
  /** Sends SIGKILL and keeps the data. */
  kill(): Promise<void>
}

export async function startDemo(
  dataDir: string = mkdtempSync(join(tmpdir(), 'quittance-e2e-')),
): Promise<Demo> {
  if (!existsSync(MAIN)) throw new Error('the demo is not built: run `npm run build` first')
  const child = spawn(process.execPath, [MAIN, '--json'], {
    cwd: dataDir,
    env: { PATH: process.env.PATH, PORT: '0', SIMULATOR_PORT: '0', DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let log = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString('utf8')
  })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const line = await firstLine(child, exited, () => log)
  const ready: Ready = JSON.parse(line)
  return {
    ...ready,
    dataDir,
    stdout: () => stdout,
    log: () => log,
    cli: (...args) => run(args, dataDir),
    async stop() {
      const cancel = systemTimers.after(STOP_MS, () => child.kill('SIGKILL'))
      child.kill('SIGTERM')
      const code = await exited
      cancel()
      rmSync(dataDir, { recursive: true, force: true })
      return code
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

async function firstLine(
  child: ChildProcess,
  exited: Promise<number | null>,
  log: () => string,
): Promise<string> {
  if (child.stdout === null) throw new Error('the demo has no standard output')
  const lines = createInterface(child.stdout)
  const line = new Promise<string>((resolve) => lines.once('line', resolve))
  let cancel = () => {}
  const late = new Promise<never>((_, reject) => {
    cancel = systemTimers.after(READY_MS, () => {
      child.kill('SIGKILL')
      reject(new Error(`the demo was not ready after ${READY_MS} ms:\n${log()}`))
    })
  })
  const died = exited.then((code) => {
    throw new Error(`the demo ended with ${code}:\n${log()}`)
  })
  try {
    return await Promise.race([line, late, died])
  } finally {
    cancel()
    died.catch(() => undefined)
  }
}

function run(args: readonly string[], dataDir: string): Promise<CommandResult> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [CLI, ...args],
      // HOME: the Stripe CLI keeps a file of its own there, and must not meet the user's.
      {
        cwd: ROOT,
        env: { PATH: process.env.PATH, HOME: dataDir, DATA_DIR: dataDir },
        timeout: COMMAND_MS,
      },
      (error, out, err) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
        resolve({ code, out, err })
      },
    )
  })
}

/** Asks until the answer is there; the last error says what was missing. */
export async function until<T>(what: string, ask: () => Promise<T | null>): Promise<T> {
  for (let look = 0; look < 100; look += 1) {
    const answer = await ask()
    if (answer !== null) return answer
    await systemTimers.sleep(100)
  }
  throw new Error(`waited in vain for ${what}`)
}
