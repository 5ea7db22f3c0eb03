// Goal: one time for simulator and database, which only moves forward and outlives a restart.
// Method: a simulator and an embedded database of their own; the wall clock stands still.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, systemTimers } from '@quittance/engine'
import { migrate } from '@quittance/engine/storage/migrate'
import { pglite } from '@quittance/engine/storage/pglite'
import { createSimulator, type Simulator } from '@quittance/simulator'
import Stripe from 'stripe'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { keptState } from '../src/kept-state.ts'
import { type ShopTime, shopTime } from '../src/time.ts'

const DAY = 86_400
const WALL_MS = Date.UTC(2026, 10, 30, 12)
const KEY = 'sk_test_time'

const simulate = (): Promise<Simulator> =>
  createSimulator({ seed: 'time', delivery: 'manual', now: () => WALL_MS })

describe("the shop's time", () => {
  let database: Database
  let simulator: Simulator
  let settledAt: Date[]

  beforeAll(async () => {
    database = await pglite()
    await migrate(database)
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await database.query("update quittance.clock set shift = '0'")
    simulator = await simulate()
    settledAt = []
    return () => simulator.close()
  })

  function start(): ShopTime {
    const account = simulator.account(KEY)
    const list = async () => {
      settledAt.push(new Date(account.now() * 1000))
      return []
    }
    const events = { list, get: refuse, replay: refuse, importProcessed: refuse }
    const clock = { now: () => WALL_MS }
    return shopTime({ account, database, engine: { events }, clock, timers: systemTimers })
  }
  const refuse = () => Promise.reject(new TypeError('not asked for'))

  async function shiftDays(): Promise<number> {
    const [row] = await database.query<{ days: number }>(
      `select (extract(epoch from quittance.now() - statement_timestamp()) / ${DAY})::float8 as days`,
    )
    return row?.days ?? Number.NaN
  }

  it('follows the simulator, whoever moved it', async () => {
    const time = start()
    await time.follow()
    expect(await shiftDays()).toBe(0)
    simulator.account(KEY).advance(3 * DAY)
    expect(time.daysAhead()).toBe(3)
    await time.follow()
    expect(await shiftDays()).toBe(3)
    expect(time.now()).toEqual(new Date(WALL_MS + 3 * DAY * 1000))
  })

  it('lets a simulator that knows less catch up, and never moves the database back', async () => {
    await database.query("update quittance.clock set shift = '40 days'")
    const time = start()
    await time.follow()
    expect(time.daysAhead()).toBe(40)
    simulator.reset()
    await time.follow()
    expect(await shiftDays()).toBe(40)
  })

  it('passes day by day, and a year in a few steps', async () => {
    const time = start()
    await time.passTo(new Date(WALL_MS + 8 * DAY * 1000))
    const days = settledAt.map((at) => (at.getTime() - WALL_MS) / DAY / 1000)
    expect(days).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(await shiftDays()).toBe(8)
    settledAt.length = 0
    await time.passTo(new Date(WALL_MS + 373 * DAY * 1000))
    expect(settledAt.length).toBeLessThanOrEqual(33)
    expect(await shiftDays()).toBe(373)
    await time.passTo(new Date(WALL_MS))
    expect(await shiftDays()).toBe(373)
  })
})

describe('what the simulator knows', () => {
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'quittance-kept-'))
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  const stripeOf = ({ port }: Simulator) =>
    new Stripe(KEY, { host: '127.0.0.1', port, protocol: 'http', telemetry: false })

  it('is taken up by the next start, clock and all', async () => {
    const first = await simulate()
    const state = keptState(first, directory, systemTimers)
    expect(await state.takeUp()).toBeNull()
    const { id } = await stripeOf(first).customers.create({ email: 'ada@example.com' })
    first.account(KEY).advance(3 * DAY)
    state.changed()
    await state.close()
    await first.close()

    const second = await simulate()
    expect(await keptState(second, directory, systemTimers).takeUp()).toBeNull()
    expect((await stripeOf(second).customers.retrieve(id)).id).toBe(id)
    expect(second.account(KEY).now()).toBe(WALL_MS / 1000 + 3 * DAY)
    await second.close()
  })

  it('is begun afresh, with the reason, when it cannot be read', async () => {
    writeFileSync(join(directory, 'simulator.json'), '{"format":1}')
    const simulator = await simulate()
    expect(await keptState(simulator, directory, systemTimers).takeUp()).toMatch(/no snapshot/)
    await simulator.close()
  })
})
