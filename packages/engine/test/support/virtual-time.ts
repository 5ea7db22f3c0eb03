// Owns virtual time under an engine: the database's clock stands still, sleeps move it, and every request to Stripe is noted at its moment.
import Stripe from 'stripe'
import type { Timers } from '../../src/ports/clock.ts'
import type { Database, Row } from '../../src/ports/database.ts'
import { systemTimers } from '../../src/ports/system.ts'

/** A request as it left for Stripe, at the moment that the database's clock showed. */
export interface Sent {
  readonly atMs: number
  readonly what: string
  /** A ticket was drawn for it. */
  readonly ticketed: boolean
}

interface Sleeper {
  readonly untilMs: number
  /** It has drawn a ticket, and its request follows at once. */
  readonly drew: boolean
  readonly wake: () => void
}

/** Between two moves the clock stands: the real time of a run must not fill the budget. */
const STAND_STILL = `
create or replace function quittance.now() returns timestamptz language sql stable as
  $$ select timestamptz 'epoch' + (select shift from quittance.clock) $$`

/** At the beginning it may be set back, and then the budget is unused. */
const BEGIN = `
update quittance.clock set shift = make_interval(secs => $1::float8 / 1000) where one`
const UNUSED = `update quittance.stripe_budget set next_at = '-infinity'`

/** From then on forward only. */
const MOVE = `
update quittance.clock
set shift = greatest(shift, make_interval(secs => $1::float8 / 1000)) where one`

/** The statement that draws a ticket is known by the row that it draws on. */
const isDraw = (sql: string) => sql.includes('update quittance.stripe_budget')

/** Real time until somebody who has drawn a ticket and asks nothing is a fault. */
const SILENCE_MS = 10_000

export class VirtualTime {
  readonly #database: Database
  readonly sent: Sent[] = []
  /** Tickets that were drawn; a turn too far away is none. */
  tickets = 0
  readonly faults: string[] = []
  #nowMs: number
  #sleepers: Sleeper[] = []
  /** Those between their draw and their request: the clock waits for them. */
  #under = 0
  /** Waits that draws have answered with, of those who have not begun to sleep yet. */
  readonly #announced: number[] = []
  #moving: Promise<void> | null = null
  #silence: (() => void) | null = null

  private constructor(database: Database, nowMs: number) {
    this.#database = database
    this.#nowMs = nowMs
  }

  static async open(database: Database, nowMs: number): Promise<VirtualTime> {
    await database.query(STAND_STILL)
    await database.query(BEGIN, [nowMs])
    await database.query(UNUSED)
    return new VirtualTime(database, nowMs)
  }

  get nowMs(): number {
    return this.#nowMs
  }

  /** Moves on to a moment that lies ahead; while requests wait for their turns it is left alone. */
  async follow(nowMs: number): Promise<void> {
    if (nowMs <= this.#nowMs) return
    if (this.#under > 0 || this.#sleepers.length > 0) throw new TypeError('somebody is on the way')
    await this.#move(nowMs)
  }

  /** What waits with a signal waits for something real; everything else only for time to pass. */
  readonly timers: Timers = {
    sleep: (ms, signal) =>
      signal === undefined ? this.#sleep(ms) : systemTimers.sleep(ms, signal),
    after: (ms, callback) => systemTimers.after(ms, callback),
    turn: () => systemTimers.turn(),
  }

  /** The database, with an eye on the draws. */
  get database(): Database {
    const inner = this.#database
    return {
      kind: inner.kind,
      connectionsMax: inner.connectionsMax,
      query: (sql, params) => (isDraw(sql) ? this.#draw(sql, params) : inner.query(sql, params)),
      transaction: (work, options) => inner.transaction(work, options),
      script: (tx, sql) => inner.script(tx, sql),
      listen: (channel, wake) => inner.listen(channel, wake),
      close: () => inner.close(),
    }
  }

  /** The client's connection to Stripe, that notes what it sends. */
  httpClient(): Stripe.HttpClient {
    const inner = Stripe.createNodeHttpClient()
    const note = (what: string) => this.#note(what)
    return {
      getClientName: () => inner.getClientName(),
      makeRequest(...request) {
        const [, , path, method] = request
        note(`${method} ${path.replace(/\?.*/, '')}`)
        return inner.makeRequest(...request)
      },
    }
  }

  async #draw<R extends Row>(sql: string, params: readonly unknown[] = []): Promise<R[]> {
    while (this.#moving !== null) await this.#moving
    this.#under += 1
    this.#expectWord()
    const rows = await this.#database.query<R>(sql, params)
    const wait = rows[0]?.wait_ms
    if (typeof wait !== 'number') this.#settled()
    else this.tickets += 1
    if (typeof wait === 'number' && wait > 0) this.#announced.push(wait)
    return rows
  }

  #sleep(ms: number): Promise<void> {
    const announced = this.#announced.indexOf(ms)
    const drew = announced >= 0
    if (drew) {
      this.#announced.splice(announced, 1)
      this.#under -= 1
    }
    return new Promise((wake) => {
      this.#sleepers.push({ untilMs: this.#nowMs + ms, drew, wake })
      this.#pump()
    })
  }

  #note(what: string): void {
    const ticketed = this.#under > 0
    this.sent.push({ atMs: this.#nowMs, what, ticketed })
    if (ticketed) this.#settled()
  }

  #settled(): void {
    this.#under -= 1
    this.#silence?.()
    this.#silence = null
    if (this.#under > 0) this.#expectWord()
    this.#pump()
  }

  /** Who draws a ticket must ask: the clock would stand for ever. */
  #expectWord(): void {
    this.#silence ??= systemTimers.after(SILENCE_MS, () => {
      this.faults.push('a ticket was drawn, and nothing was asked')
      this.#silence = null
      this.#settled()
    })
  }

  /** Wakes the next sleeper at its moment, when nobody is about to ask at this one. */
  #pump(): void {
    if (this.#under > 0 || this.#moving !== null || this.#sleepers.length === 0) return
    const untilMs = Math.min(...this.#sleepers.map((sleeper) => sleeper.untilMs))
    void this.#move(untilMs).then(() => {
      const due = this.#sleepers.findIndex((sleeper) => sleeper.untilMs <= untilMs)
      const [sleeper] = due < 0 ? [] : this.#sleepers.splice(due, 1)
      if (sleeper?.drew === true) {
        this.#under += 1
        this.#expectWord()
      }
      sleeper?.wake()
      this.#pump()
    })
  }

  async #move(toMs: number): Promise<void> {
    // Whole microseconds, as the database keeps them, and never a part of one too early.
    const target = Math.max(this.#nowMs, Math.ceil(toMs * 1000) / 1000)
    if (target === this.#nowMs) return
    const moving = this.#database.query(MOVE, [target]).then(() => {
      this.#nowMs = target
      this.#moving = null
    })
    this.#moving = moving
    await moving
  }
}

/** The most requests of any span of so many milliseconds, both its ends included. */
export function busiest(sent: readonly Sent[], spanMs: number): number {
  let most = 0
  let from = 0
  for (const [to, { atMs }] of sent.entries()) {
    while (atMs - (sent[from]?.atMs ?? atMs) > spanMs) from += 1
    most = Math.max(most, to - from + 1)
  }
  return most
}
