// Goal: nothing acknowledged is lost and nothing takes effect twice, however the process dies.
// Method: real processes, killed by SIGKILL at named points; the sender repeats like Stripe does
// and keeps its own journal of what was acknowledged.
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { backends, postgresBackend } from '../../packages/engine/test/support/databases.ts'
import { deliver, effectOf, settled, start, startWhole, stateOf } from './processes.ts'

const KILLS = Number(process.env.CHAOS_KILLS ?? 6)
const POINTS = ['started', 'handler', 'applied', 'committed'] as const

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

describe.each(backends)('a serverless host on $name', (backend) => {
  test('frozen right after the 200 has done the work before it', { timeout: 60_000 }, async () => {
    const embedded = backend.name === 'pglite'
    const db = embedded ? null : await backend.open()
    const dataDir = embedded ? await mkdtemp(join(tmpdir(), 'quittance-frozen-')) : null
    const orders = ['ord_0']
    const base = { databaseUrl: db?.url ?? null, dataDir, orders, point: null, nth: 0 }
    const host = await startWhole({ ...base, signal: 'SIGKILL', mode: 'inline' })
    expect(await deliver(host.url, 0)).toBe(true)
    expect(await deliver(host.url, 1)).toBe(true)
    const gone = once(host.child, 'exit')
    host.child.kill('SIGKILL')
    await gone
    // The next host only looks: an inline engine works for deliveries, and gets none.
    const next = await startWhole({ ...base, signal: 'SIGKILL', mode: 'inline' })
    const state = await stateOf(next.url)
    expect(state).toEqual({ live: 0, probe: ['ord_0', 'evt_1'], bad: [] })
    next.child.kill('SIGKILL')
    await db?.drop()
    if (dataDir !== null) await rm(dataDir, { recursive: true, force: true })
  })
})
