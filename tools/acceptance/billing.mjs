// The claims of the billing area: what the app reads is what Stripe says, whatever the order it spoke in.
import { readdirSync, readFileSync } from 'node:fs'
import { command, reason, summary, vitest } from './run.mjs'

const NEEDS_POSTGRES = { ok: false, figure: 'needs PostgreSQL: set DATABASE_URL' }
const ORDERS = 200
const HISTORIES = 500
const SUBSCRIBERS = 500
const BUYERS = 1_000_000

const onBoth = ({ databaseUrl }) => ({
  DATABASE_URL: databaseUrl ?? '',
  CI: databaseUrl === null ? '' : 'true',
})

const figureOf = (name) => JSON.parse(readFileSync(`artifacts/figures/${name}.json`, 'utf8'))

/** The flows are in several files, so that they run side by side: each leaves the figures of its own. */
const PARTS = ['payments', 'renewals', 'changes', 'endings']
const figuresOfFlows = () => {
  const sum = {}
  for (const part of PARTS) {
    for (const [name, value] of Object.entries(figureOf(`billing-orders.${part}`))) {
      sum[name] = (sum[name] ?? 0) + value
    }
  }
  return sum
}

/** One run shows two claims: where things end, and what was told on the way. */
let flows
const playFlows = (context) => {
  flows ??= vitest(['packages/engine/test/billing/permutations-'], {
    env: { ...onBoth(context), BILLING_ORDERS: String(ORDERS) },
    timeoutMs: 1_800_000,
  })
  return flows
}

export const claims = [
  {
    id: '04.1',
    claim: `Every flow of sections 3.1 to 3.17, each section in ${ORDERS} or more seeded orders over its variants, with duplicates and drops-then-retries, half of them while it runs, ends in the rows of the undisturbed run and of a fresh read of Stripe`,
    async run(context) {
      const result = await playFlows(context)
      const { flows: count, runs, events, requests } = result.ok ? figuresOfFlows() : {}
      const figure = result.ok
        ? `${count} flows, ${runs} runs, ${events} events, ${requests} requests; `
        : ''
      return { ok: result.ok, figure: `${figure}${summary(result)} ${reason(result)}`.trim() }
    },
  },
  {
    id: '04.2',
    claim:
      'In all of those runs facts occur exactly once, and observations alternate and end in agreement with the row',
    async run(context) {
      const result = await playFlows(context)
      const { facts, observations } = result.ok ? figuresOfFlows() : {}
      const ok = result.ok && facts > 0 && observations > 0
      return { ok, figure: `${facts} facts, ${observations} observations; ${summary(result)}` }
    },
  },
  {
    id: '04.3',
    claim: `Over ${HISTORIES} random histories of a buyer, access equals a brute-force reading of Stripe’s objects`,
    async run(context) {
      const result = await vitest(['packages/engine/test/billing/access/histories.test.ts'], {
        env: { ...onBoth(context), ACCESS_HISTORIES: String(HISTORIES) },
      })
      return { ok: result.ok, figure: `${summary(result)} ${reason(result)}`.trim() }
    },
  },
  {
    id: '04.4',
    claim: `A year of ${SUBSCRIBERS} subscribers by the account’s clock: the database equals Stripe at every month’s end, no call beyond the limiter, at most 0.5 calls per event`,
    async run(context) {
      if (context.databaseUrl === null) return NEEDS_POSTGRES
      const result = await vitest(['packages/engine/test/billing/year.test.ts'], {
        env: { ...onBoth(context), YEAR_SUBSCRIBERS: String(SUBSCRIBERS) },
        timeoutMs: 1_000_000,
      })
      const figure = result.ok ? JSON.stringify(figureOf('billing-year')) : ''
      return { ok: result.ok, figure: `${summary(result)} ${figure || reason(result)}`.trim() }
    },
  },
  {
    id: '04.5',
    claim: `can() answers from ${BUYERS} customers by indexes alone, p99 under 2 ms on PostgreSQL`,
    async run(context) {
      if (context.databaseUrl === null) return NEEDS_POSTGRES
      const result = await vitest(['packages/engine/test/billing/million.test.ts'], {
        env: { ...onBoth(context), ACCESS_BUYERS: String(BUYERS) },
      })
      const figure = result.ok ? JSON.stringify(figureOf('can')) : ''
      return { ok: result.ok, figure: `${summary(result)} ${figure || reason(result)}`.trim() }
    },
  },
  {
    id: '04.6',
    claim:
      'The storefront of npm start sells a plan: sign up, see access, fail a renewal by the simulator’s clock, recover, cancel; in a browser',
    async run(context) {
      const built = await command('npx', ['tsc', '-b'], { timeoutMs: 120_000 })
      if (built.code !== 0) return { ok: false, figure: built.output.slice(-500) }
      const result = await vitest(['e2e/membership.test.ts'], { env: onBoth(context) })
      return { ok: result.ok, figure: `${summary(result)} ${reason(result)}`.trim() }
    },
  },
  {
    id: '04.7',
    claim: 'One page per flow, with its state picture generated from the table in code, and fresh',
    async run() {
      const pages = readdirSync('docs/flows').filter((file) => file !== 'README.md')
      const without = pages.filter(
        (page) => !/<!-- generated: [^>]*picture/.test(readFileSync(`docs/flows/${page}`, 'utf8')),
      )
      const build = await command('npx', ['tsc', '-b'], { timeoutMs: 120_000 })
      const fresh = await command('node', ['tools/generate-docs.mjs', '--check'], {
        timeoutMs: 120_000,
      })
      const ok = build.code === 0 && fresh.code === 0 && pages.length >= 12 && without.length === 0
      const lacking = without.length === 0 ? '' : `, without a picture: ${without.join(', ')}`
      return {
        ok,
        figure: `${pages.length} pages${lacking}; ${fresh.code === 0 ? 'fresh' : fresh.output.slice(-300)}`,
      }
    },
  },
]
