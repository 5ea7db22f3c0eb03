// Owns the workers: find a lane, run its items one after the other, give the lane back, drain.
import { isEngineError } from '../../errors.ts'
import { within } from '../../ports/within.ts'
import { sweepLanes } from '../inbox/bell.ts'
import type { Item } from '../projections/projector.ts'
import { claim, type Lease, release } from './lease.ts'
import { loadLane } from './load.ts'
import { buryItem, type RunContext, runItem } from './run-item.ts'
import { startAttempt } from './settle.ts'

export interface ProcessorConfig extends RunContext {
  /** Names this process in attempts and lanes. */
  readonly worker: string
  readonly workers: number
  readonly pollMs: number
  readonly laneEventsMax: number
  /** Puts checks for what is due by time alone, or by new rules; answers how many. */
  readonly sweepDue: (how: 'due' | 'thorough') => Promise<number>
}

/** Lanes that this process rang for itself; more than this is left to the table. */
const HINTS_MAX = 1_000
/** Lost bells are rare, and looking for them costs more the longer the backlog is. */
const POLLS_PER_THOROUGH_SWEEP = 5

/** Five characters: what PostgreSQL calls a condition. */
function sqlStateIn(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined
}

export class Processor {
  readonly #config: ProcessorConfig
  readonly #hints = new Set<string>()
  #stopping = new AbortController()
  #wake = new AbortController()
  #loops: Promise<void>[] = []
  readonly #running = new Set<Promise<unknown>>()

  constructor(config: ProcessorConfig) {
    this.#config = config
  }

  start(): void {
    this.#stopping = new AbortController()
    const loops = Array.from({ length: this.#config.workers }, (_, n) => this.#work(n))
    this.#loops = [...loops, this.#poll()]
  }

  /** Claims nothing more, then waits at most `drainMs` for what runs. */
  async stop(drainMs: number): Promise<void> {
    this.#stopping.abort()
    this.#wake.abort()
    const everything = Promise.allSettled([...this.#loops, ...this.#running])
    await within(this.#config.timers, drainMs, everything)
    this.#loops = []
  }

  /** Work was stored by this process: idle workers look at once, first at these lanes. */
  nudge(lanes: readonly string[]): void {
    for (const lane of lanes) if (this.#hints.size < HINTS_MAX) this.#hints.add(lane)
    const woken = this.#wake
    this.#wake = new AbortController()
    woken.abort()
  }

  /** Works in the caller's turn until nothing is due or the time is over. */
  async drain(deadlineMs: number, now: () => number): Promise<number> {
    const { database, sweepDue } = this.#config
    let processed = 0
    let due = await sweepDue('thorough')
    await sweepLanes(database, 'thorough')
    while (now() < deadlineMs) {
      const ran = await this.runLane(null, 'drain')
      processed += ran ?? 0
      // A sweep has a limit: what is over it is found by the next one.
      if (ran === null && due === 0) break
      if (ran === null) due = await sweepDue('thorough')
    }
    return processed
  }

  /** Runs one lane, or the next one; answers how many items, or null when none was free. */
  async runLane(lane: string | null, worker: string): Promise<number | null> {
    if (this.#stopping.signal.aborted) return null
    const running = this.#runLane(lane, worker)
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  async #runLane(lane: string | null, worker: string): Promise<number | null> {
    const name = `${this.#config.worker}/${worker}`
    const claimed = await this.#claim(name, lane)
    if (claimed === null) return null
    const { lease, items } = claimed
    const ran = await this.#runItems(lease, items)
    await release(this.#config.database, lease, this.#config.leaseMs)
    return ran
  }

  /** The first item is started in the transaction that takes the lease. */
  async #claim(
    worker: string,
    lane: string | null,
  ): Promise<{ lease: Lease; items: Item[] } | null> {
    const { database, leaseMs, laneEventsMax, attemptsMax } = this.#config
    return await database.transaction(async (tx) => {
      const lease = await claim(tx, worker, leaseMs, lane)
      if (lease === null) return null
      const items = await loadLane(tx, lease.lane, laneEventsMax)
      const first = items[0]
      if (first !== undefined && first.charged <= attemptsMax) await startAttempt(tx, lease, first)
      return { lease, items }
    })
  }

  async #runItems(lease: Lease, items: readonly Item[]): Promise<number> {
    const { attemptsMax } = this.#config
    let ran = 0
    for (const [index, item] of items.entries()) {
      const stopping = this.#stopping.signal.aborted
      const following = stopping ? undefined : items[index + 1]
      const startable = following !== undefined && following.charged <= attemptsMax
      const next = startable ? following : null
      if (item.charged > attemptsMax) await buryItem(this.#config, lease, item, next)
      else await runItem(this.#config, lease, item, next)
      ran += 1
      if (following === undefined) break
    }
    return ran
  }

  async #work(n: number): Promise<void> {
    const { pollMs, timers } = this.#config
    const worker = String(n)
    while (!this.#stopping.signal.aborted) {
      const wake = this.#wake.signal
      const ran = await this.#tryLane(this.#nextHint(), worker)
      if (ran === 'idle') await timers.sleep(pollMs, wake)
      if (ran === 'failed') await timers.sleep(pollMs, this.#stopping.signal)
    }
  }

  /** A hint may be stale: then the table decides. */
  async #tryLane(hint: string | null, worker: string): Promise<'ran' | 'idle' | 'failed'> {
    try {
      if (hint !== null && (await this.runLane(hint, worker)) !== null) return 'ran'
      return (await this.runLane(null, worker)) === null ? 'idle' : 'ran'
    } catch (error) {
      this.#log(error)
      return 'failed'
    }
  }

  #nextHint(): string | null {
    for (const hint of this.#hints) {
      this.#hints.delete(hint)
      return hint
    }
    return null
  }

  async #poll(): Promise<void> {
    const { database, sweepDue, pollMs, timers } = this.#config
    for (let poll = 0; !this.#stopping.signal.aborted; poll += 1) {
      try {
        const how = poll % POLLS_PER_THOROUGH_SWEEP === 0 ? 'thorough' : 'due'
        const found = (await sweepDue(how)) + (await sweepLanes(database, how))
        if (found > 0) this.nudge([])
      } catch (error) {
        this.#log(error)
      }
      await timers.sleep(pollMs, this.#stopping.signal)
    }
  }

  /** The lease runs out by itself and the items come again: nothing to repair here. */
  #log(error: unknown): void {
    const known = isEngineError(error)
    const sqlState = sqlStateIn(error)
    this.#config.logger.warn('a worker lost its turn', {
      code: known ? error.code : error instanceof Error ? error.name : 'unknown',
      worker: this.#config.worker,
      ...(known ? { cure: error.cure } : {}),
      ...(sqlState === undefined ? {} : { sqlState }),
    })
  }
}
