/** Does an account's work, requests and due jobs: each changes all that it is to change and tells of it, or nothing. */

import type { Clock, Timeline } from '../account/clock.ts'
import { copyOf } from '../account/copy.ts'
import type { FaultLog } from '../account/faults.ts'
import type { Ids } from '../account/ids.ts'
import type { Store } from '../account/store.ts'
import { draft, type RequestInfo, type Transaction } from '../account/transaction.ts'
import { StripeError } from '../http/errors.ts'
import type { BillingRules } from '../rules.ts'
import { JobsRunner } from './jobs-runner.ts'
import { type AnyEvent, publish, type Teller } from './publishing.ts'
import { runJob } from './run-job.ts'
import type { World } from './world.ts'

export interface WorkParts {
  readonly world: World
  readonly db: Store
  readonly clock: Clock
  readonly ids: Ids
  readonly faults: FaultLog
  readonly rules: () => BillingRules
  /** The account whose work it is. */
  readonly teller: Teller
}

export class Work {
  readonly #parts: WorkParts
  readonly #jobs: JobsRunner

  constructor(parts: WorkParts) {
    const { world, clock, faults } = parts
    this.#parts = parts
    this.#jobs = new JobsRunner({
      clock,
      ports: world.ports,
      faults,
      wakes: world.delivery === 'auto',
      commit: (timeline, job) => this.#commit(null, timeline, (tx) => runJob(tx, job)),
    })
  }

  transact<T>(request: RequestInfo | null, work: (tx: Transaction) => T): T {
    if (request) this.#jobs.runDue()
    return this.#commit(request, null, work)
  }

  #commit<T>(request: RequestInfo | null, timeline: Timeline, work: (tx: Transaction) => T): T {
    const { world, db, clock, ids, rules, teller } = this.#parts
    const events: AnyEvent[] = []
    const { transaction, effects } = draft({
      db,
      request,
      timeline,
      rules: rules(),
      baseUrl: world.baseUrl,
      newId: ids.next,
      clock,
      publish: (emission) => events.push(...publish(teller, emission, request)),
      runJob,
    })
    let answer: T
    try {
      answer = db.atomically(() => work(transaction), keepsState)
    } catch (error) {
      if (keepsState(error)) this.#conclude(effects, events)
      throw error
    }
    this.#conclude(effects, events)
    return answer
  }

  /** What follows a commit cannot undo it: what throws here is a fault, and the rest goes on. */
  #conclude(effects: readonly (() => void)[], events: readonly AnyEvent[]): void {
    const { world, faults, teller } = this.#parts
    for (const effect of effects) faults.guard('after commit', effect)
    teller.dispatcher.pump()
    this.#jobs.arm()
    const { onEvent } = world
    if (!onEvent) return
    for (const event of events) {
      // A copy: the event shares what it tells of with the account's rows.
      if (event.object === 'event') faults.guard('onEvent', () => onEvent(copyOf(event)))
    }
  }

  /** Runs what has fallen due. */
  catchUp(): void {
    this.#jobs.runDue()
  }

  /** Moves the account's clock, with everything on the way. */
  advance(byMs: number): void {
    const { clock } = this.#parts
    try {
      this.#jobs.runDue(clock.nowMs() + byMs)
    } finally {
      clock.shift(byMs)
    }
    this.#jobs.arm()
  }

  /** Waits for the jobs that a snapshot brought. */
  resume(): void {
    this.#jobs.arm()
  }

  stop(): void {
    this.#jobs.stop()
  }

  close(): void {
    this.#jobs.close()
  }
}

function keepsState(error: unknown): boolean {
  return error instanceof StripeError && error.detail.keepsState === true
}
