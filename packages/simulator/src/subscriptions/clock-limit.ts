/** How far a test clock may be moved at once: so many intervals of the shortest subscription that lives by it. */
import type { Transaction } from '../account/transaction.ts'
import { badParam } from '../http/errors.ts'
import { addIntervals, type Cadence, spanOf } from './periods.ts'
import { cadenceOf } from './prices.ts'
import { hasEnded } from './status.ts'

export function checkAdvance(tx: Transaction, clockId: string, to: number): void {
  const { testClockIntervalsMax: most } = tx.rules
  const clock = tx.db.find('test_helpers.test_clock', clockId)
  if (!clock || most === Number.POSITIVE_INFINITY) return
  const shortest = tx.db
    .where('subscription', 'test_clock', clockId)
    .filter((subscription) => !hasEnded(subscription))
    .flatMap(({ items }) => items.data.map((item): Cadence => cadenceOf(item.price)))
    .sort((a, b) => spanOf(a) - spanOf(b))[0]
  if (!shortest || to <= addIntervals(clock.frozen_time, shortest, most)) return
  throw badParam(
    `You cannot advance a test clock by more than ${most} intervals of its shortest subscription at once.`,
    'frozen_time',
  )
}
