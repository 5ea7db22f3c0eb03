// Owns the count of refused deliveries: kept in memory, written in the background, never a body.
import type { Clock } from '../../ports/clock.ts'
import type { Database } from '../../ports/database.ts'

const ADD = `
insert into quittance.refusals (day, endpoint, code, count)
select (quittance.now() at time zone 'UTC')::date, endpoint, code, count
from unnest($1::text[], $2::text[], $3::bigint[]) as t (endpoint, code, count)
order by endpoint, code
on conflict (day, endpoint, code) do update set count = quittance.refusals.count + excluded.count`

const FLUSH_EVERY_MS = 1_000

/** A flood of forged deliveries costs one small statement a second, not one each. */
export class RefusalCounter {
  readonly #database: Database
  readonly #clock: Clock
  readonly #counts = new Map<string, number>()
  #flushedMs = 0
  #writing: Promise<void> = Promise.resolve()

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
  }

  count(endpoint: string, code: string): void {
    const key = `${endpoint}\n${code}`
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    const nowMs = this.#clock.now()
    if (nowMs - this.#flushedMs < FLUSH_EVERY_MS) return
    this.#flushedMs = nowMs
    void this.flush()
  }

  /** Resolves when everything counted so far is written, by this call or one before it. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  /** A store that is down keeps the counts here for the next time. */
  async #write(): Promise<void> {
    const rows = [...this.#counts.entries()].map(([key, count]) => {
      const [endpoint = '', code = ''] = key.split('\n')
      return { endpoint, code, count }
    })
    if (rows.length === 0) return
    this.#counts.clear()
    try {
      await this.#database.query(ADD, [
        rows.map((row) => row.endpoint),
        rows.map((row) => row.code),
        rows.map((row) => row.count),
      ])
    } catch {
      for (const { endpoint, code, count } of rows) {
        const key = `${endpoint}\n${code}`
        this.#counts.set(key, (this.#counts.get(key) ?? 0) + count)
      }
    }
  }
}
