/** Reads the events of an account, newest first, with secrets masked. */

import { matchesType } from '../delivery/event-names.ts'
import type { Account } from '../world/account.ts'
import { masked } from './mask.ts'

export interface EventSeen {
  readonly id: string
  readonly type: string
  /** The id of the object that it tells of; null where that has none. */
  readonly object: string | null
  /** Virtual unix seconds. */
  readonly created: number
  readonly pending: number
  /** The request that caused it. */
  readonly request: string | null
  /** The connected account that it happened in. */
  readonly account: string | null
}

interface EventFilter {
  /** A type, or a group such as `invoice.*`. */
  readonly type: string
  readonly limit: number
}

export function eventsSeen({ db }: Account, { type, limit }: EventFilter): EventSeen[] {
  const found = db.all('event').filter((event) => type === '' || matchesType(type, event.type))
  return found.slice(0, limit).map((event) => ({
    id: event.id,
    type: event.type,
    object: idOf(event.data.object),
    created: event.created,
    pending: event.pending_webhooks,
    request: event.request.id,
    account: event.account ?? null,
  }))
}

export function eventOpened({ db }: Account, id: string): unknown {
  const event = db.find('event', id)
  return event && masked(event)
}

function idOf(object: unknown): string | null {
  const id = typeof object === 'object' && object !== null ? Reflect.get(object, 'id') : null
  return typeof id === 'string' ? id : null
}
