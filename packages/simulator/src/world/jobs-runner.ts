/** Runs an account's jobs as its time reaches them, each in a transaction of its own: one that fails stops no other. */

import type { Clock, Timeline } from '../account/clock.ts'
import type { FaultLog } from '../account/faults.ts'
import type { Job } from '../account/jobs.ts'
import type { Ports } from '../ports.ts'

export interface JobsRunnerParts {
  readonly clock: Clock
  readonly ports: Ports
  readonly faults: FaultLog
  /** Whether a timer wakes the account for what falls due; otherwise it runs when somebody asks. */
  readonly wakes: boolean
  /** Does a job in a transaction. */
  readonly commit: (timeline: Timeline, job: Job) => void
}

type AdvanceJob = Extract<Job, { kind: 'advance_test_clock' }>

export class JobsRunner {
  readonly #parts: JobsRunnerParts
  #cancelTimer: (() => void) | undefined
  #closed = false

  constructor(parts: JobsRunnerParts) {
    this.#parts = parts
  }

  /** Everything of the account's own time that is due up to `untilMs`. */
  runDue(untilMs = this.#parts.clock.nowMs()): void {
    this.#parts.clock.runDue(untilMs, this.#run)
    this.arm()
  }

  /** The virtual clock moves with the wall, too: wakes up for what falls due. */
  arm(): void {
    this.stop()
    const { clock, ports, wakes } = this.#parts
    const dueMs = clock.nextDueMs()
    if (dueMs === undefined || this.#closed || !wakes) return
    this.#cancelTimer = ports.later(dueMs - clock.nowMs(), () => this.runDue())
  }

  stop(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }

  close(): void {
    this.#closed = true
    this.stop()
  }

  /** Answers whether the job went well. */
  readonly #run = (job: Job, timeline: Timeline): boolean => {
    const { faults, commit } = this.#parts
    const last = job.kind === 'advance_test_clock' ? this.#advance(job) : job
    return faults.guard(`job ${last.kind}`, () => commit(timeline, last))
  }

  /** Brings a test clock to its end with everything on the way; answers the job that says how it arrived there. */
  #advance(job: AdvanceJob): Job {
    const { clockId, to } = job
    let failed = false
    this.#parts.clock.advance(clockId, to * 1000, (one, timeline) => {
      if (!this.#run(one, timeline)) failed = true
    })
    return failed ? { kind: 'fail_test_clock', clockId, to } : job
  }
}
