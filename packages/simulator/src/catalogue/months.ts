/** Calendar months after a moment, in UTC. */

/** The same time `months` later on the same day, or on `day`; the last day of a month that is too short. */
export function monthsAfter(
  time: number,
  months: number,
  day = new Date(time * 1000).getUTCDate(),
): number {
  const to = new Date(time * 1000)
  to.setUTCDate(1)
  to.setUTCMonth(to.getUTCMonth() + months)
  const last = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate()
  to.setUTCDate(Math.min(day, last))
  return to.getTime() / 1000
}
