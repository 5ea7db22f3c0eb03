/** The routes of snapshot events: read, list, resend. */

import type { StripeEvent } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { pageFields, timeRange, within } from '../http/common-params.ts'
import { noSuch, refuse } from '../http/errors.ts'
import { listPage } from '../http/list-page.ts'
import { flag, list, text } from '../http/params.ts'
import { type Route, route } from '../http/route.ts'
import type { Account } from '../world/account.ts'
import { matchesType } from './event-names.ts'
import { subscribersOf, type Target, targetOf } from './targets.ts'

/** Stripe shows and resends the events of the last 30 days only. */
export const eventsKeptSeconds = 30 * 24 * 60 * 60
const typesMax = 20

/** A platform keeps its connected accounts' events for delivery; they are read in those accounts. */
function isOwn({ account }: StripeEvent, caller: Account): boolean {
  return account === undefined || account === caller.id
}

function eventInPath(tx: Transaction, caller: Account, id = ''): StripeEvent {
  const event = tx.db.find('event', id)
  if (event && isOwn(event, caller) && event.created > tx.now - eventsKeptSeconds) return event
  throw noSuch('event', id, 'id', 404)
}

function namedTarget(tx: Transaction, id: string): Target {
  const target = targetOf(tx.db, id)
  if (!target) throw noSuch('webhook endpoint', id, 'webhook_endpoint', 400)
  if (target.enabled) return target
  throw refuse(`The webhook endpoint '${id}' is disabled.`, { param: 'webhook_endpoint' })
}

export const eventRoutes: readonly Route[] = [
  route('GET', '/v1/events/:id', {}, ({ tx, ids, account }) => eventInPath(tx, account, ids[0])),
  // In no reference: the official CLI's `events resend`.
  route(
    'POST',
    '/v1/events/:id/retry',
    { for_stripecli: flag(), webhook_endpoint: text(), account: text() },
    ({ tx, ids, params, account }) => {
      const event = eventInPath(tx, account, ids[0])
      if (params.for_stripecli) {
        tx.afterCommit(() => account.cli.announce(event))
        return event
      }
      const named = params.webhook_endpoint
      const to = named === undefined ? subscribersOf(tx.db, event.type) : [namedTarget(tx, named)]
      tx.afterCommit(() => account.dispatcher.publisher.resend(event, to))
      return event
    },
  ),
  route(
    'GET',
    '/v1/events',
    {
      ...pageFields,
      created: timeRange(),
      delivery_success: flag(),
      type: text(),
      types: list(text(), typesMax),
    },
    ({ tx, params, account }) => {
      const { type, types, delivery_success: delivered } = params
      if (type !== undefined && types !== undefined) {
        throw refuse('You may only specify one of these parameters: type, types.', {
          code: 'parameters_exclusive',
          param: 'type',
        })
      }
      const wanted = types ?? (type === undefined ? ['*'] : [type])
      return listPage(
        tx.db,
        'event',
        '/v1/events',
        params,
        (event) =>
          isOwn(event, account) &&
          event.created > tx.now - eventsKeptSeconds &&
          within(event.created, params.created) &&
          wanted.some((pattern) => matchesType(pattern, event.type)) &&
          (delivered === undefined || (event.pending_webhooks === 0) === delivered),
      )
    },
  ),
]
