/** The virtual time of one account: its own clock, its test clocks, and the jobs that wait for them. */
import type { Ports } from '../ports.ts'
import type { Job } from './jobs.ts'

/** The account's own time is null, otherwise the id of a test clock. */
export type Timeline = string | null

interface Waiting {
  readonly timeline: Timeline
  readonly dueMs: number
  readonly order: number
  readonly job: Job
}

export interface ClockDump {
  readonly offsetMs: number
  readonly order: number
  readonly frozen: readonly (readonly [string, number])[]
  readonly waiting: readonly Waiting[]
}

type Run = (job: Job, timeline: Timeline) => void

/** The year 2100, in unix seconds: whoever asks for more has likelier slipped than planned. */
export const latestMoment = Date.UTC(2100, 0) / 1000

export class Clock {
  readonly #ports: Ports
  #offsetMs = 0
  /** While due jobs run, the account's clock stands at the moment each was due. */
  #heldAtMs: number | undefined
  /** Where each test clock stands. */
  #frozen = new Map<string, number>()
  /** Of each timeline, by the moment at which it is due. */
  #waiting = new Map<Timeline, Waiting[]>()
  #order = 0

  constructor(ports: Ports) {
    this.#ports = ports
  }

  nowMs(timeline: Timeline = null): number {
    const own = this.#heldAtMs ?? this.#ports.now() + this.#offsetMs
    return timeline === null ? own : (this.#frozen.get(timeline) ?? own)
  }

  now(timeline: Timeline = null): number {
    return Math.floor(this.nowMs(timeline) / 1000)
  }

  schedule(timeline: Timeline, dueMs: number, job: Job): void {
    this.#order += 1
    const waiting = this.#waiting.get(timeline) ?? []
    this.#waiting.set(timeline, waiting)
    let low = 0
    let high = waiting.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = waiting[middle]
      if (other && other.dueMs > dueMs) high = middle
      else low = middle + 1
    }
    waiting.splice(low, 0, { timeline, dueMs, order: this.#order, job })
  }

  nextDueMs(): number | undefined {
    return this.#waiting.get(null)?.[0]?.dueMs
  }

  /** Runs everything of the account's own time that is due up to `untilMs`, each at its own moment. */
  runDue(untilMs: number, run: Run): void {
    if (this.#heldAtMs !== undefined) return
    try {
      for (;;) {
        const next = this.#take(null, untilMs)
        if (!next) return
        this.#heldAtMs = next.dueMs
        run(next.job, null)
      }
    } finally {
      this.#heldAtMs = undefined
    }
  }

  freeze(testClock: string, atMs: number): void {
    this.#frozen.set(testClock, atMs)
  }

  /** Moves a test clock to `untilMs`, with everything that falls due on the way, each at its own moment. */
  advance(testClock: string, untilMs: number, run: Run): void {
    // It may have been deleted before its time came.
    if (!this.#frozen.has(testClock)) return
    for (;;) {
      const next = this.#take(testClock, untilMs)
      if (!next) break
      this.#frozen.set(testClock, Math.max(next.dueMs, this.nowMs(testClock)))
      run(next.job, testClock)
    }
    this.#frozen.set(testClock, untilMs)
  }

  forget(testClock: string): void {
    this.#frozen.delete(testClock)
    this.#waiting.delete(testClock)
  }

  /** What waits is not to happen any more. */
  forgetAll(): void {
    this.#waiting.clear()
  }

  /** Stands where another one stands. */
  follow(other: Clock): void {
    this.#offsetMs = other.#offsetMs
  }

  /** Throws when time cannot go so far. */
  checkAdvance(seconds: number): void {
    if (!Number.isFinite(seconds) || seconds < 0) {
      throw new RangeError('The virtual clock only moves forward: pass seconds >= 0.')
    }
    if (this.now() + seconds > latestMoment) {
      throw new RangeError('The virtual clock goes no further than the year 2100.')
    }
  }

  shift(byMs: number): void {
    this.#offsetMs += byMs
  }

  reset(): void {
    this.#offsetMs = 0
    this.#waiting.clear()
    this.#frozen.clear()
    this.#order = 0
  }

  dump(): ClockDump {
    return {
      offsetMs: this.#offsetMs,
      order: this.#order,
      frozen: [...this.#frozen],
      waiting: [...this.#waiting.values()].flat(),
    }
  }

  load({ offsetMs, order, frozen, waiting }: ClockDump): void {
    this.#offsetMs = offsetMs
    this.#order = order
    this.#frozen = new Map(frozen)
    this.#waiting.clear()
    for (const one of waiting) {
      const others = this.#waiting.get(one.timeline)
      if (others) others.push(one)
      else this.#waiting.set(one.timeline, [one])
    }
  }

  #take(of: Timeline, untilMs: number): Waiting | undefined {
    const waiting = this.#waiting.get(of)
    const next = waiting?.[0]
    if (!next || next.dueMs > untilMs) return undefined
    waiting.shift()
    return next
  }
}
