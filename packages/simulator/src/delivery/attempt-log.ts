/** The attempts of an account, in the order in which they ended; a function of the seed in manual mode. */
import type { DeliveryAttempt } from '../types.ts'

const attemptsMax = 200_000

export interface TimedAttempt extends DeliveryAttempt {
  /** Wall time; absent where nothing was sent. */
  readonly durationMs?: number
}

export class AttemptLog {
  #attempts: DeliveryAttempt[] = []
  /** Wall time is no function of a seed, so it stays beside the log. */
  readonly #durations = new WeakMap<DeliveryAttempt, number>()

  add(attempt: DeliveryAttempt, durationMs?: number): void {
    if (this.#attempts.length >= attemptsMax) this.#attempts.splice(0, attemptsMax / 10)
    this.#attempts.push(attempt)
    if (durationMs !== undefined) this.#durations.set(attempt, durationMs)
  }

  all(): readonly DeliveryAttempt[] {
    return this.#attempts
  }

  /** For a reader at a screen, who wants to know what was slow. */
  timed(newest = attemptsMax): TimedAttempt[] {
    return this.#attempts.slice(-newest).map((attempt) => {
      const durationMs = this.#durations.get(attempt)
      return durationMs === undefined ? attempt : { ...attempt, durationMs }
    })
  }

  load(attempts: readonly DeliveryAttempt[]): void {
    this.#attempts = [...attempts]
  }
}
