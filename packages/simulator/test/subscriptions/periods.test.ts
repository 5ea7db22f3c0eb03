// Billing periods are counted from their anchor: a short month ends early and the next one is long again.
import { expect, test } from 'vitest'
import { addIntervals, anchorFrom, periodAt } from '../../src/subscriptions/periods.ts'
import { prorated, prorationText } from '../../src/subscriptions/proration.ts'
import { hasEnded, mayBecome } from '../../src/subscriptions/status.ts'

const at = (iso: string) => Date.parse(`${iso}Z`) / 1000
const iso = (time: number) => new Date(time * 1000).toISOString().slice(0, 19)
const monthly = { interval: 'month', interval_count: 1 }

test('the last of January renews on the last of each shorter month, and on the 31st again after it', () => {
  const anchor = at('2027-01-31T10:30:00')
  const ends = [1, 2, 3, 4].map((times) => iso(addIntervals(anchor, monthly, times)))
  expect(ends).toEqual([
    '2027-02-28T10:30:00',
    '2027-03-31T10:30:00',
    '2027-04-30T10:30:00',
    '2027-05-31T10:30:00',
  ])
})

test('a leap day comes back every four years, and is the 28th in between', () => {
  const yearly = { interval: 'year', interval_count: 1 }
  const anchor = at('2028-02-29T00:00:00')
  expect(iso(addIntervals(anchor, yearly, 1))).toBe('2029-02-28T00:00:00')
  expect(iso(addIntervals(anchor, yearly, 4))).toBe('2032-02-29T00:00:00')
})

test('several intervals make one period', () => {
  const anchor = at('2026-11-01T12:00:00')
  const of = (interval: string, interval_count: number, time: string) => {
    const { start, end } = periodAt({ time: anchor }, { interval, interval_count }, at(time))
    return [iso(start), iso(end)]
  }
  expect(of('month', 3, '2027-02-01T12:00:00')).toEqual([
    '2027-02-01T12:00:00',
    '2027-05-01T12:00:00',
  ])
  expect(of('week', 2, '2026-11-20T00:00:00')).toEqual([
    '2026-11-15T12:00:00',
    '2026-11-29T12:00:00',
  ])
  expect(of('day', 10, '2026-11-10T00:00:00')).toEqual([
    '2026-11-01T12:00:00',
    '2026-11-11T12:00:00',
  ])
})

test.each(['day', 'week', 'month', 'year'])(
  'the %s that holds a moment is found on either side of the anchor',
  (interval) => {
    const anchor = at('2026-03-31T05:00:00')
    for (const interval_count of [1, 2, 5]) {
      for (let step = -40; step <= 40; step += 1) {
        const time = anchor + step * 2_345_678
        const { start, end } = periodAt({ time: anchor }, { interval, interval_count }, time)
        expect(start).toBeLessThanOrEqual(time)
        expect(end).toBeGreaterThan(time)
        expect(periodAt({ time: anchor }, { interval, interval_count }, end - 1)).toEqual({
          start,
          end,
        })
        expect(periodAt({ time: anchor }, { interval, interval_count }, end).start).toBe(end)
      }
    }
  },
)

test('an anchor can be told as a day of the month', () => {
  const from = at('2026-11-10T08:00:00')
  expect(iso(anchorFrom({ day_of_month: 31 }, from))).toBe('2026-11-30T08:00:00')
  expect(iso(anchorFrom({ day_of_month: 5, hour: 0, minute: 0, second: 0 }, from))).toBe(
    '2026-12-05T00:00:00',
  )
  expect(iso(anchorFrom({ day_of_month: 1, month: 7 }, from))).toBe('2027-07-01T08:00:00')
})

test('what is still ahead is counted to the second', () => {
  const period = { start: 0, end: 30 * 86_400 }
  expect(prorated(3000, period, 0)).toBe(3000)
  expect(prorated(3000, period, 15 * 86_400)).toBe(1500)
  expect(prorated(3000, period, 30 * 86_400)).toBe(0)
  expect(prorated(1000, period, 1)).toBe(1000)
  expect(prorated(100_000_000, period, 1)).toBe(99_999_961)
  expect(prorationText('Unused', 'Gold', 2, at('2026-11-05T00:00:00'))).toBe(
    'Unused time on 2 × Gold after 05 Nov 2026',
  )
})

test('a subscription that has ended never comes back', () => {
  expect(mayBecome('incomplete', 'active')).toBe(true)
  expect(mayBecome('past_due', 'unpaid')).toBe(true)
  expect(mayBecome('canceled', 'active')).toBe(false)
  expect(mayBecome('incomplete_expired', 'active')).toBe(false)
  expect(mayBecome('active', 'incomplete')).toBe(false)
  expect(hasEnded({ status: 'incomplete_expired' })).toBe(true)
})
