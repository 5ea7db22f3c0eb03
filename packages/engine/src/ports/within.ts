// Owns waiting with a limit: no promise of somebody else's may hold us longer than we allow.
import type { Timers } from './clock.ts'

/** Waits until the promise settles, either way, or the time is over; answers whether it settled. */
export async function within(
  timers: Timers,
  limitMs: number,
  promise: Promise<unknown>,
): Promise<boolean> {
  const done = new AbortController()
  let settled = false
  const finish = () => {
    settled = true
    done.abort()
  }
  await Promise.race([
    promise.then(finish, finish),
    timers.sleep(Math.max(0, limitMs), done.signal),
  ])
  return settled
}
