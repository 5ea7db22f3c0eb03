// Goal: the official SDK drives the simulator under strict types, in two majors. Method: compile one program
// against each with `tsc --strict`, run it as a process of its own, read what it saw.
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CheckedSimulator, checkedSimulator } from '../schema/checked-simulator.ts'

const run = promisify(execFile)
const fromRoot = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url))
const compiler = fromRoot('node_modules/typescript/bin/tsc')
const source = readFileSync(new URL('./sdk-program.ts', import.meta.url), 'utf8')
// Inside the workspace, so that the compiled program finds the SDK as any program here does.
const folder = fromRoot(`artifacts/conformance-${process.pid}`)

const expected = {
  idempotency: {
    sameObject: true,
    firstReplayed: null,
    againReplayed: 'true',
    conflict: 'StripeIdempotencyError',
  },
  session: {
    status: 'complete',
    paymentStatus: 'paid',
    total: 3000,
    lines: [[2, 3000]],
    intentOrder: 'ord_1',
    captured: 3000,
    last4: '4242',
  },
  refund: {
    status: 'succeeded',
    partly: [500, false],
    fully: [2000, true],
    tooMuch: 'StripeInvalidRequestError charge_already_refunded',
  },
  pages: { walked: 25, distinct: 25, first: 'customer 24', gathered: 25, hasMore: true },
  failures: {
    declined: 'StripeCardError card_declined',
    missing: 'StripeInvalidRequestError resource_missing',
    incomplete: 'StripeInvalidRequestError',
  },
  customer: { metadata: { b: '2' }, name: 'Ada', gone: true, after: true },
}

let simulator: CheckedSimulator

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  simulator = await checkedSimulator({ seed: 'sdk' })
})

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await simulator?.close()
})

async function compile(name: string, text: string): Promise<string> {
  writeFileSync(`${folder}/${name}.mts`, text)
  const options = ['--strict', '--target', 'es2023', '--module', 'nodenext', '--skipLibCheck']
  const types = ['--types', 'node', '--outDir', folder, '--ignoreConfig']
  const command = [compiler, ...options, ...types, `${folder}/${name}.mts`]
  // What the compiler objects to is on its standard output; a bare exit code would explain nothing.
  await run(process.execPath, command, { timeout: 100_000 }).catch((error: { stdout?: string }) => {
    throw new Error(`tsc refused: ${error.stdout}`)
  })
  return `${folder}/${name}.mjs`
}

test.each([
  ['stripe', 'sdk23'],
  ['stripe-22', 'sdk22'],
])(
  '%s compiles strictly and does an integration’s work',
  async (specifier, name) => {
    const program = await compile(name, source.replace("from 'stripe'", `from '${specifier}'`))
    const { stdout } = await run(
      process.execPath,
      [program, String(simulator.port), `sk_test_conformance_${name}`],
      { timeout: 60_000 },
    )
    const report = JSON.parse(stdout)
    expect(report).toMatchObject(expected)
    expect(report.customer.metadata).toEqual({ b: '2' })
    expect(report.eventTypes).toEqual(
      expect.arrayContaining(['checkout.session.completed', 'charge.refunded', 'customer.deleted']),
    )
    expect(simulator.violations()).toEqual([])
  },
  180_000,
)

test('the compiler does refuse a wrong parameter', async () => {
  const wrong = source.replace('unit_amount: 1500', "unit_amount: 'much'")
  expect(wrong).not.toBe(source)
  await expect(compile('wrong', wrong)).rejects.toThrow(
    /'string' is not assignable to type 'number/,
  )
}, 120_000)
