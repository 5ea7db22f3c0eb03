// Owns the shop's time: the simulator's clock leads, and the database's clock follows it.
import type { Clock, Database, Engine, Timers } from '@quittance/engine'
import type { SimulatedAccount } from '@quittance/simulator'

/**
 * Two clocks, one time. Stripe's moments (periods, trials, retries) are the simulator's virtual
 * ones, and everything that SQL compares with them (`access_until`, grace, what is due) asks
 * `quittance.now()`, which is made to be shifted. The clock of the engine's code stays the wall's:
 * it judges signatures, and Stripe signs with the wall clock, whatever a test clock shows.
 *
 * Time only moves forward: leases and retries of the database lie in what would be its future.
 */
export interface ShopTime {
  now(): Date
  /** Whole days that the shop is ahead of the wall clock. */
  daysAhead(): number
  /**
   * Sets the database's clock to where the simulator's has been moved, by whomever. At first it is
   * the other way round, too: a simulator that knows less of the past than the database catches up.
   */
  follow(): Promise<void>
  /** Lets time pass until `until`, day by day, as it would: what falls due comes before the next day. */
  passTo(until: Date): Promise<void>
  /** Resolves when what has happened has arrived in the database, or after a while. */
  settled(): Promise<void>
}

export interface TimeParts {
  readonly account: SimulatedAccount
  readonly database: Database
  readonly engine: Pick<Engine, 'events'>
  readonly clock: Clock
  readonly timers: Timers
}

const DAY_SECONDS = 86_400
/** A year passes in larger steps, so that nobody waits for 365 of them. */
const STEPS_MAX = 32
const DELIVERIES_MS = 5_000
const LOOK_MS = 25
const LOOKS_MAX = 120

const READ_SHIFT = 'select extract(epoch from shift)::float8 as seconds from quittance.clock'

/** Beyond a second: the simulator counts in whole ones. */
const FOLLOW = `
update quittance.clock set shift = make_interval(secs => $1::float8)
where shift < make_interval(secs => $1::float8 - 1)`

export function shopTime({ account, database, engine, clock, timers }: TimeParts): ShopTime {
  let followed: number | null = null
  const aheadSeconds = () => Math.max(0, account.now() - Math.floor(clock.now() / 1000))

  async function catchUp(): Promise<number> {
    const [row] = await database.query<{ seconds: number }>(READ_SHIFT)
    const shift = row?.seconds ?? 0
    const behind = Math.floor(shift - aheadSeconds())
    if (behind > 1) account.advance(behind)
    return shift
  }

  async function follow(): Promise<void> {
    followed ??= await catchUp()
    const ahead = aheadSeconds()
    if (ahead <= followed + 1) return
    await database.query(FOLLOW, [ahead])
    followed = ahead
  }

  async function settled(): Promise<void> {
    // What cannot be delivered is retried later, by the simulator's own schedule.
    await account.drain({ timeoutMs: DELIVERIES_MS }).catch(() => undefined)
    for (let look = 0; look < LOOKS_MAX; look += 1) {
      const [ready] = await engine.events.list({ state: 'ready', limit: 1 })
      if (ready === undefined) return
      await timers.sleep(LOOK_MS)
    }
  }

  return {
    now: () => new Date(account.now() * 1000),
    daysAhead: () => Math.round(aheadSeconds() / DAY_SECONDS),
    follow,
    settled,
    async passTo(until) {
      const end = Math.floor(until.getTime() / 1000)
      const step = Math.max(DAY_SECONDS, Math.ceil((end - account.now()) / STEPS_MAX))
      while (account.now() < end) {
        account.advance(Math.min(step, end - account.now()))
        await follow()
        await settled()
      }
    },
  }
}
