// Owns running the app's handlers: inside the transaction, once per fact and handler name.
import type { Handlers, Order, OrderFact, OrderHandler, StripeHandlers } from '../../config.ts'
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

export class HandlerRunner {
  readonly #facts: Map<string, readonly (readonly [string, OrderHandler])[]>
  readonly #raw: Map<string, RawHandler>
  readonly #logger: Logger
  readonly #timers: Timers

  constructor(on: Handlers, onStripe: StripeHandlers, logger: Logger, timers: Timers) {
    this.#facts = new Map(
      Object.entries(on).map(([fact, given]) => [
        fact,
        typeof given === 'function' ? [[DEFAULT_NAME, given] as const] : Object.entries(given),
      ]),
    )
    this.#raw = new Map(Object.entries(onStripe) as [string, RawHandler][])
    this.#logger = logger
    this.#timers = timers
  }

  /** The effect key is the fact's, not the event's: two events of one fact give one effect. */
  async emit(
    tx: Transaction,
    seq: bigint,
    fact: OrderFact,
    order: Order,
    cause: Cause,
  ): Promise<void> {
    const name = fact.replace(/^order\./, '')
    for (const [handler, run] of this.#facts.get(fact) ?? []) {
      const key = `order:${order.id}:${name}:${handler}`
      await this.#once(tx, seq, key, `${fact}/${handler}`, () => run({ order, cause, tx }))
    }
  }

  /** Answers whether the app handles this type at all. */
  async emitRaw(tx: Transaction, item: EventItem, cause: Cause): Promise<boolean> {
    const run = this.#raw.get(item.type)
    if (run === undefined) return false
    const key = `event:${item.eventId}:${DEFAULT_NAME}`
    await this.#once(tx, item.seq, key, item.type, () => run({ event: item.event, cause, tx }))
    return true
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
