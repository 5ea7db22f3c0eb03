// Owns work that somebody waits for: after a receipt, after a redirect, on a schedule, by replay.
import type { ProcessorOptions } from '../../config.ts'
import { EngineError } from '../../errors.ts'
import type { Clock, Timers } from '../../ports/clock.ts'
import type { Database } from '../../ports/database.ts'
import { checkEnded } from '../inbox/checks.ts'
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
const LOOK_MS = 20

export class Work {
  readonly #context: WorkContext

  constructor(context: WorkContext) {
    this.#context = context
  }

  /**
   * On a serverless host nothing runs after the answer, so in `inline` mode the lane is worked
   * before it, within the budget. What is left over is found by the next call or by a drain.
   */
  async afterReceipt(seq: bigint, lane: string): Promise<void> {
    const { waker, options } = this.#context
    if (options.mode === 'inline') await this.awaitEnd(seq, lane, options.inlineBudgetMs)
    else if (options.mode === 'manual') await waker.settled()
  }

  /** Rings and waits until the item has ended or the time is over; works itself if nobody else does. */
  async awaitEnd(seq: bigint, lane: string, waitMs: number): Promise<void> {
    const { database, processor, waker, clock, timers, options } = this.#context
    const deadlineMs = clock.now() + waitMs
    waker.wake([lane])
    await waker.settled()
    while (clock.now() < deadlineMs) {
      if (options.mode !== 'resident')
        await this.#within(deadlineMs, processor.runLane(lane, 'call'))
      if (await checkEnded(database, seq)) return
      await timers.sleep(LOOK_MS)
    }
  }

  async drain(budgetMs: number): Promise<{ readonly processed: number }> {
    const { processor, waker, clock } = this.#context
    await waker.settled()
    const processed = await processor.drain(clock.now() + budgetMs, () => clock.now())
    return { processed }
  }

  /** @throws EngineError `EVENT_NOT_FOUND`, `EVENT_NOT_REPLAYABLE`. */
  async replay(id: string): Promise<{ readonly seq: bigint; readonly generation: number }> {
    const { database, waker } = this.#context
    const event = await findEvent(database, id)
    if (event === null) throw new EngineError('EVENT_NOT_FOUND', `there is no event ${id}`)
    const replayed = await replaySeq(database, event.seq)
    if (replayed === null) {
      throw new EngineError(
        'EVENT_NOT_REPLAYABLE',
        `event ${id} is ${event.state}${event.reason === null ? '' : ` (${event.reason})`}`,
      )
    }
    waker.wake([replayed.lane])
    await waker.settled()
    return { seq: event.seq, generation: replayed.generation }
  }

  /** A handler may outlast the budget: the answer goes out, the lease and the fence do the rest. */
  async #within(deadlineMs: number, running: Promise<unknown>): Promise<void> {
    const { clock, timers } = this.#context
    const done = new AbortController()
    const guarded = running.then(
      () => done.abort(),
      () => done.abort(),
    )
    await Promise.race([guarded, timers.sleep(deadlineMs - clock.now(), done.signal)])
  }
}
