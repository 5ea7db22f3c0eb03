// Goal: words become the right command, exit code and help; a stray word gets a useful answer.
// Method: the CLI runs in this process with captured streams; no engine behind it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findStripeCli, stripeEnvironment } from '../src/cli/commands/stripe.ts'
import { runCli } from '../src/cli/main.ts'
import { moneyOf, renderTable } from '../src/cli/output.ts'
import { COMMANDS } from '../src/cli/registry.ts'
import { claimSocketPath, findSocketPath } from '../src/control/socket-path.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'quittance-cli-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

async function run(words: string, environment: Record<string, string> = {}) {
  let out = ''
  let err = ''
  const code = await runCli(
    words === '' ? [] : words.split(' '),
    {
      environment,
      directory,
      terminal: false,
      print: (text) => {
        out += text
      },
      complain: (text) => {
        err += text
      },
    },
    '1.2.3',
  )
  return { code, out, err }
}

describe('help', () => {
  it('lists every command and the exit codes', async () => {
    const { code, out } = await run('help')
    expect(code).toBe(0)
    for (const { name } of COMMANDS) expect(out).toContain(name)
    expect(out).toMatch(/stripe …[\s\S]*Exit codes/)
  })
  for (const { name, examples } of COMMANDS) {
    it(`of ${name} shows usage and examples, both ways`, async () => {
      const [asked, flagged] = [await run(`help ${name}`), await run(`${name} --help`)]
      expect(asked).toEqual(flagged)
      expect(asked.out).toContain(`Usage: quittance ${name}`)
      for (const example of examples) expect(asked.out).toContain(example)
    })
  }
  it('of stripe needs no simulator', async () => {
    const { out } = await run('help stripe')
    expect(out).toContain('trigger checkout.session.completed')
    expect(out).toMatch(/Checking for new versions.*no connection/)
  })
  it('without a command is an error that helps', async () => {
    const { code, out } = await run('')
    expect(code).toBe(2)
    expect(out).toContain('Usage')
  })
  it('prints the version', async () => {
    expect((await run('--version')).out).toBe('1.2.3\n')
  })
})

describe('a wrong command line exits 2', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['serv', /Did you mean `serve`/],
    ['event list', /Did you mean `events list`/],
    ['events lsit', /Did you mean `events list`/],
    ['orders', /`orders list`, `orders show`/],
    ['xyzzy', /"xyzzy" is not a command\.\n/],
    ['events show', /<event> is missing/],
    ['replay evt_1 evt_2', /"evt_2" is one word too many/],
    ['events list --stat done', /: unknown option --stat, did you mean --state\?\nSee/],
    ['events list --jsn', /: unknown option --jsn, did you mean --json\?\nSee/],
    ['orders list --xyzzy', /: unknown option --xyzzy\nSee/],
    ['orders list --limit', /: --limit needs a value\n/],
    ['orders list --limit --json', /: --limit needs a value\n/],
    ['orders list --json=yes', /: --json takes no value\n/],
    ['events list --limit abc', /: --limit: "abc" is not a whole number from 1 to 1000\n/],
    ['orders list --limit 1001', /"1001" is not a whole number from 1 to 1000\n/],
    [
      'events list --state failed',
      /: --state: "failed" is not one of ready, .*quarantined, dead\n/,
    ],
    ['orders list --status paid', /: --status: "paid" is not one of pending, .*fulfilled\n/],
    ['subscriptions', /`subscriptions list`, `subscriptions show`/],
    ['subscription show sub_1', /Did you mean `subscriptions show`/],
    [
      'subscriptions list --status pastdue',
      /: --status: "pastdue" is not one of .*past_due, .*canceled\n/,
    ],
    ['customers show', /<user-or-customer> is missing/],
    ['access', /<user-or-customer> is missing/],
    ['access user_1 --at tomorrow', /: --at: "tomorrow" is not a time such as 2026-/],
    ['access user_1 --at 2026-13-01T00:00:00Z', /: --at: .* is not a time such as 2026-/],
    ['serve --port 5000', /: unknown option --port; .*set PORT=5000\n/],
    ['serve --data-dir=/srv/shop', /set DATA_DIR=\/srv\/shop\n/],
    ['serve --stripe-api-key sk_test_1', /set STRIPE_API_KEY\n/],
    ['serve --config missing.mjs', /--config: no file at missing\.mjs\./],
  ]
  for (const [words, expected] of wrong) {
    it(words, async () => {
      const { code, err, out } = await run(words)
      expect(err).toMatch(expected)
      expect({ code, out }).toEqual({ code: 2, out: '' })
    })
  }
  it('serve with a wrong configuration', async () => {
    const { code, err } = await run('serve', { STRIPE_API_KEY: 'pk_test_sesame' })
    expect(code).toBe(2)
    expect(err).toMatch(/STRIPE_API_KEY: is a publishable key/)
    expect(err).toMatch(/STRIPE_WEBHOOK_SECRET: is not set/)
    expect(err).not.toContain('sesame')
  })
})

