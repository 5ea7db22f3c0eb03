// Owns promises that a handler left behind: their rejection costs the attempt, not the process.
import { AsyncLocalStorage } from 'node:async_hooks'
import { EngineError } from '../../errors.ts'
import type { Timers } from '../../ports/clock.ts'
import type { Logger } from '../../ports/logger.ts'

interface Watched {
  readonly handler: string
  readonly logger: Logger
  rejected: boolean
  reason: unknown
}

const watching = new AsyncLocalStorage<Watched>()
let installed = 0

/**
 * Node runs this listener in the async context of the promise, so a rejection is charged to the
 * handler that caused it. What is not ours keeps Node's default: the process ends.
 */
function onUnhandledRejection(reason: unknown): void {
  const watched = watching.getStore()
  if (watched !== undefined) {
    watched.rejected = true
    watched.reason = reason
    watched.logger.error('a handler left a promise that rejected unobserved', {
      handler: watched.handler,
      code: 'HANDLER_REJECTION',
    })
    return
  }
  if (process.listenerCount('unhandledRejection') === 1) throw reason
}

/** Listens while at least one engine of this process runs; the return value stops it. */
export function watchRejections(): () => void {
  if (installed === 0) process.on('unhandledRejection', onUnhandledRejection)
  installed += 1
  let stopped = false
  return () => {
    if (stopped) return
    stopped = true
    installed -= 1
    if (installed === 0) process.off('unhandledRejection', onUnhandledRejection)
  }
}

/**
 * Runs a handler and waits one turn of the event loop, so that a rejection it left behind is known
 * before its transaction commits.
 * @throws EngineError `HANDLER_REJECTION`, or what the handler threw.
 */
export async function runWatched(
  handler: string,
  logger: Logger,
  timers: Timers,
  run: () => Promise<void> | void,
): Promise<void> {
  const watched: Watched = { handler, logger, rejected: false, reason: undefined }
  await watching.run(watched, async () => {
    await run()
    await timers.turn()
  })
  if (watched.rejected) {
    throw new EngineError('HANDLER_REJECTION', `handler ${handler} left a rejected promise`, {
      cause: watched.reason,
    })
  }
}
