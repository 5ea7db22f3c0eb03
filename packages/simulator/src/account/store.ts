/** Keeps an account's rows in memory; rows are replaced, never changed, so a transaction can be undone. */
import { Shelf } from './shelf.ts'
import type { Kind, Tables } from './tables.ts'

type Shelves = { [K in Kind]?: Shelf<Tables[K]> }

/** Ids of the rows whose field has a value, made when a field is first asked for and kept from then on. */
type Index = Map<unknown, Set<string>>

/** The rows of a store as plain data, in the order in which they came. */
export type StoreDump = Readonly<Record<string, readonly unknown[]>>

export class Store {
  #shelves: Shelves = {}
  #indexes = new Map<Kind, Map<string, Index>>()
  #undo: (() => void)[] | undefined

  find<K extends Kind>(kind: K, id: string): Tables[K] | undefined {
    return this.#shelves[kind]?.find(id)
  }

  /** Newest first, the order of Stripe's lists. */
  all<K extends Kind>(kind: K): Tables[K][] {
    return [...this.#shelf(kind).older()]
  }

  /** As `all`, one by one and from the next older than `than`. */
  older<K extends Kind>(kind: K, than?: string): Iterable<Tables[K]> {
    return this.#shelf(kind).older(than)
  }

  /** Oldest first, one by one from the next newer than `than`. */
  newer<K extends Kind>(kind: K, than: string): Iterable<Tables[K]> {
    return this.#shelf(kind).newer(than)
  }

  /** The rows whose `field` is `value`, newest first, without looking at the others. */
  where<K extends Kind, F extends keyof Tables[K] & string>(
    kind: K,
    field: F,
    value: Tables[K][F],
  ): Tables[K][] {
    return this.having(kind, field, value)
  }

  /** As `where`, for a field that only a request names; rows without it are not found. */
  having<K extends Kind>(kind: K, field: string, value: unknown): Tables[K][] {
    return this.#shelf(kind).some(this.#index(kind, field).get(value) ?? [])
  }

  count(kind: Kind): number {
    return this.#shelves[kind]?.size ?? 0
  }

  put<K extends Kind>(kind: K, value: Tables[K]): Tables[K] {
    const shelf = this.#shelf(kind)
    const before = shelf.find(value.id)
    shelf.put(value)
    this.#reindex(kind, value.id, before, value)
    this.#undo?.push(() => {
      if (before) shelf.put(before)
      else shelf.remove(value.id)
      this.#reindex(kind, value.id, value, before)
    })
    return value
  }

  remove<K extends Kind>(kind: K, id: string): void {
    const shelf = this.#shelf(kind)
    const before = shelf.find(id)
    const slot = shelf.remove(id)
    if (!before || !slot) return
    this.#reindex(kind, id, before, undefined)
    this.#undo?.push(() => {
      shelf.restore(slot, before)
      this.#reindex(kind, id, undefined, before)
    })
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

  /** Runs `work` for its answer alone: every change that it makes is undone. */
  tentatively<T>(work: () => T): T {
    const outer = this.#undo
    const undo: (() => void)[] = []
    this.#undo = undo
    try {
      return work()
    } finally {
      for (const step of undo.reverse()) step()
      this.#undo = outer
    }
  }

  clear(): void {
    this.#shelves = {}
    this.#indexes.clear()
  }

  dump(): StoreDump {
    const shelves: Record<string, readonly unknown[]> = {}
    for (const [kind, shelf] of Object.entries(this.#shelves)) {
      shelves[kind] = [...shelf.all()]
    }
    return shelves
  }

  /** Takes back what `dump` gave. */
  load(dump: StoreDump): void {
    this.clear()
    for (const [kind, rows] of Object.entries(dump)) {
      // A dump is this class's own: its keys are kinds and its rows are of them.
      for (const row of rows) this.put(kind as Kind, row as Tables[Kind])
    }
  }

  #shelf<K extends Kind>(kind: K): Shelf<Tables[K]> {
    const shelves: { [P in K]?: Shelf<Tables[P]> } = this.#shelves
    const known = shelves[kind]
    if (known) return known
    const made = new Shelf<Tables[K]>()
    shelves[kind] = made
    return made
  }

  #index(kind: Kind, field: string): Index {
    const indexes = this.#indexes.get(kind) ?? new Map<string, Index>()
    this.#indexes.set(kind, indexes)
    const known = indexes.get(field)
    if (known) return known
    const made: Index = new Map()
    indexes.set(field, made)
    for (const row of this.#shelf(kind).all()) note(made, fieldOf(row, field), row.id)
    return made
  }

  #reindex(kind: Kind, id: string, before: object | undefined, after: object | undefined): void {
    for (const [field, index] of this.#indexes.get(kind) ?? []) {
      const [was, is] = [before && fieldOf(before, field), after && fieldOf(after, field)]
      if (was === is && before && after) continue
      if (before) index.get(was)?.delete(id)
      if (after) note(index, is, id)
    }
  }
}

function note(index: Index, value: unknown, id: string): void {
  const ids = index.get(value)
  if (ids) ids.add(id)
  else index.set(value, new Set([id]))
}

function fieldOf(row: object, field: string): unknown {
  return Reflect.get(row, field)
}
