// Owns what a signal does: the first one drains, the second one ends the process at once.
import type { Logger } from '@quittance/engine'
import { errorFields } from './log.ts'

/** What this file needs of `process`. */
export interface SignalSource {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown
  exit(code: number): void
}

/** Shells report a process that a signal ended as 128 + its number. */
const SECOND_SIGNAL_EXIT = { SIGTERM: 143, SIGINT: 130 } as const

/** Stops on SIGTERM or SIGINT and exits 0; 1 when stopping failed. */
export function stopOnSignals(
  source: SignalSource,
  stop: () => Promise<void>,
  logger: Logger,
): void {
  let stopping = false
  const onSignal = (signal: 'SIGTERM' | 'SIGINT') => () => {
    if (stopping) return source.exit(SECOND_SIGNAL_EXIT[signal])
    stopping = true
    logger.info('stopping; a second signal ends at once', { reason: signal })
    stop().then(
      () => source.exit(0),
      (error: unknown) => {
        logger.error('stopping failed', errorFields(error))
        source.exit(1)
      },
    )
  }
  source.on('SIGTERM', onSignal('SIGTERM'))
  source.on('SIGINT', onSignal('SIGINT'))
}
