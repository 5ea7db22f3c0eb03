/** What threw where no caller waits for it: kept for those who look, and told to whoever listens. */
import type { Fault } from '../types.ts'

const faultsMax = 100

export interface FaultLogParts {
  /** The account's id; null for what belongs to none. */
  readonly account: string | null
  /** Virtual unix seconds. */
  readonly now: () => number
  readonly onFault: ((fault: Fault) => void) | undefined
}

export class FaultLog {
  readonly #parts: FaultLogParts
  #faults: Fault[] = []

  constructor(parts: FaultLogParts) {
    this.#parts = parts
  }

  /** Does `task`; when it throws, that is a fault of `work`, and time goes on. Answers whether it went well. */
  guard(work: string, task: () => void): boolean {
    try {
      task()
      return true
    } catch (error) {
      const { account, now } = this.#parts
      this.#add({ account, work, error, at: now() })
      return false
    }
  }

  #add(fault: Fault): void {
    this.#faults = [...this.#faults, fault].slice(-faultsMax)
    try {
      this.#parts.onFault?.(fault)
    } catch {
      // Nobody is left to tell; the fault itself is in the log.
    }
  }

  /** Newest first. */
  all(): Fault[] {
    return this.#faults.slice().reverse()
  }

  clear(): void {
    this.#faults = []
  }
}
