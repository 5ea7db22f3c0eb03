/** Keeps an account's rows in memory; rows are replaced, never changed, so a transaction can be undone. */
import type { Kind, Tables } from './tables.ts'

interface Row<T> {
  readonly sequence: number
  readonly value: T
}

type Shelves = { [K in Kind]: Map<string, Row<Tables[K]>> }

function emptyShelves(): Shelves {
  return {
    product: new Map(),
    price: new Map(),
    customer: new Map(),
    payment_method: new Map(),
    token: new Map(),
    payment_intent: new Map(),
    charge: new Map(),
    refund: new Map(),
    balance_transaction: new Map(),
    session: new Map(),
    webhook_endpoint: new Map(),
    event: new Map(),
    tombstone: new Map(),
    instrument: new Map(),
    session_secret: new Map(),
    intent_secret: new Map(),
    endpoint_secret: new Map(),
  }
}

export class Store {
  #shelves = emptyShelves()
  #sequence = 0
  #undo: (() => void)[] | undefined

  find<K extends Kind>(kind: K, id: string): Tables[K] | undefined {
    return this.#shelves[kind].get(id)?.value
  }

  /** Newest first, the order of Stripe's lists. */
  all<K extends Kind>(kind: K): Tables[K][] {
    return [...this.#shelves[kind].values()]
      .sort((a, b) => b.sequence - a.sequence)
      .map((row) => row.value)
  }

  put<K extends Kind>(kind: K, value: Tables[K]): Tables[K] {
    const shelf = this.#shelves[kind]
    const before = shelf.get(value.id)
    this.#sequence += 1
    shelf.set(value.id, { sequence: before?.sequence ?? this.#sequence, value })
    this.#undo?.push(() => {
      if (before) shelf.set(value.id, before)
      else shelf.delete(value.id)
    })
    return value
  }

  remove(kind: Kind, id: string): void {
    const shelf: Map<string, unknown> = this.#shelves[kind]
    const before = shelf.get(id)
    if (before === undefined) return
    shelf.delete(id)
    this.#undo?.push(() => shelf.set(id, before))
  }

  /** Runs `work`; when it throws and `keeps` does not vouch for the error, every change is undone. */
  atomically<T>(work: () => T, keeps: (error: unknown) => boolean): T {
    if (this.#undo) throw new Error('A transaction of the simulator was opened inside another.')
    const undo: (() => void)[] = []
    this.#undo = undo
    try {
      return work()
    } catch (error) {
      if (!keeps(error)) for (const step of undo.reverse()) step()
      throw error
    } finally {
      this.#undo = undefined
    }
  }

  clear(): void {
    this.#shelves = emptyShelves()
    this.#sequence = 0
  }
}
