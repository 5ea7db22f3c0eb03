/** Makes events of what an account emits, and queues a delivery for each target that is to hear of them. */
import type { Store } from '../account/store.ts'
import type { StripeEvent, ThinEvent } from '../account/tables.ts'
import type { Emission, RequestInfo } from '../account/transaction.ts'
import type { Chaos } from '../types.ts'
import { defaultApiVersion } from '../wire.ts'
import { announcementOf, twinIdOf } from './chaos.ts'
import { expectAnswers } from './policy.ts'
import type { Delivery, Queue } from './queue.ts'
import { subscribersOf, type Target, thinSubscribersOf } from './targets.ts'
import { testEventId } from './test-event.ts'
import { isThinAlone, thinAloneOf, thinIdOf } from './thin-events.ts'

export interface PublisherParts {
  readonly db: Store
  readonly mode: 'auto' | 'manual'
  readonly queue: Queue
  readonly nowMs: () => number
  readonly chaos: () => Chaos | null
}

/** How many events there were, and the place of each endpoint: what chaos decides by. */
export interface Ordinals {
  readonly events: number
  readonly endpoints: readonly (readonly [string, number])[]
}

/** What is told to a target: under the id that the target will see. */
interface News {
  readonly eventId: string
  readonly type: string
}

/** With a reorder window a delivery waits this long for others to overtake it. */
const reorderHoldMs = 25

export class Publisher {
  readonly #parts: PublisherParts
  #endpointOrdinals = new Map<string, number>()
  #eventOrdinal = 0

  constructor(parts: PublisherParts) {
    this.#parts = parts
  }

  /** Turns what a transaction emitted into events, and queues them for whoever subscribed. */
  publish(
    emissions: readonly Emission[],
    request: RequestInfo | null,
  ): (StripeEvent | ThinEvent)[] {
    return emissions.flatMap<StripeEvent | ThinEvent>((emission) => {
      if (isThinAlone(emission.type)) {
        return [this.#publishThin(thinAloneOf(emission, request))]
      }
      const first = this.#publishSnapshot(emission, request)
      const twinId = twinIdOf(this.#parts.chaos(), first, this.#eventOrdinal)
      if (twinId === undefined) return [first]
      return [first, this.#publishSnapshot({ ...emission, id: twinId }, request)]
    })
  }

  #publishSnapshot(emission: Emission, request: RequestInfo | null): StripeEvent {
    const targets = subscribersOf(this.#parts.db, emission.type)
    return this.#queueSnapshot(snapshotOf(emission, request), targets)
  }

  #queueSnapshot(event: StripeEvent, targets: readonly Target[]): StripeEvent {
    const { db } = this.#parts
    const counted = targets.filter(({ payload }) => payload === 'snapshot').map(({ id }) => id)
    const kept = db.put('event', { ...event, pending_webhooks: counted.length })
    expectAnswers(db, kept.id, counted)
    this.#announce(targets, (target) => newsOf(kept, target))
    return kept
  }

  #publishThin(event: ThinEvent): ThinEvent {
    const { db } = this.#parts
    this.tell(db.put('v2.core.event', event), thinSubscribersOf(db, event.type))
    return event
  }

  /** Queues an event of a connected account for those who hear of such. */
  relay(event: StripeEvent | ThinEvent): StripeEvent | ThinEvent {
    const { db } = this.#parts
    if (event.object === 'event') {
      return this.#queueSnapshot(event, subscribersOf(db, event.type, true))
    }
    this.tell(db.put('v2.core.event', event), thinSubscribersOf(db, event.type, true))
    return event
  }

  /** Queues a thin event that is no twin for these targets, whatever they subscribed to. */
  tell({ id, type }: ThinEvent, to: readonly Target[]): void {
    this.#announce(to, () => ({ eventId: id, type }))
  }

  #announce(to: readonly Target[], news: (target: Target) => News): void {
    this.#eventOrdinal += 1
    for (const target of to) {
      const { eventId, type } = news(target)
      const place = {
        endpoint: this.#ordinalOf(target.id),
        event: this.#eventOrdinal,
        attempt: 1,
      }
      const parcel = { type, endpointId: target.id }
      const { copies, shift, delayMs, reorders } = announcementOf(
        this.#parts.chaos(),
        parcel,
        place,
      )
      const hold = reorders && this.#parts.mode === 'auto' ? reorderHoldMs : 0
      for (let copy = 0; copy < copies; copy += 1) {
        this.#parts.queue.add({
          ...this.#firstAttempt('automatic', eventId, type, target.id),
          copy,
          dueMs: this.#parts.nowMs() + delayMs + hold,
          rank: place.event + shift,
          delayed: delayMs > 0,
          held: delayMs + hold > 0,
        })
      }
    }
  }

  /** Adds a delivery by hand: the automatic retries of the first one go on, as at Stripe. */
  resend(event: StripeEvent, to: readonly Target[]): void {
    this.#eventOrdinal += 1
    for (const target of to) {
      const { eventId, type } = newsOf(event, target)
      this.#parts.queue.add(this.#firstAttempt('resend', eventId, type, target.id))
    }
  }

  /** An event that the API does not have, as Stripe's "Send test webhook" does. */
  sendTest(type: string, endpointId: string): void {
    this.#eventOrdinal += 1
    this.#parts.queue.add(this.#firstAttempt('test', testEventId, type, endpointId))
  }

  #firstAttempt(
    trigger: Delivery['trigger'],
    eventId: string,
    type: string,
    endpointId: string,
  ): Delivery {
    return {
      trigger,
      eventId,
      type,
      endpointId,
      endpointOrdinal: this.#ordinalOf(endpointId),
      eventOrdinal: this.#eventOrdinal,
      attempt: 1,
      copy: 0,
      dueMs: this.#parts.nowMs(),
      rank: this.#eventOrdinal,
      delayed: false,
      held: false,
    }
  }

  #ordinalOf(endpointId: string): number {
    const known = this.#endpointOrdinals.get(endpointId) ?? this.#endpointOrdinals.size
    this.#endpointOrdinals.set(endpointId, known)
    return known
  }

  ordinals(): Ordinals {
    return { events: this.#eventOrdinal, endpoints: [...this.#endpointOrdinals] }
  }

  continueFrom({ events, endpoints }: Ordinals): void {
    this.#eventOrdinal = events
    this.#endpointOrdinals = new Map(endpoints)
  }
}

/** A thin destination hears of the twin. */
function newsOf({ id, type }: StripeEvent, { payload }: Target): News {
  return payload === 'thin' ? { eventId: thinIdOf(id), type: `v1.${type}` } : { eventId: id, type }
}

function snapshotOf(emission: Emission, request: RequestInfo | null): StripeEvent {
  return {
    id: emission.id,
    object: 'event',
    ...(emission.account === undefined ? {} : { account: emission.account }),
    api_version: defaultApiVersion,
    created: emission.created,
    data: {
      object: emission.object,
      ...(emission.previous === undefined ? {} : { previous_attributes: emission.previous }),
    },
    livemode: false,
    pending_webhooks: 0,
    request: { id: request?.id ?? null, idempotency_key: request?.idempotencyKey ?? null },
    type: emission.type,
  }
}
