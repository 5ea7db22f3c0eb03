// Owns the shared write window: deliveries that come together are stored by one statement.
import { EngineError, isEngineError } from '../../errors.ts'
import type { Timers } from '../../ports/clock.ts'

export interface GroupCommitOptions<Item, Result> {
  readonly windowMs: number
  readonly batchMax: number
  /** Waiting items beyond this are refused: the sender comes again. */
  readonly waitingMax: number
  readonly timers: Timers
  readonly keyOf: (item: Item) => string
  /** Stores distinct items; must answer for each key. */
  readonly flush: (items: readonly Item[]) => Promise<Map<string, Result>>
  /** The answer for an item whose key was already in the window. */
  readonly again: (result: Result) => Result
}

interface Waiting<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/**
 * The first item opens a window; one flusher writes at most `batchMax` at a time (two flushers
 * were measured slower than one). An item's promise settles only after its COMMIT or failure,
 * whether or not the sender still listens.
 */
export class GroupCommit<Item, Result> {
  readonly #options: GroupCommitOptions<Item, Result>
  #waiting: Waiting<Item, Result>[] = []
  #flushing: Promise<void> | null = null

  constructor(options: GroupCommitOptions<Item, Result>) {
    this.#options = options
  }

  submit(item: Item): Promise<Result> {
    if (this.#waiting.length >= this.#options.waitingMax) {
      return Promise.reject(new EngineError('STORE_UNAVAILABLE', 'too many deliveries wait'))
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      this.#flushing ??= this.#run()
    })
  }

  /** Resolves when everything submitted so far has been answered. */
  async idle(): Promise<void> {
    while (this.#flushing !== null) await this.#flushing
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      if (this.#waiting.length < this.#options.batchMax) {
        await this.#options.timers.sleep(this.#options.windowMs)
      }
      await this.#flush(this.#waiting.splice(0, this.#options.batchMax))
    }
    this.#flushing = null
  }

  async #flush(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    const { keyOf, flush } = this.#options
    const distinct = new Map(batch.toReversed().map((entry) => [keyOf(entry.item), entry.item]))
    const items = [...distinct.entries()].sort(([a], [b]) => (a < b ? -1 : 1))
    try {
      this.#answer(batch, await flush(items.map(([, item]) => item)))
    } catch (error) {
      // One row that the database refuses must not fail its neighbours.
      const alone = items.length === 1 || (isEngineError(error) && error.retryable)
      if (alone) for (const entry of batch) entry.reject(error)
      else for (const [key] of items) await this.#flush(batch.filter((e) => keyOf(e.item) === key))
    }
  }

  #answer(batch: readonly Waiting<Item, Result>[], results: Map<string, Result>): void {
    const answered = new Set<string>()
    for (const { item, resolve, reject } of batch) {
      const key = this.#options.keyOf(item)
      const result = results.get(key)
      if (result === undefined) {
        reject(new EngineError('STORE_UNAVAILABLE', 'the store did not answer for this event'))
      } else {
        resolve(answered.has(key) ? this.#options.again(result) : result)
        answered.add(key)
      }
    }
  }
}
