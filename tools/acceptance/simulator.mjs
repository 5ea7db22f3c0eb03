// The claims of the simulator area: a local Stripe that the real tools cannot tell from the real one.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, summary, vitest } from './run.mjs'

const TRIGGERS = { tcp: 121, socket: 123 }
const TRIGGER_SECONDS_MAX = 60
/** A trigger takes half a second; what waits for a network that is not there waits for a minute. */
const OFFLINE_MS_MAX = 10_000
const FLOWS = 1_000
const SEEDS = 1_000

const OWN = 'packages/simulator/test'
/** Every test that talks to a simulator in its own process. */
const EVERY_TEST = [OWN, 'demo/test', 'e2e/triggers', 'e2e/serve', 'e2e/listen']
/** What the simulator says that it does not simulate, whatever is asked; no refund here waits for its buyer. */
const NEVER_ANSWERED = [
  'GET /v1/quotes/:id/pdf',
  'POST /v1/payment_intents/:id/increment_authorization',
  'POST /v1/payment_intents/:id/verify_microdeposits',
  'POST /v1/setup_intents/:id/verify_microdeposits',
  'POST /v1/refunds/:id/cancel',
]
/** A network of its own, in which nothing is but the loopback. */
const OFFLINE = ['unshare', '-rn', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']

const fileOf = (name) => `artifacts/figures/${name}.json`
const figureOf = (name) => JSON.parse(readFileSync(fileOf(name), 'utf8'))
const onBoth = ({ databaseUrl }) => (databaseUrl === null ? {} : { DATABASE_URL: databaseUrl })

/** Runs tests of which one keeps a figure; `tell` puts it into words. */
async function measured(files, name, tell, env = {}) {
  rmSync(fileOf(name), { force: true })
  const result = await vitest(files, { env })
  const figure = existsSync(fileOf(name)) ? tell(figureOf(name)) : ''
  const failed = result.ok ? '' : failures(result)
  return { ok: result.ok && figure !== '', figure: sentence([figure, failed, summary(result)]) }
}

const sentence = (parts) => parts.filter((part) => part !== '').join('; ')

/** The names of what failed are what a reader needs first. */
function failures({ output }) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of the output are control characters
  const plain = output.replaceAll(/\u001b\[[0-9;]*m/g, '')
  const names = [...plain.matchAll(/^ ?FAIL {2}(.+)$/gm)].map(([, name]) => name)
  const shown = [...new Set(names)].slice(0, 5)
  return shown.length > 0 ? `failed: ${shown.join(' | ')}` : plain.slice(-300).trim()
}

async function triggers(args, before = []) {
  const run = [process.execPath, 'packages/simulator/tools/triggers.mjs', ...args, '--json']
  const [file, ...rest] = [...before, ...run]
  const { code, output } = await command(file, rest, {
    cwd: process.cwd(),
    env: { NO_COLOR: '1' },
    timeoutMs: 600_000,
  })
  try {
    return {
      code,
      runs: JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1)),
    }
  } catch {
    return { code, output }
  }
}

/** The whole run is long and two claims read it. */
let wholeRun
const everyTest = (context) => {
  wholeRun ??= runEveryTest(onBoth(context))
  return wholeRun
}

