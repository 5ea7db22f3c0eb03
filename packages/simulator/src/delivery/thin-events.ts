/** Thin events: what API v2 tells of an event, derived from its snapshot twin where there is one. */
import type { Store } from '../account/store.ts'
import type { StripeEvent, ThinEvent } from '../account/tables.ts'
import type { Emission, RequestInfo, Transaction } from '../account/transaction.ts'
import { relatedObjectOf } from './related-objects.ts'

const thinPrefix = 'evt_test_6'

/** The two ids tell each other, so a twin need not be kept: it is made when it is asked for. */
export function thinIdOf(eventId: string): string {
  return thinPrefix + eventId.slice('evt_'.length)
}

export function findThin(db: Store, id: string): ThinEvent | undefined {
  const alone = db.find('v2.core.event', id)
  if (alone || !id.startsWith(thinPrefix)) return alone
  const snapshot = db.find('event', `evt_${id.slice(thinPrefix.length)}`)
  return snapshot && twinOf(snapshot)
}

export function twinOf(event: StripeEvent): ThinEvent {
  // The invoice that is still to come is nowhere to be had.
  const related = event.type === 'invoice.upcoming' ? undefined : relatedObjectOf(event.data.object)
  return {
    ...envelope(thinIdOf(event.id), `v1.${event.type}`, event.created, {
      id: event.request.id,
      idempotencyKey: event.request.idempotency_key,
    }),
    ...(event.account === undefined ? {} : { context: event.account }),
    ...(related === undefined ? {} : { related_object: related }),
    snapshot_event: event.id,
  }
}

/** What to emit for an event that has no snapshot: its type begins `v1.` or `v2.`. */
export interface ThinSubject {
  readonly related?: NonNullable<ThinEvent['related_object']>
  readonly data?: unknown
}

export function isThinAlone(type: string): boolean {
  return /^v[12]\./.test(type)
}

export function thinAloneOf(emission: Emission, request: RequestInfo | null): ThinEvent {
  const { related, data } = subjectOf(emission.object)
  return {
    ...envelope(thinIdOf(emission.id), emission.type, emission.created, request),
    ...(emission.account === undefined ? {} : { context: emission.account }),
    ...(related === undefined ? {} : { related_object: related }),
    ...(data === undefined ? {} : { data }),
  }
}

function subjectOf(object: unknown): ThinSubject {
  return typeof object === 'object' && object !== null ? object : {}
}

function envelope(
  id: string,
  type: string,
  created: number,
  request: { readonly id: string | null; readonly idempotencyKey: string | null } | null,
): ThinEvent {
  const cause = request?.id
  return {
    id,
    object: 'v2.core.event',
    created: rfc3339(created),
    livemode: false,
    ...(cause === undefined || cause === null
      ? {}
      : {
          reason: {
            type: 'request',
            request: { id: cause, idempotency_key: request?.idempotencyKey ?? '' },
          },
        }),
    type,
  }
}

/** Asked for by hand, to see whether a destination answers. */
export function pingOf(tx: Transaction, destinationId: string): ThinEvent {
  const type = 'v2.core.event_destination'
  return {
    ...envelope(thinIdOf(tx.newId('evt_1')), `${type}.ping`, tx.now, tx.request),
    related_object: {
      id: destinationId,
      type,
      url: `/v2/core/event_destinations/${destinationId}`,
    },
  }
}

/** As delivered: the data is for those who fetch. */
export function notificationOf({ data: _, ...event }: ThinEvent): Omit<ThinEvent, 'data'> {
  return event
}

export function rfc3339(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
