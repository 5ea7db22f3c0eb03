// A simulator whose every answer and event is held against Stripe's own types, and whose books must balance after every
// test; closing it reports what was not so.
import { appendFileSync } from 'node:fs'
import type { Simulator, SimulatorOptions } from '../../src/index.ts'
import { findRoute } from '../../src/routes.ts'
import { createSimulator } from '../../src/simulator.ts'
import { Account } from '../../src/world/account.ts'
import { ledgerViolations, type Row } from '../invariants/ledger.ts'
import { openSimulators } from '../invariants/open-simulators.ts'
import { watchRequests } from '../invariants/requests.ts'
import { stripeShapeViolations } from './validate.ts'

export interface CheckedSimulator extends Simulator {
  /** Every deviation so far, each once, with the call or event that showed it. */
  violations(): readonly string[]
  /** How many answers and events were judged: a check that saw nothing proves nothing. */
  checkedCount(): number
  /** Closes, then throws when anything deviated, so that the hook which closes fails the run. */
  close(): Promise<void>
}

/** A file that gets a line of JSON for every simulator: together they tell of the whole run. */
const reportFile = process.env.CHECKED_REPORT

/** Paths that Stripe's API reference does not describe; the official CLI uses them, the SDK has no type. */
const undescribed = /^\/(v1\/(payment_pages|stripecli)\b|_sim\b|c\/)/

/** What the SDK types as answering nothing. */
const answersNothing = /^\/v2\/billing\/meter_event_stream$/

export async function checkedSimulator(options: SimulatorOptions = {}): Promise<CheckedSimulator> {
  const found = new Set<string>()
  const seen = { bodies: 0, errors: 0, events: 0 }
  const routes = new Set<string>()
  const requests = watchRequests()
  const check = (label: string, body: unknown) => {
    for (const violation of stripeShapeViolations(body)) found.add(`${label}: ${violation}`)
  }
  const simulator = await createSimulator({
    ...options,
    onFault(fault) {
      // Whoever listens expects it; to all others a job that threw is as bad as a request that did.
      if (options.onFault) options.onFault(fault)
      else found.add(`${fault.work} threw ${wordsOf(fault.error)}`)
    },
    onResponse(answer) {
      options.onResponse?.(answer)
      requests.sawAnswer(answer)
      if (answer.status < 400) routes.add(routeOf(answer.method, answer.path))
      if (undescribed.test(answer.path)) return
      if (answersNothing.test(answer.path) && JSON.stringify(answer.body) === '{}') return
      seen[answer.status < 400 ? 'bodies' : 'errors'] += 1
      check(`${answer.method} ${withoutIds(answer.path)} ${answer.status}`, answer.body)
    },
    onEvent(event) {
      options.onEvent?.(event)
      requests.sawEvent(event)
      seen.events += 1
      check('event', event)
    },
  })
  const books = () => [
    ...simulator.accounts().filter(isAccount).flatMap(judge),
    ...requests.violations(),
  ]
  const judged = {
    assertBooks() {
      const broken = books()
      if (broken.length > 0) throw new Error(`the books do not balance:\n${broken.join('\n')}`)
    },
  }
  openSimulators.add(judged)
  return {
    ...simulator,
    violations: () => [...found],
    checkedCount: () => seen.bodies + seen.errors + seen.events,
    async close() {
      const isFirst = openSimulators.delete(judged)
      for (const violation of books()) found.add(violation)
      await simulator.close()
      for (const orphan of requests.orphans()) found.add(orphan)
      if (isFirst && reportFile !== undefined) {
        const report = { ...seen, violations: [...found], routes: [...routes] }
        appendFileSync(reportFile, `${JSON.stringify(report)}\n`)
      }
      if (found.size === 0) return
      throw new Error(`the simulator deviates from Stripe's types:\n${[...found].join('\n')}`)
    },
  }
}

/** The handles of this repository's simulator are its accounts. */
function isAccount(account: unknown): account is Account {
  return account instanceof Account
}

function judge(account: Account): string[] {
  return account.family().flatMap(judgeOne)
}

function judgeOne(account: Account): string[] {
  const rows = Object.values(account.db.dump()).flatMap((kind) => kind.map(asRow))
  const { route } = findRoute('GET', '/v1/balance')
  const balance = account.transact(null, (tx) => route.run({ tx, account, ids: [] }, new Map()))
  return ledgerViolations({ rows, balance: asRow(balance) })
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function asRow(value: unknown): Row {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function routeOf(method: string, path: string): string {
  const { route } = findRoute(method, path)
  return `${route.method} ${route.path}`
}

/** `/v1/charges/ch_123?expand=…` → `/v1/charges/:id`, so that one deviation is one line. */
function withoutIds(path: string): string {
  return path
    .replace(/\?.*$/, '')
    .replace(/\/[a-z]+_[A-Za-z0-9_]+/g, (part) => (/\d/.test(part) ? '/:id' : part))
}