async function runEveryTest(env) {
  const folder = mkdtempSync(join(tmpdir(), 'checked-'))
  const report = join(folder, 'report.jsonl')
  try {
    const result = await vitest(EVERY_TEST, {
      env: { ...env, CHECKED_REPORT: report },
      timeoutMs: 900_000,
    })
    const lines = readFileSync(report, 'utf8').trim().split('\n').map(JSON.parse)
    const sum = (key) => lines.reduce((total, line) => total + line[key], 0)
    const checked = { bodies: sum('bodies'), errors: sum('errors'), events: sum('events') }
    const violations = [...new Set(lines.flatMap((line) => line.violations))]
    const answered = new Set(lines.flatMap((line) => line.routes))
    const { routes } = await import('../../packages/simulator/dist/routes.js')
    const silent = routes
      .map(({ method, path }) => `${method} ${path}`)
      .filter((name) => !answered.has(name) && !NEVER_ANSWERED.includes(name))
    return { result, simulators: lines.length, checked, violations, routes, silent }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const claims = [
  {
    id: '03.1',
    claim:
      'Every trigger of the pinned CLI, each with its own key and endpoint: exit 0, the named event received, signature accepted by stripe-node, event and object of the SDK’s shape; 121 of 123 over TCP, 123 over the socket, under 60 s each; the table in docs is fresh',
    async run() {
      const { code, runs, output } = await triggers(['--check'])
      if (runs === undefined) return { ok: false, figure: output.slice(-500) }
      const passed = (name) => runs[name].results.filter(({ ok }) => ok).length
      const seconds = (name) => runs[name].ms / 1000
      const names = Object.keys(TRIGGERS)
      const isMet = names.every(
        (name) => passed(name) === TRIGGERS[name] && seconds(name) < TRIGGER_SECONDS_MAX,
      )
      const failed = names.flatMap((name) =>
        runs[name].results.filter(({ ok }) => !ok).map(({ trigger }) => `${name} ${trigger}`),
      )
      const told = names.map(
        (name) => `${passed(name)} of ${TRIGGERS.socket} over ${name} in ${seconds(name)} s`,
      )
      if (failed.length > 0) told.push(`failed: ${failed.slice(0, 8).join(', ')}`)
      else if (code !== 0) told.push('docs/reference/cli-triggers.md is stale')
      return { ok: code === 0 && isMet, figure: told.join('; ') }
    },
  },
  {
    id: '03.2',
    claim:
      'Every 200 body and every event of the whole test run is held against the SDK’s types: 0 deviations, and no route is without an answer',
    async run(context) {
      const { result, simulators, checked, violations, routes, silent } = await everyTest(context)
      const { bodies, errors, events } = checked
      const told = [
        `${bodies} bodies, ${errors} errors and ${events} events of ${simulators} simulators, ${violations.length} deviations`,
        ...violations.slice(0, 3),
        `${routes.length} routes, ${silent.length} of them never answered`,
        ...silent.slice(0, 20),
        result.failed > 0 || result.passed === 0 ? failures(result) : '',
        summary(result),
      ]
      const isClean = violations.length === 0 && silent.length === 0
      return { ok: result.ok && isClean && bodies > 0 && events > 0, figure: sentence(told) }
    },
  },
  {
    id: '03.3',
    claim:
      'On every route that is served: unknown parameter, nested unknown, bad enum, missing required, unknown id, wrong method are refused with Stripe’s status, type, code and param',
    run: () =>
      measured(
        [`${OWN}/conformance/negative.test.ts`],
        'refusals',
        ({ cases, known, endpoints }) =>
          `${cases} wrong requests to ${endpoints} endpoints; none of ${known} known parameters is called unknown`,
      ),
  },
  {
    id: '03.4',
    claim:
      'stripe listen forwards to the engine, which fulfils an order through it; 200 events across two reconnects and an expired session, none lost, all signatures valid',
    async run(context) {
      const files = [`${OWN}/cli-channel`, 'e2e/listen.test.ts']
      const result = await vitest(files, { env: onBoth(context) })
      return { ok: result.ok, figure: result.ok ? summary(result) : failures(result) }
    },
  },
  {
    id: '03.5',
    claim:
      'After every test the books balance: ledger and balance, invoices and their payments, sessions and their intents, no event of a refused request; each law can be seen to break',
    async run(context) {
      const { result, simulators, violations } = await everyTest(context)
      const laws = await vitest([`${OWN}/invariants`])
      const told = `after each of ${result.passed + result.failed} tests, over ${simulators} simulators`
      const failed = result.failed > 0 || result.passed === 0 ? failures(result) : ''
      return {
        ok: result.ok && violations.length === 0 && laws.ok,
        figure: sentence([told, failed, `the laws: ${summary(laws)}`]),
      }
    },
  },
  {
    id: '03.6',
    claim:
      'A year of a subscription by test clock (12 renewals, one failed and recovered, a plan change, a cancellation at period end) in under 2 s, byte for byte by seed',
    run: () =>
      measured(
        [`${OWN}/conformance/year.test.ts`],
        'year',
        ({ seconds, events }) => `${seconds} s, ${events} events`,
      ),
  },
  {
    id: '03.7',
    claim:
      'A reference consumer ends in the same state with and without chaos over 1,000 seeds, dropped deliveries being retried',
    async run() {
      const result = await vitest([`${OWN}/delivery/convergence.test.ts`], {
        env: { CONVERGENCE_SEEDS: String(SEEDS) },
      })
      return {
        ok: result.ok,
        figure: `${SEEDS} seeds; ${result.ok ? summary(result) : failures(result)}`,
      }
    },
  },
  {
    id: '03.8',
    claim:
      'All of it passes, with nothing skipped, in a network namespace with loopback only; no trigger waits for a network that is not there',
    async run() {
      const probe = await command(OFFLINE[0], [...OFFLINE.slice(1), 'true'], {
        cwd: process.cwd(),
        timeoutMs: 10_000,
      })
      if (probe.code !== 0) {
        return { ok: false, figure: `no network namespace here: ${probe.output.trim()}` }
      }
      const env = { DATABASE_URL: '' }
      const result = await vitest(EVERY_TEST, { env, before: OFFLINE, timeoutMs: 900_000 })
      const { runs, output } = await triggers(['--socket'], OFFLINE)
      if (runs === undefined) return { ok: false, figure: output.slice(-500) }
      const { results } = runs.socket
      const slowest = Math.max(...results.map(({ ms }) => ms))
      const passed = results.filter(({ ok }) => ok).length
      const told = [
        result.ok || result.failed === 0 ? '' : failures(result),
        summary(result),
        `${passed} triggers, the slowest in ${slowest} ms`,
      ]
      return {
        ok: result.ok && passed === TRIGGERS.socket && slowest < OFFLINE_MS_MAX,
        figure: sentence(told),
      }
    },
  },
  {
    id: '03.9',
    claim: '1,000 checkouts (create, pay, 5 events delivered and verified) take under 10 s',
    run: () =>
      measured(
        [`${OWN}/conformance/throughput.test.ts`],
        'checkouts',
        ({ flows, events, seconds }) => `${flows} checkouts, ${events} events in ${seconds} s`,
        { CHECKOUT_FLOWS: String(FLOWS) },
      ),
  },
]
