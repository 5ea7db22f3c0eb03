// Runs the triggers of the official CLI against the simulator and prints what came of each.
//
//   npm run triggers -- [--only 'invoice.*,quote.*'] [--tcp] [--socket] [--failing] [--json]
//   npm run triggers -- --write | --check [--json]      the table in docs/reference/cli-triggers.md
//
// A row passes only when the CLI exits 0 and the named event arrives, signed as the SDK accepts it, with the event and
// its object of the shape of the SDK's types. The work is test/conformance/triggers.test.ts, run from the sources.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const docs = 'docs/reference/cli-triggers.md'
const flag = { type: 'boolean', default: false }
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    tcp: flag,
    socket: flag,
    failing: flag,
    json: flag,
    write: flag,
    check: flag,
  },
})
const isDocs = values.write || values.check
const chosen = ['tcp', 'socket'].filter((name) => isDocs || values[name])
const transports = chosen.length > 0 ? chosen : ['socket']

/** The report of the test, and all that vitest said, which matters only when there is no report. */
function run() {
  const folder = mkdtempSync(join(tmpdir(), 'triggers-'))
  const report = join(folder, 'report.json')
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const test = 'packages/simulator/test/conformance/triggers.test.ts'
  const env = {
    ...process.env,
    TRIGGERS_REPORT: report,
    TRIGGERS_TRANSPORT: transports.join(),
    ...(values.only === undefined || isDocs ? {} : { TRIGGERS_ONLY: values.only }),
  }
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [vitest, 'run', test], { cwd: root, env })
    let output = ''
    const keep = (chunk) => {
      output += chunk
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('close', () => {
      try {
        resolve({ runs: JSON.parse(readFileSync(report, 'utf8')), output })
      } catch {
        resolve({ runs: {}, output })
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    })
  })
}

const mark = (fine) => (fine ? 'yes' : 'NO')

function print(transport, { results, violations, checked, ms }) {
  const width = Math.max(...results.map(({ trigger }) => trigger.length))
  console.log(`${transport}\n${'trigger'.padEnd(width)}  exit  event  signed  schema     ms`)
  for (const row of results) {
    if (values.failing && row.ok) continue
    const { trigger, exit, received, signed, violations: found, hint } = row
    const cells = [
      trigger.padEnd(width),
      String(exit ?? '-').padEnd(4),
      mark(received).padEnd(5),
      mark(signed).padEnd(6),
      (found.length === 0 ? 'yes' : `NO ${found.length}`).padEnd(6),
      String(row.ms).padStart(6),
    ]
    console.log(cells.join('  '))
    if (hint !== undefined) console.log(`    ${hint}`)
    for (const violation of found.slice(0, 5)) console.log(`    ${violation}`)
  }
  const passed = results.filter(({ ok }) => ok).length
  console.log(
    `${transport}: ${passed} of ${results.length} pass in ${(ms / 1000).toFixed(1)} s; ${checked} answers and events checked, ${violations.length} deviations`,
  )
  for (const violation of violations.slice(0, 40)) console.log(`  ${violation}`)
}

function table(runs) {
  const of = (transport, trigger) =>
    runs[transport].results.find((row) => row.trigger === trigger)?.ok
  const cell = (passed) => (passed === undefined ? '–' : passed ? 'yes' : 'no')
  const count = (transport) => runs[transport].results.filter(({ ok }) => ok).length
  const rows = runs.socket.results.map(
    ({ trigger, event }) =>
      `| \`${trigger}\` | ${event === trigger ? '' : `\`${event}\``} | ${cell(of('tcp', trigger))} | ${cell(of('socket', trigger))} |`,
  )
  const version = JSON.parse(
    readFileSync(join(root, 'node_modules/@stripe/cli/package.json'), 'utf8'),
  ).version
  return `# The official CLI's triggers

Written by \`npm run triggers -- --write\`; \`npm run triggers -- --check\` runs them all and compares. CLI ${version}:
${count('tcp')} pass over TCP, ${count('socket')} of ${rows.length} over the unix socket.

Each trigger runs with an API key and a webhook endpoint of its own. It passes only when the CLI exits 0, and the named
event arrives, and the official SDK accepts the signature of each delivery, and every delivered event and its object
have the shape of the SDK's types. Some triggers are named after a variant of the case: the second column says which
event then has to arrive. \`–\` is what cannot be asked: there the CLI calls a host that no flag of it changes. The
\`v1.…\` are thin events: they arrive at an event destination of the v2 API.

| trigger | event | TCP | socket |
| --- | --- | --- | --- |
${rows.join('\n')}
`
}

/** Writes the table, or says whether the kept one is what came out now. */
function settle(fresh) {
  const path = join(root, docs)
  if (values.write) writeFileSync(path, fresh)
  const isFresh = readFileSync(path, 'utf8') === fresh
  console.error(isFresh ? `${docs} says what is so.` : `${docs} is stale.`)
  if (!isFresh) process.exitCode = 1
}

const { runs, output } = await run()
const results = Object.values(runs).flatMap((found) => found.results)
const complete = transports.every((name) => runs[name]?.results.length > 0)
const clean = Object.values(runs).every(({ violations }) => violations.length === 0)
if (!complete) {
  console.error(`The triggers did not run:\n${output}`)
} else {
  if (isDocs) settle(table(runs))
  if (values.json) console.log(JSON.stringify(runs, null, 2))
  else if (!isDocs) for (const name of transports) print(name, runs[name])
}
if (!complete || !clean || results.some(({ ok }) => !ok)) process.exitCode = 1