it('migrate says where', async () => {
  const data = join(directory, 'migrated')
  const first = await run('migrate', { DATA_DIR: data })
  expect(first.out).toMatch(/^Applied migrations .* in /)
  expect(first.out).toContain(`in ${join(data, 'db')}.\n`)
  const again = await run('migrate', { DATA_DIR: data })
  expect(again.out).toBe(`The schema in ${join(data, 'db')} is up to date.\n`)
})

describe('without a running server', () => {
  for (const words of [
    'events list',
    'orders list --json',
    'replay evt_1',
    'access user_1',
    'subscriptions list',
  ]) {
    it(`${words} says how to start one`, async () => {
      const { code, err } = await run(words)
      expect(code).toBe(1)
      expect(err).toMatch(/no server is running.*quittance serve/)
      expect(err).not.toMatch(/start\(\)/)
    })
  }
  it('stripe names the socket that nobody answers', async () => {
    const { code, err } = await run('stripe trigger customer.created')
    expect(code).toBe(1)
    expect(err).toMatch(/simulator\.sock[\s\S]*npm start/)
  })
  it('a left-over socket file counts as no server', async () => {
    const dataDir = join(directory, 'stale')
    mkdirSync(dataDir)
    writeFileSync(join(dataDir, 'control.sock'), '')
    expect((await run('events list', { DATA_DIR: dataDir })).err).toMatch(/no server is running/)
  })
  it('stripe refuses a live key', async () => {
    const { code, err } = await run('stripe customers list', { STRIPE_API_KEY: 'sk_live_x' })
    expect(code).toBe(2)
    expect(err).toMatch(/live key/)
  })
})

describe('the Stripe CLI', () => {
  it('is found beside this package', () => {
    expect(findStripeCli({}, directory)?.prefix[0]).toMatch(/@stripe.cli.bin.shim\.js$/)
  })
  it('is the one on the PATH when none is installed here, else none', () => {
    const elsewhere = pathToFileURL(join(directory, 'index.js')).href
    const onPath = join(directory, 'stripe')
    writeFileSync(onPath, '', { mode: 0o755 })
    const environment = { PATH: `/nowhere:${directory}` }
    const program = findStripeCli(environment, directory, elsewhere)
    expect(program).toEqual({ command: onPath, prefix: [] })
    expect(findStripeCli({ PATH: '/nowhere' }, directory, elsewhere)).toBeNull()
  })
  it('gets the socket, a key, and no way to the network', () => {
    expect(stripeEnvironment({ HOME: '/home/jo' }, '/data/simulator.sock')).toEqual({
      HOME: '/home/jo',
      STRIPE_CLI_TELEMETRY_OPTOUT: '1',
      DO_NOT_TRACK: '1',
      HTTPS_PROXY: 'http://127.0.0.1:1',
      STRIPE_API_KEY: 'sk_test_quittance_demo',
      STRIPE_CLI_UNIX_SOCKET: '/data/simulator.sock',
    })
  })
})

describe('sockets of a data directory', () => {
  it('live inside it when their path is short', async () => {
    const dataDir = join(directory, 'short')
    expect(await claimSocketPath(dataDir, 'control.sock')).toBe(join(dataDir, 'control.sock'))
  })
  it('live elsewhere when it is long, where the command line finds them and can listen', async () => {
    const dataDir = join(directory, 'x'.repeat(120))
    const claimed = await claimSocketPath(dataDir, 'control.sock')
    expect(Buffer.byteLength(claimed)).toBeLessThanOrEqual(100)
    expect(await findSocketPath(dataDir, 'control.sock')).toBe(claimed)
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(claimed, resolve))
    await new Promise((resolve) => server.close(resolve))
    rmSync(join(claimed, '..'), { recursive: true })
  })
})

describe('tables', () => {
  it('align columns and name emptiness', () => {
    const columns = [
      { title: 'id', cell: (row: { readonly [name: string]: unknown }) => String(row.id) },
      { title: 'state', cell: (row: { readonly [name: string]: unknown }) => String(row.state) },
    ]
    const rows = [
      { id: 'evt_1', state: 'done' },
      { id: 'evt_22', state: 'ignored' },
    ]
    expect(renderTable(columns, rows, 'None.')).toBe(
      'ID      STATE\nevt_1   done\nevt_22  ignored\n',
    )
    expect(renderTable(columns, [], 'None.')).toBe('None.\n')
  })
  it('write amounts as their currency does', () => {
    expect(moneyOf(4900, 'usd')).toBe('$49.00')
    expect(moneyOf(500, 'jpy')).toBe('¥500')
    expect(moneyOf(50_000, 'ugx')).toBe(`UGX\u00a0500`)
    expect(moneyOf(null, 'usd')).toBe('–')
  })
})
