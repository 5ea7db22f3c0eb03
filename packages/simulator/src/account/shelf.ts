/** The rows of one kind, found by id and walked by age from anywhere. */

/** The place of a row; it stays when the row is replaced, and is empty once it is removed. */
export interface Slot<T> {
  readonly age: number
  row: T | undefined
}

const tidiedFrom = 64

export class Shelf<T extends { readonly id: string }> {
  readonly #slots = new Map<string, Slot<T>>()
  /** Oldest first. */
  #order: Slot<T>[] = []
  #empty = 0
  #age = 0

  get size(): number {
    return this.#slots.size
  }

  find(id: string): T | undefined {
    return this.#slots.get(id)?.row
  }

  /** A row that replaces another is as old as that one. */
  put(row: T): void {
    const slot = this.#slots.get(row.id)
    if (slot) {
      slot.row = row
      return
    }
    this.#age += 1
    const made = { age: this.#age, row }
    this.#slots.set(row.id, made)
    this.#order.push(made)
  }

  /** Answers the place that `restore` takes. */
  remove(id: string): Slot<T> | undefined {
    const slot = this.#slots.get(id)
    if (!slot) return undefined
    this.#slots.delete(id)
    slot.row = undefined
    this.#empty += 1
    if (this.#empty > tidiedFrom && this.#empty * 2 > this.#order.length) {
      this.#order = this.#order.filter(({ row }) => row !== undefined)
      this.#empty = 0
    }
    return slot
  }

  /** Puts a removed row back to where it was. */
  restore(slot: Slot<T>, row: T): void {
    slot.row = row
    this.#slots.set(row.id, slot)
    const at = this.#indexOf(slot.age)
    if (this.#order[at] === slot) this.#empty -= 1
    else this.#order.splice(at, 0, slot)
  }

  /** Oldest first. */
  *all(): Generator<T> {
    for (const { row } of this.#order) if (row !== undefined) yield row
  }

  /** Newest first, from the next older than this row, or from the newest of all. */
  *older(than?: string): Generator<T> {
    for (let at = this.#start(than, this.#order.length) - 1; at >= 0; at -= 1) {
      const row = this.#order[at]?.row
      if (row !== undefined) yield row
    }
  }

  /** Oldest first, from the next newer than this row. */
  *newer(than: string): Generator<T> {
    for (let at = this.#start(than, -1) + 1; at < this.#order.length; at += 1) {
      const row = this.#order[at]?.row
      if (row !== undefined) yield row
    }
  }

  /** Those of these ids that are here, newest first. */
  some(ids: Iterable<string>): T[] {
    return Array.from(ids, (id) => this.#slots.get(id))
      .filter((slot) => slot !== undefined)
      .sort((a, b) => b.age - a.age)
      .map(({ row }) => row)
      .filter((row) => row !== undefined)
  }

  #start(id: string | undefined, otherwise: number): number {
    const slot = id === undefined ? undefined : this.#slots.get(id)
    return slot ? this.#indexOf(slot.age) : otherwise
  }

  /** The first place that is not older. */
  #indexOf(age: number): number {
    let low = 0
    let high = this.#order.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#order[middle]?.age ?? 0) < age) low = middle + 1
      else high = middle
    }
    return low
  }
}
