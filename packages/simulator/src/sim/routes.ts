/** The table of `/_sim/…`: what tests and the inspector do to the simulator over HTTP, in JSON. */
import { authenticate } from './authenticate.ts'
import { billingOf } from './billing-body.ts'
import { BadSimRequest, numberIn } from './bodies.ts'
import { asApi, concerned, everyone, holder, independent, type SimRoute } from './call.ts'
import { apiOf, chaosOf } from './chaos-body.ts'
import { momentOf } from './moments.ts'
import { readRoutes } from './read-routes.ts'
import { webhookRoutes } from './webhook-routes.ts'

const drainTimeoutMs = 30_000

export const simRoutes: readonly SimRoute[] = [
  ...readRoutes,
  ...webhookRoutes,
  {
    method: 'POST',
    path: '/_sim/reset',
    run: (call) => call.accounts.reset(independent(call)),
  },
  {
    method: 'POST',
    path: '/_sim/snapshot',
    run: (call) => call.accounts.snapshot(independent(call)),
  },
  {
    method: 'POST',
    path: '/_sim/restore',
    run: (call) => call.accounts.restore(call.body, independent(call)),
  },
  {
    method: 'POST',
    path: '/_sim/billing',
    run(call) {
      const rules = billingOf(call.body)
      for (const account of concerned(call)) account.billing(rules)
    },
  },
  {
    method: 'POST',
    path: '/_sim/clock',
    run(call) {
      independent(call)
      const accounts = concerned(call)
      const steps = accounts.map((account) => {
        const now = account.now()
        return { account, seconds: momentOf(now, call.body) - now }
      })
      // All of them can move, or none does.
      for (const { account, seconds } of steps) account.clock.checkAdvance(seconds)
      for (const { account, seconds } of steps) account.advance(seconds)
      return { now: accounts[0]?.now() ?? null }
    },
  },
  {
    method: 'POST',
    path: '/_sim/test_clocks/:id/advance',
    run(call) {
      const { id, body } = call
      const kind = 'test_helpers.test_clock'
      const account = holder(call, 'test clock', ({ db }) => db.find(kind, id) !== undefined)
      const to = momentOf(account.db.find(kind, id)?.frozen_time ?? 0, body)
      asApi(account, `/v1/test_helpers/test_clocks/${id}/advance`, { frozen_time: String(to) })
      return { now: account.db.find(kind, id)?.frozen_time ?? null }
    },
  },
  {
    method: 'POST',
    path: '/_sim/chaos',
    run(call) {
      const { accounts, only, body } = call
      // The API's trouble alone leaves the chaos of deliveries as it is.
      const apiAlone = body.api !== undefined && body.seed === undefined
      if (!apiAlone) return accounts.setChaos(chaosOf(body), only)
      const api = apiOf(body.api)
      for (const account of concerned(call)) account.trouble.set(api)
    },
  },
  {
    method: 'POST',
    path: '/_sim/drain',
    async run({ accounts, only, body }) {
      await accounts.drain(numberIn(body, 'timeoutMs') ?? drainTimeoutMs, only)
    },
  },
  {
    method: 'POST',
    path: '/_sim/payment_intents/:id/authenticate',
    run: (call) => authenticate(everyone(call), call.id, call.body),
  },
  {
    method: 'POST',
    path: '/_sim/setup_intents/:id/authenticate',
    run: (call) => authenticate(everyone(call), call.id, call.body),
  },
  {
    method: 'POST',
    path: '/_sim/cli/disconnect',
    run(call) {
      const { expire = false } = call.body
      if (typeof expire !== 'boolean') throw new BadSimRequest('expire must be true or false.')
      const counts = concerned(call).map(({ cli }) => cli.disconnect({ expire }))
      return { disconnected: counts.reduce((sum, count) => sum + count, 0) }
    },
  },
]
