// Owns the processes that chaos tests kill: starting them, sending to them, reading what they did.
import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach } from 'vitest'

const SECRET = 'whsec_chaos'
const WORKER = fileURLToPath(new URL('worker.mjs', import.meta.url))

export interface Plan {
  readonly point: string | null
  readonly nth: number
  readonly signal: 'SIGKILL' | 'SIGSTOP'
  readonly databaseUrl: string | null
  readonly dataDir: string | null
  readonly orders: readonly string[]
  readonly mode?: 'resident' | 'inline'
}

export interface State {
  readonly live: number
  readonly probe: readonly string[]
  readonly bad: readonly unknown[]
}

const running = new Set<ChildProcess>()
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
})

export interface Running {
  readonly child: ChildProcess
  readonly url: string
}

/** Null when it died before it could listen: work of the round before may reach the point first. */
export async function start(plan: Plan): Promise<Running | null> {
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

export async function startWhole(plan: Plan): Promise<Running> {
  const started = await start(plan)
  if (started === null) throw new Error('a process without a crash point died')
  return started
}

/** Two of three deliveries are about one of a few customers, the third pays an order. */
export function eventOf(n: number): Record<string, unknown> {
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

export const effectOf = (n: number) => (n % 3 === 0 ? `ord_${n}` : `evt_${n}`)

/** Answers whether the delivery was acknowledged. */
export async function deliver(url: string, n: number): Promise<boolean> {
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

export async function stateOf(url: string): Promise<State> {
  const state: State = JSON.parse(await (await fetch(`${url}/state`)).text())
  return state
}

export async function settled(url: string): Promise<State> {
  for (let look = 0; look < 600; look += 1) {
    const state = await stateOf(url)
    if (state.live === 0) return state
    await sleep(50)
  }
  throw new Error('the work did not end within 30 s')
}
