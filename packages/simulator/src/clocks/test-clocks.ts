/** Test clocks: time that stands still until it is advanced, and everything on the way happens in order. */
import { latestMoment } from '../account/clock.ts'
import type { TestClock } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { badParam, refuse } from '../http/errors.ts'
import { integer, required } from '../http/params.ts'
import { api, inPath, page, type Route } from '../http/route.ts'

const path = '/v1/test_helpers/test_clocks'
const event = (name: string) => `test_helpers.test_clock.${name}`
/** Stripe deletes a clock that nobody moved for this long. */
const keptSeconds = 30 * 24 * 60 * 60
/** Stripe's limit on the span of one clock. */
const spanYearsMax = 2
const yearSeconds = 365 * 24 * 60 * 60
const frozenTime = integer(0, latestMoment)

export const testClockRoutes: readonly Route[] = [
  api(
    `POST ${path}`,
    ({ tx, params }) => {
      const clock = tx.db.put('test_helpers.test_clock', {
        id: tx.newId('clock_1'),
        object: 'test_helpers.test_clock',
        created: tx.now,
        deletes_after: tx.now + keptSeconds,
        frozen_time: params.frozen_time,
        livemode: false,
        name: params.name ?? null,
        status: 'ready',
        status_details: {},
      })
      tx.freeze(clock.id, clock.frozen_time)
      tx.emit(event('created'), clock)
      return clock
    },
    // A customer's rows and jobs are already in another time.
    { fields: { frozen_time: required(frozenTime) }, refuses: ['customer'] },
  ),
  api(`GET ${path}/:id`, ({ tx, ids }) => inPath(tx, 'test_helpers.test_clock', ids[0])),
  api(`GET ${path}`, ({ tx, params }) => page(tx.db.all('test_helpers.test_clock'), path, params)),
  api(
    `POST ${path}/:id/advance`,
    ({ tx, ids, params }) => {
      const clock = inPath(tx, 'test_helpers.test_clock', ids[0])
      return advance(tx, clock, params.frozen_time)
    },
    { fields: { frozen_time: required(frozenTime) } },
  ),
  api(`DELETE ${path}/:id`, ({ tx, ids }) => {
    const clock = inPath(tx, 'test_helpers.test_clock', ids[0])
    tx.db.remove('test_helpers.test_clock', clock.id)
    const deleted = tx.db.put('tombstone', {
      id: clock.id,
      object: 'test_helpers.test_clock',
      deleted: true,
    })
    tx.unfreeze(clock.id)
    for (const customer of tx.db.where('customer', 'test_clock', clock.id)) {
      removeCustomer(tx, customer.id)
    }
    tx.emit(event('deleted'), clock)
    return deleted
  }),
]

/** With the clock goes what lived by it, silently. */
function removeCustomer(tx: Transaction, id: string): void {
  for (const { id: of } of tx.db.where('subscription', 'customer', id)) {
    for (const item of tx.db.where('subscription_item', 'subscription', of)) {
      tx.db.remove('subscription_item', item.id)
    }
  }
  for (const kind of ['subscription', 'subscription_schedule', 'quote', 'invoiceitem'] as const) {
    for (const row of tx.db.where(kind, 'customer', id)) tx.db.remove(kind, row.id)
  }
  tx.db.remove('customer', id)
  tx.db.put('tombstone', { id, object: 'customer', deleted: true })
}

function advance(tx: Transaction, clock: TestClock, to: number): TestClock {
  if (clock.status === 'internal_failure') {
    throw refuse('The test clock failed to advance, and cannot be advanced any more.')
  }
  if (clock.status !== 'ready') {
    throw refuse('The test clock is advancing; wait until its status is ready.', {
      code: 'test_clock_advancing',
      status: 429,
    })
  }
  if (to <= clock.frozen_time) {
    throw badParam('The frozen time must be after the current frozen time.', 'frozen_time')
  }
  if (to - clock.frozen_time > spanYearsMax * yearSeconds) {
    throw badParam(`You cannot advance more than ${spanYearsMax} years at once.`, 'frozen_time')
  }
  // Rooms that know intervals say how far they may be carried.
  tx.run({ kind: 'check_clock_advance', clockId: clock.id, to })
  const advancing = tx.db.put('test_helpers.test_clock', {
    ...clock,
    status: 'advancing',
    status_details: { advancing: { target_frozen_time: to } },
  })
  tx.emit(event('advancing'), advancing)
  // Done after this answer, as at Stripe, whose callers poll until the clock is ready.
  tx.on(null).schedule(0, { kind: 'advance_test_clock', clockId: clock.id, to })
  return advancing
}

/** The clock has reached `to`, and everything on the way has happened. */
export function arriveAt(tx: Transaction, clockId: string, to: number): void {
  stopAt(tx, clockId, to, 'ready')
}

/** The clock has reached `to`, and something on the way has failed: Stripe advances such a clock no further. */
export function failAt(tx: Transaction, clockId: string, to: number): void {
  stopAt(tx, clockId, to, 'internal_failure')
}

function stopAt(
  tx: Transaction,
  clockId: string,
  to: number,
  status: 'ready' | 'internal_failure',
): void {
  const clock = tx.db.find('test_helpers.test_clock', clockId)
  if (!clock) return
  const stopped = tx.db.put('test_helpers.test_clock', {
    ...clock,
    frozen_time: to,
    status,
    status_details: {},
  })
  tx.emit(event(status), stopped)
}
