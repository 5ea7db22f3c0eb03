/** The virtual clock of one account and the jobs that wait for it. */
import type { Ports } from '../ports.ts'
import type { Job } from './jobs.ts'

interface Waiting {
  readonly dueMs: number
  readonly order: number
  readonly job: Job
}

export class Clock {
  readonly #ports: Ports
  #offsetMs = 0
  /** While due jobs run, the clock stands at the moment each was due. */
  #heldAtMs: number | undefined
  #waiting: Waiting[] = []
  #order = 0

  constructor(ports: Ports) {
    this.#ports = ports
  }

  nowMs(): number {
    return this.#heldAtMs ?? this.#ports.now() + this.#offsetMs
  }

  now(): number {
    return Math.floor(this.nowMs() / 1000)
  }

  schedule(dueMs: number, job: Job): void {
    this.#order += 1
    this.#waiting.push({ dueMs, order: this.#order, job })
    this.#waiting.sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)
  }

  nextDueMs(): number | undefined {
    return this.#waiting[0]?.dueMs
  }

  /** Runs everything due up to `untilMs`, each at its own moment; jobs may schedule further ones. */
  runDue(untilMs: number, run: (job: Job) => void): void {
    if (this.#heldAtMs !== undefined) return
    try {
      for (;;) {
        const next = this.#waiting[0]
        if (!next || next.dueMs > untilMs) return
        this.#waiting.shift()
        this.#heldAtMs = next.dueMs
        run(next.job)
      }
    } finally {
      this.#heldAtMs = undefined
    }
  }

  shift(byMs: number): void {
    this.#offsetMs += byMs
  }

  reset(): void {
    this.#offsetMs = 0
    this.#waiting = []
    this.#order = 0
  }
}
