// The claims of the checkout area: a payment taken end to end, on real input.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, summary, vitest } from './run.mjs'

const START_MS_MAX = 20_000
const NEEDS_POSTGRES = { ok: false, figure: 'needs PostgreSQL: set DATABASE_URL' }

/** Waits for the one line of JSON; answers how long it took. */
function timeStart(cwd, dataDir) {
  return new Promise((resolve, reject) => {
    const started = Date.now()
    const child = spawn('npm', ['start', '--silent', '--', '--json'], {
      cwd,
      env: { ...process.env, PORT: '0', SIMULATOR_PORT: '0', DATA_DIR: dataDir },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    })
    const stop = () => process.kill(-child.pid, 'SIGTERM')
    const timer = setTimeout(() => {
      stop()
      reject(new Error('npm start printed no URL within a minute'))
    }, 60_000)
    child.stdout.once('data', (line) => {
      clearTimeout(timer)
      const startMs = Date.now() - started
      const { url } = JSON.parse(String(line))
      child.once('exit', () => resolve({ url, startMs }))
      stop()
    })
  })
}

async function freshClone(use) {
  const directory = mkdtempSync(join(tmpdir(), 'quittance-clone-'))
  const clone = join(directory, 'quittance')
  try {
    const steps = [
      ['git', ['clone', '--quiet', process.cwd(), clone], process.cwd()],
      ['npm', ['ci'], clone],
    ]
    for (const [file, args, cwd] of steps) {
      const { code, output } = await command(file, args, { cwd, timeoutMs: 300_000 })
      if (code !== 0) return { ok: false, figure: `${file} ${args[0]}: ${output.slice(-500)}` }
    }
    return await use(clone, directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

const onBoth = ({ databaseUrl }) => ({ DATABASE_URL: databaseUrl ?? '', CI: 'true' })

export const claims = [
  {
    id: '02.1',
    claim:
      'On a fresh clone npm ci && npm start prints its URL within 20 s; a browser buys, is declined, passes 3-D Secure, settles a delayed method',
    run: (context) =>
      freshClone(async (clone, directory) => {
        const { startMs } = await timeStart(clone, join(directory, 'data'))
        const browser = await vitest(['e2e/browser.test.ts'], { cwd: clone, env: onBoth(context) })
        return {
          ok: startMs < START_MS_MAX && browser.ok,
          figure: `ready in ${(startMs / 1000).toFixed(1)} s; browser: ${summary(browser)}`,
        }
      }),
  },
  {
    id: '02.2',
    claim:
      "The real CLI's ten triggers and the recipe's own line exit 0, arrive signed and of Stripe's shape, and are recorded with the right outcome",
    async run(context) {
      const result = await vitest(
        ['e2e/triggers.test.ts', 'packages/simulator/test/conformance/cli.test.ts'],
        { env: context.databaseUrl === null ? {} : onBoth(context) },
      )
      return { ok: result.ok, figure: summary(result) }
    },
  },
  {
    id: '02.3',
    claim:
      'stripe-node 22 and 23 drive the simulator under tsc --strict: create, pay, refund, auto-pagination, expand, idempotent retry',
    async run() {
      const result = await vitest(['packages/simulator/test/conformance/sdk.test.ts'])
      return { ok: result.ok, figure: summary(result) }
    },
  },
  {
    id: '02.4',
    claim:
      'Any order of arrival, with duplicates and while the flow runs, ends in one state with one effect, on PGlite and PostgreSQL; a failed projection is redriven',
    async run(context) {
      if (context.databaseUrl === null) return NEEDS_POSTGRES
      const runs = '400'
      const result = await vitest(
        [
          'packages/engine/test/orders/permutations.test.ts',
          'packages/engine/test/processor/faults.test.ts',
        ],
        { env: { ...onBoth(context), PROPERTY_RUNS: runs } },
      )
      return { ok: result.ok, figure: `${runs} histories on each database; ${summary(result)}` }
    },
  },
  {
    id: '02.5',
    claim:
      '100,000 generated headers and bodies, 40 % valid: our verdict equals stripe-node’s but for listed differences',
    async run() {
      const count = '100000'
      const result = await vitest(['packages/engine/test/verify/differential.test.ts'], {
        env: { DIFFERENTIAL_COUNT: count },
      })
      return { ok: result.ok, figure: `${count} cases; ${summary(result)}` }
    },
  },
  {
    id: '02.6',
    claim:
      'SIGKILL between acknowledgement and processing and inside a handler, 50 times on each database: nothing lost, nothing twice; a zombie commits nothing',
    async run(context) {
      if (context.databaseUrl === null) return NEEDS_POSTGRES
      const kills = '50'
      const result = await vitest(['e2e/chaos/kill.test.ts'], {
        env: { ...onBoth(context), CHAOS_KILLS: kills },
      })
      return { ok: result.ok, figure: `${kills} kills on each database; ${summary(result)}` }
    },
  },
  {
    id: '02.7',
    claim:
      '8 workers, 10,000 events over 200 lanes on PostgreSQL: never two of a lane in flight (a primary key says so), all settled',
    async run(context) {
      if (context.databaseUrl === null) return NEEDS_POSTGRES
      const result = await vitest(['packages/engine/test/processor/load.test.ts'], {
        env: { ...onBoth(context), LOAD_EVENTS: '10000' },
      })
      const figure = result.ok ? readFileSync('artifacts/figures/lanes.json', 'utf8') : ''
      return { ok: result.ok, figure: `${summary(result)} ${figure}`.trim() }
    },
  },
  {
    id: '02.8',
    claim:
      'npm ci && npm test passes on a fresh clone with nothing but Node, says what it skipped, under 5 minutes; with DATABASE_URL the same suites run on PostgreSQL',
    run: (context) =>
      freshClone(async (clone) => {
        const started = Date.now()
        const env = { DATABASE_URL: '', CI: '', NO_COLOR: '1' }
        const bare = await command('npm', ['test'], { cwd: clone, env, timeoutMs: 600_000 })
        const seconds = Math.round((Date.now() - started) / 1000)
        const tests = /Tests\s+(.*)/.exec(bare.output)?.[1] ?? 'no tests'
        const saysSo = /skipped: .*PostgreSQL/.test(bare.output)
        const engine = await vitest(['packages/engine'], { cwd: clone, env: onBoth(context) })
        return {
          ok:
            bare.code === 0 && saysSo && seconds < 300 && engine.ok && context.databaseUrl !== null,
          figure: `bare: ${tests} in ${seconds} s; engine on PostgreSQL too: ${summary(engine)}`,
        }
      }),
  },
]
