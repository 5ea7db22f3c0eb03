// Owns running the app's handlers: inside the transaction, once per fact and handler name.
import type { StripeHandlers } from '../../config.ts'
import type { Handlers, Happening } from '../../events.ts'
import type { Timers } from '../../ports/clock.ts'
import type { Transaction } from '../../ports/database.ts'
import type { Logger } from '../../ports/logger.ts'
import type { Cause } from '../../types.ts'
import type { EventItem } from '../projections/projector.ts'
import { runWatched } from './rejections.ts'

/** The name of a handler that was given as a function alone. */
const DEFAULT_NAME = 'default'

const TAKE = `
insert into quittance.effects (key, seq, at) values ($1, $2, quittance.now())
on conflict do nothing returning key`

/** The context's shape is held by the types of `Handlers` and `Happening`, which share their names. */
type NamedHandler = (context: object) => Promise<void> | void

type RawHandler = (context: {
  event: unknown
  cause: Cause
  tx: Transaction
}) => Promise<void> | void

/** Says whose fault it is; `cause` is what the handler threw, and its message stays with it. */
export class HandlerFailure extends Error {
  override readonly name = 'HandlerFailure'
  readonly handler: string

  constructor(handler: string, cause: unknown) {
    super(`handler ${handler} failed`, { cause })
    this.handler = handler
  }
}

function namedOf(given: object): readonly (readonly [string, NamedHandler])[] {
  if (typeof given === 'function') return [[DEFAULT_NAME, given as NamedHandler]]
  return Object.entries(given) as [string, NamedHandler][]
}

export class HandlerRunner {
  readonly #named: Map<string, readonly (readonly [string, NamedHandler])[]>
  readonly #raw: Map<string, RawHandler>
  readonly #logger: Logger
  readonly #timers: Timers

  constructor(on: Handlers, onStripe: StripeHandlers, logger: Logger, timers: Timers) {
    this.#named = new Map(Object.entries(on).map(([fact, given]) => [fact, namedOf(given)]))
    this.#raw = new Map(Object.entries(onStripe) as [string, RawHandler][])
    this.#logger = logger
    this.#timers = timers
  }

  /** The effect key is the fact's, not the event's: two events of one fact give one effect. */
  async emit(tx: Transaction, seq: bigint, happening: Happening, cause: Cause): Promise<void> {
    const { name, key, about } = happening
    for (const [handler, run] of this.#named.get(name) ?? []) {
      const context = { ...about, cause, tx }
      await this.#once(tx, seq, `${key}:${handler}`, `${name}/${handler}`, () => run(context))
    }
  }

  /** Whether the app handles this type at all. */
  hasRaw({ type }: EventItem): boolean {
    return this.#raw.has(type)
  }

  async emitRaw(tx: Transaction, item: EventItem, cause: Cause): Promise<void> {
    const run = this.#raw.get(item.type)
    if (run === undefined) return
    const key = `event:${item.eventId}:${DEFAULT_NAME}`
    await this.#once(tx, item.seq, key, item.type, () => run({ event: item.event, cause, tx }))
  }

  async #once(
    tx: Transaction,
    seq: bigint,
    key: string,
    handler: string,
    run: () => Promise<void> | void,
  ): Promise<void> {
    const taken = await tx.query(TAKE, [key, seq])
    if (taken.length === 0) return
    try {
      await runWatched(handler, this.#logger, this.#timers, run)
      await tx.assertWhole()
    } catch (error) {
      throw new HandlerFailure(handler, error)
    }
  }
}
