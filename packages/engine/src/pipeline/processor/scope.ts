// Owns what one application of an item leaves beside its rows: notes for the log, and the handlers that are to run.
import type { Transaction } from '../../ports/database.ts'
import type { Item, Note, Scope } from '../projections/projector.ts'
import { causeOf } from './cause.ts'
import type { HandlerRunner } from './handlers.ts'

export class Application {
  readonly scope: Scope
  /** For the log, once the transaction has committed. */
  readonly notes: Note[] = []
  readonly #calls: (() => Promise<void>)[] = []

  constructor(tx: Transaction, item: Item, handlers: HandlerRunner) {
    const cause = causeOf(item)
    this.scope = {
      tx,
      item,
      cause,
      note: (note) => this.notes.push(note),
      emit: (happening) => this.#calls.push(() => handlers.emit(tx, item.seq, happening, cause)),
      emitRaw: (event) => {
        if (!handlers.hasRaw(event)) return false
        this.#calls.push(() => handlers.emitRaw(tx, event, cause))
        return true
      },
    }
  }

  /** In the order in which they were told. The first one that fails ends it. */
  async runHandlers(): Promise<void> {
    for (const call of this.#calls) await call()
  }
}
