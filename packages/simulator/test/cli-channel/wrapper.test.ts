// Goal: `quittance-simulator stripe …` needs no flag, keeps to the simulator, and ends as the CLI ends.
// Method: the built program as a process, over the default socket and without it; the real CLI behind it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { defaultSocketPath } from '../../src/cli-options.ts'
import { cliMissing } from '../conformance/stripe-cli.ts'
import { type Bench, bench } from '../support.ts'
import { folderOfTest } from './support.ts'

const program = fileURLToPath(new URL('../../bin/quittance-simulator.js', import.meta.url))
const slow = { timeout: 150_000 }

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

interface Running {
  readonly ended: Promise<Ended>
  readonly stderr: () => string
  readonly kill: (signal: NodeJS.Signals) => void
}

/** From a project that has no CLI of its own, with nothing of this shell. */
function start(args: readonly string[], env: Record<string, string> = {}): Running {
  const folder = folderOfTest()
  const child = spawn(process.execPath, [program, 'stripe', ...args], {
    cwd: folder,
    env: { PATH: '/nowhere', HOME: folder, XDG_CONFIG_HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      said[name] += chunk.toString('utf8')
    })
  }
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...said }))
  return { ended, stderr: () => said.stderr, kill: (signal) => void child.kill(signal) }
}

const run = (...args: Parameters<typeof start>): Promise<Ended> => start(...args).ended

/** A simulator that listens where its program would have it listen. */
async function withSocket(): Promise<Bench & { env: Record<string, string> }> {
  const plain = await bench()
  const { port } = plain.simulator
  await plain.simulator.close()
  const socketPath = defaultSocketPath(port)
  if (socketPath === undefined) throw new Error('this system has no unix sockets')
  const b = await bench({ port, socketPath })
  return { ...b, env: { STRIPE_API_BASE: b.simulator.url } }
}

describe.skipIf(cliMissing)('quittance-simulator stripe', () => {
  test('triggers over the default socket, without a flag or a key', slow, async () => {
    const { env, simulator } = await withSocket()
    const { code, stdout } = await run(['trigger', 'customer.created'], env)
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining('Trigger succeeded!'),
    })
    expect(simulator.account('sk_test_simulator').events()).toHaveLength(1)
  })

  test(
    'finds the address where there is no socket, and takes the key of its shell',
    slow,
    async () => {
      const { simulator } = await bench()
      const env = {
        STRIPE_API_BASE: simulator.url.replace('127.0.0.1', 'localhost'),
        STRIPE_API_KEY: 'sk_test_of_the_shell',
      }
      const { code, stdout } = await run(['customers', 'create', '--name', 'Ada'], env)
      expect(code).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({ object: 'customer', name: 'Ada' })
      expect(simulator.account('sk_test_of_the_shell').events()).toHaveLength(1)
    },
  )

  test('listens despite its dead proxy, and ends when asked to, with the CLI', slow, async () => {
    const { env, stripe, account } = await withSocket()
    const listener = start(['listen', '--all-snapshot'], env)
    await vi.waitFor(() => expect(listener.stderr()).toMatch(/secret is whsec_/), 20_000)
    await stripe.customers.create({ name: 'Ada' })
    listener.kill('SIGTERM')
    const { code, signal, stdout } = await listener.ended
    expect({ code, signal }).toEqual({ code: 0, signal: null })
    expect(stdout).toContain('customer.created')
    expect(account.events()).toHaveLength(1)
  })

  test('hands on the exit code of the CLI', slow, async () => {
    const { env } = await withSocket()
    expect(await run(['trigger', 'no.such_event'], env)).toMatchObject({ code: 1 })
  })

  test('answers help and version without a simulator', slow, async () => {
    expect(await run(['version'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('stripe version 1.'),
    })
  })
})

test('names the cure when no simulator answers', slow, async () => {
  const { simulator } = await bench()
  await simulator.close()
  const env = { STRIPE_API_BASE: simulator.url }
  const { code, stderr } = await run(['customers', 'list'], env)
  expect(code).toBe(1)
  expect(stderr).toMatch(/^No simulator answers at http.*quittance-simulator.*STRIPE_API_BASE\.\n$/)
})

test('refuses a live key, and does not repeat it', slow, async () => {
  const { code, stderr } = await run(['version'], { STRIPE_API_KEY: 'sk_live_realmoney' })
  expect(code).toBe(1)
  expect(stderr).toMatch(/is a live key/)
  expect(stderr).not.toContain('realmoney')
})
