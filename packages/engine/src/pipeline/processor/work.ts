// Owns work that somebody waits for: after a receipt, after a redirect, on a schedule, by replay.
import type { ProcessorOptions } from '../../config.ts'
import { EngineError } from '../../errors.ts'
import type { Clock, Timers } from '../../ports/clock.ts'
import type { Database } from '../../ports/database.ts'
import { within } from '../../ports/within.ts'
import { isReady } from '../inbox/checks.ts'
import { findEvent, replaySeq } from '../inbox/read.ts'
import type { Waker } from '../inbox/waker.ts'
import type { Processor } from './processor.ts'

export interface WorkContext {
  readonly database: Database
  readonly processor: Processor
  readonly waker: Waker
  readonly clock: Clock
  readonly timers: Timers
  readonly options: ProcessorOptions
}

/** How often a waiting request looks whether its item has ended. */
const LOOK_MS = 40
/** For work that other calls left behind, out of one call's budget. */
const LEFTOVERS_MS = 1_000

export class Work {
  readonly #context: WorkContext

  constructor(context: WorkContext) {
    this.#context = context
  }

  /**
   * On a serverless host nothing runs after the answer, so in `inline` mode the lane is worked
   * before it, within the budget; what else is due (retries, what a frozen call left) comes next.
   */
  async afterReceipt(seq: bigint, lane: string): Promise<void> {
    const { waker, processor, clock, timers, options } = this.#context
    const deadlineMs = clock.now() + options.inlineBudgetMs
    if (options.mode === 'manual') await within(timers, options.inlineBudgetMs, waker.settled())
    if (options.mode !== 'inline') return
    await this.awaitRun(seq, lane, options.inlineBudgetMs)
    const leftMs = Math.min(deadlineMs - clock.now(), LEFTOVERS_MS)
    if (leftMs <= 0) return
    const leftovers = processor.drain(clock.now() + leftMs, () => clock.now())
    await within(timers, leftMs, leftovers)
  }

  /** Rings and waits until the item has run or the time is over; works itself if nobody else does. */
  async awaitRun(seq: bigint, lane: string, waitMs: number): Promise<void> {
    const { database, processor, waker, clock, timers, options } = this.#context
    const deadlineMs = clock.now() + waitMs
    const leftMs = () => deadlineMs - clock.now()
    waker.wake([lane])
    await within(timers, leftMs(), waker.settled())
    while (leftMs() > 0) {
      // A handler may outlast the budget: the answer goes out, the lease and the fence do the rest.
      if (options.mode !== 'resident') {
        await within(timers, leftMs(), processor.runLane(lane, 'call'))
      }
      if (!(await isReady(database, seq))) return
      await timers.sleep(LOOK_MS)
    }
  }

  async drain(budgetMs: number): Promise<{ readonly processed: number }> {
    const { processor, waker, clock, timers } = this.#context
    const deadlineMs = clock.now() + budgetMs
    await within(timers, budgetMs, waker.settled())
    const processed = await processor.drain(deadlineMs, () => clock.now())
    return { processed }
  }

  /** @throws EngineError `EVENT_NOT_FOUND`, `EVENT_NOT_REPLAYABLE`. */
  async replay(id: string): Promise<{ readonly seq: bigint; readonly generation: number }> {
    const { database, waker, timers, options } = this.#context
    const event = await findEvent(database, id)
    // A check has a number and no event: it can be asked again all the same.
    const seq = event?.seq ?? (/^\d{1,18}$/.test(id) ? BigInt(id) : null)
    if (seq === null) throw new EngineError('EVENT_NOT_FOUND', `there is no event ${id}`)
    const replayed = await replaySeq(database, seq)
    if (replayed === null) {
      if (event === null)
        throw new EngineError('EVENT_NOT_FOUND', `there is nothing to run at ${id}`)
      const why = event.reason === null ? '' : ` (${event.reason})`
      throw new EngineError('EVENT_NOT_REPLAYABLE', `event ${id} is ${event.state}${why}`)
    }
    waker.wake([replayed.lane])
    await within(timers, options.inlineBudgetMs, waker.settled())
    return { seq, generation: replayed.generation }
  }
}
