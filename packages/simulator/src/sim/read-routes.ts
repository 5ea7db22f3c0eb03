/** The calls of `/_sim/…` that only read; secrets are masked in what they answer. */
import { eventTypes } from '../generated/event-types.ts'
import { accountSeen, objectsSeen } from '../inspector/read-accounts.ts'
import { deliveriesSeen } from '../inspector/read-deliveries.ts'
import { endpointsSeen } from '../inspector/read-endpoints.ts'
import { eventOpened, eventsSeen } from '../inspector/read-events.ts'
import { requestOpened, requestsSeen } from '../inspector/read-requests.ts'
import { chaosSeen, rulesSeen, testClocksSeen } from '../inspector/read-settings.ts'
import { BadSimRequest } from './bodies.ts'
import { concerned, everyone, holder, type SimCall, type SimRoute } from './call.ts'

const limitDefault = 100

function limitOf({ query }: SimCall): number {
  const limit = Number(query.get('limit') ?? limitDefault)
  if (Number.isInteger(limit) && limit > 0) return limit
  throw new BadSimRequest('limit must be a whole number above 0.')
}

export const readRoutes: readonly SimRoute[] = [
  {
    method: 'GET',
    path: '/_sim/accounts',
    run: (call) => ({ accounts: everyone(call).map(accountSeen) }),
  },
  {
    method: 'GET',
    path: '/_sim/requests',
    run: (call) => ({ requests: concerned(call).flatMap(requestsSeen).slice(0, limitOf(call)) }),
  },
  {
    method: 'GET',
    path: '/_sim/requests/:id',
    run(call) {
      const { id } = call
      const owner = holder(call, 'request', ({ requests }) => requests.find(id) !== undefined)
      return requestOpened(owner, id)
    },
  },
  {
    method: 'GET',
    path: '/_sim/events',
    run(call) {
      const filter = { type: call.query.get('type') ?? '', limit: limitOf(call) }
      const events = everyone(call).flatMap((account) => eventsSeen(account, filter))
      return { events: events.sort((a, b) => b.created - a.created).slice(0, filter.limit) }
    },
  },
  {
    method: 'GET',
    path: '/_sim/events/:id',
    run(call) {
      const { id } = call
      return eventOpened(
        holder(call, 'event', ({ db }) => db.find('event', id) !== undefined),
        id,
      )
    },
  },
  { method: 'GET', path: '/_sim/event_types', run: () => ({ types: eventTypes }) },
  {
    method: 'GET',
    path: '/_sim/deliveries',
    run: (call) => ({ deliveries: everyone(call).flatMap((account) => account.deliveries()) }),
  },
  {
    method: 'GET',
    path: '/_sim/deliveries/by_event',
    run: (call) => ({
      deliveries: everyone(call).flatMap(deliveriesSeen).slice(0, limitOf(call)),
    }),
  },
  {
    method: 'GET',
    path: '/_sim/webhook_endpoints',
    run: (call) => ({ endpoints: everyone(call).flatMap(endpointsSeen) }),
  },
  {
    method: 'GET',
    path: '/_sim/clock',
    run(call) {
      const clocks = everyone(call).map((account) => ({
        account: account.id,
        now: account.now(),
        testClocks: testClocksSeen(account),
      }))
      return { clocks }
    },
  },
  {
    method: 'GET',
    path: '/_sim/billing',
    run: (call) => ({
      rules: everyone(call).map((account) => ({ account: account.id, ...rulesSeen(account) })),
    }),
  },
  {
    method: 'GET',
    path: '/_sim/chaos',
    run: (call) => ({
      chaos: everyone(call).map((account) => ({ account: account.id, ...chaosSeen(account) })),
    }),
  },
  {
    method: 'GET',
    path: '/_sim/objects',
    run: (call) => ({
      objects: everyone(call).map((account) => ({
        account: account.id,
        counts: objectsSeen(account),
      })),
    }),
  },
]
