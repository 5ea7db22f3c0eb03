// Goal: nothing acknowledged is lost and nothing takes effect twice, however the process dies.
// Method: real processes, killed by SIGKILL at named points; the sender repeats like Stripe does
// and keeps its own journal of what was acknowledged.
import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { backends, postgresBackend } from '../../packages/engine/test/support/databases.ts'

const SECRET = 'whsec_chaos'
const KILLS = Number(process.env.CHAOS_KILLS ?? 6)
const WORKER = fileURLToPath(new URL('worker.mjs', import.meta.url))
const POINTS = ['started', 'handler', 'applied', 'committed'] as const

interface Plan {
  readonly point: string | null
  readonly nth: number
  readonly signal: 'SIGKILL' | 'SIGSTOP'
  readonly databaseUrl: string | null
  readonly dataDir: string | null
  readonly orders: readonly string[]
}

interface State {
  readonly live: number
  readonly probe: readonly string[]
  readonly bad: readonly unknown[]
}

const running = new Set<ChildProcess>()
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
})

interface Running {
  readonly child: ChildProcess
  readonly url: string
}

/** Null when it died before it could listen: work of the round before may reach the point first. */
async function start(plan: Plan): Promise<Running | null> {
  const child = spawn(process.execPath, [WORKER], {
    env: { ...process.env, CHAOS_PLAN: JSON.stringify({ ...plan, secret: SECRET }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  if (child.stdout === null) throw new TypeError('no stdout')
  const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
  if (child.signalCode !== null) return null
  const { port }: { port: number } = JSON.parse(String(line))
  return { child, url: `http://127.0.0.1:${port}` }
}

async function startWhole(plan: Plan): Promise<Running> {
  const started = await start(plan)
  if (started === null) throw new Error('a process without a crash point died')
  return started
}

/** Two of three deliveries are about one of a few customers, the third pays an order. */
function eventOf(n: number): Record<string, unknown> {
  const id = `evt_${n}`
  const base = { id, object: 'event', livemode: false, api_version: null, created: 1 }
  if (n % 3 !== 0) {
    const object = { id: `cus_${n % 4}`, object: 'customer' }
    return { ...base, type: 'customer.created', data: { object } }
  }
  const object = {
    id: `cs_ord_${n}`,
    object: 'checkout.session',
    livemode: false,
    mode: 'payment',
    status: 'complete',
    payment_status: 'paid',
    payment_intent: `pi_${n}`,
    currency: 'eur',
    amount_subtotal: 1500,
    amount_total: 1500,
    metadata: { quittance_order: `ord_${n}` },
  }
  return { ...base, type: 'checkout.session.completed', data: { object } }
}

const effectOf = (n: number) => (n % 3 === 0 ? `ord_${n}` : `evt_${n}`)

/** Answers whether the delivery was acknowledged. */
async function deliver(url: string, n: number): Promise<boolean> {
  const body = JSON.stringify(eventOf(n))
  const t = Math.floor(Date.now() / 1000)
  const v1 = createHmac('sha256', SECRET).update(`${t}.${body}`).digest('hex')
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'stripe-signature': `t=${t},v1=${v1}` },
      signal: AbortSignal.timeout(5_000),
    })
    return answer.status === 200
  } catch {
    return false
  }
}

async function stateOf(url: string): Promise<State> {
  const state: State = JSON.parse(await (await fetch(`${url}/state`)).text())
  return state
}

async function settled(url: string): Promise<State> {
  for (let look = 0; look < 600; look += 1) {
    const state = await stateOf(url)
    if (state.live === 0) return state
    await sleep(50)
  }
  throw new Error('the work did not end within 30 s')
}

describe.each(backends)('a process killed on $name', (backend) => {
  test(`loses nothing and does nothing twice, ${KILLS} times`, {
    timeout: 30_000 + KILLS * 10_000,
  }, async () => {
    const embedded = backend.name === 'pglite'
    const db = embedded ? null : await backend.open()
    const dataDir = embedded ? await mkdtemp(join(tmpdir(), 'quittance-kill-')) : null
    const orders = Array.from({ length: KILLS * 8 }, (_, n) => `ord_${n}`)
    const base = { databaseUrl: db?.url ?? null, dataDir, orders, signal: 'SIGKILL' } as const
    const acked = new Set<number>()
    let n = 0
    for (let kill = 0; kill < KILLS; kill += 1) {
      const point = POINTS[kill % POINTS.length] ?? 'started'
      const started = await start({ ...base, point, nth: 1 + (kill % 3) })
      if (started === null) continue
      const { child, url } = started
      const gone = child.signalCode === null ? once(child, 'exit') : null
      // Every number is sent until it is acknowledged, also those of earlier rounds: duplicates.
      const fresh = Array.from({ length: 6 }, () => n++)
      const missing = fresh.filter((number) => !acked.has(number))
      await Promise.all(
        [...missing, ...[...acked].slice(-2)].map(async (number) => {
          if (await deliver(url, number)) acked.add(number)
        }),
      )
      await gone
      expect(child.signalCode).toBe('SIGKILL')
    }
    const { child, url } = await startWhole({ ...base, point: null, nth: 0 })
    for (let number = 0; number < n; number += 1) {
      if (!acked.has(number) && (await deliver(url, number))) acked.add(number)
    }
    const state = await settled(url)
    expect(acked.size).toBe(n)
    expect(state.bad).toEqual([])
    expect([...state.probe].sort()).toEqual(Array.from({ length: n }, (_, i) => effectOf(i)).sort())
    child.kill('SIGTERM')
    await once(child, 'exit')
    expect(child.exitCode).toBe(0)
    await db?.drop()
    if (dataDir !== null) await rm(dataDir, { recursive: true, force: true })
  })
})

describe.skipIf(postgresBackend === null)('a process stopped past its lease', () => {
  test.each(['started', 'handler'] as const)(
    'at "%s" and continued commits nothing',
    { timeout: 60_000 },
    async (point) => {
      const db = await postgresBackend?.open()
      if (db === undefined) throw new TypeError('unreachable: the suite is skipped')
      const base = { databaseUrl: db.url ?? null, dataDir: null, orders: ['ord_0'] }
      const zombie = await startWhole({ ...base, point, nth: 1, signal: 'SIGSTOP' })
      expect(await deliver(zombie.url, 0)).toBe(true)
      await sleep(300)
      const heir = await startWhole({ ...base, point: null, nth: 0, signal: 'SIGKILL' })
      const state = await settled(heir.url)
      expect(state.probe).toEqual(['ord_0'])
      zombie.child.kill('SIGCONT')
      await sleep(1_500)
      expect(await settled(heir.url)).toEqual(state)
      const attempts = await db.database.query<{ outcome: string | null }>(
        `select e.outcome from quittance.attempts s left join quittance.attempts e
           on e.seq = s.seq and e.attempt = s.attempt and e.phase = 'ended'
         where s.phase = 'started' order by s.attempt`,
      )
      expect(attempts.length).toBeGreaterThan(1)
      expect(attempts.filter((row) => row.outcome === 'done')).toHaveLength(1)
      for (const { child } of [zombie, heir]) child.kill('SIGKILL')
      await db.drop()
    },
  )
})
