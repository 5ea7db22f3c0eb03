// Owns start and stop: migrations, the catalogue's check, hourly upkeep, and a graceful drain.
import type { Catalogue } from './checkout/catalogue.ts'
import type { ProcessorOptions } from './config.ts'
import { isEngineError } from './errors.ts'
import type { RefusalCounter } from './pipeline/inbox/refusals.ts'
import type { Waker } from './pipeline/inbox/waker.ts'
import type { Processor } from './pipeline/processor/processor.ts'
import { watchRejections } from './pipeline/processor/rejections.ts'
import type { Receiver } from './pipeline/receive.ts'
import type { Timers } from './ports/clock.ts'
import type { Database } from './ports/database.ts'
import type { Logger } from './ports/logger.ts'
import { within } from './ports/within.ts'
import { migrate } from './storage/migrate.ts'

export interface LifecycleParts {
  readonly database: Database
  readonly catalogue: Catalogue
  readonly processor: Processor
  readonly receiver: Receiver
  readonly waker: Waker
  readonly refusals: RefusalCounter
  /** Drops what may not be kept for longer. */
  readonly forget: () => Promise<void>
  readonly logger: Logger
  readonly timers: Timers
  readonly options: ProcessorOptions
}

/** Months of partitions that exist ahead of time, and how often we look, and forget. */
const PARTITION_MONTHS_AHEAD = 3
const UPKEEP_EVERY_MS = 3_600_000

export function createLifecycle(parts: LifecycleParts) {
  const { database, catalogue, processor, receiver, waker, refusals, forget, logger, timers } =
    parts
  let unwatch: (() => void) | null = null
  let upkeep: AbortController | null = null
  let forgetting: Promise<void> = Promise.resolve()

  /** The default partition takes what has no month of its own yet: nothing waits for this. */
  const tryPartitions = () =>
    database
      .query('select quittance.ensure_partitions($1)', [PARTITION_MONTHS_AHEAD])
      .catch(() => logger.warn('partitions could not be made ahead'))

  /** An old address can stay for a moment longer: a start does not wait for this, a stop does. */
  const tryForget = () => {
    forgetting = forget().catch(() => logger.warn('what has lapsed could not be forgotten yet'))
    return forgetting
  }

  async function keepUp(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await timers.sleep(UPKEEP_EVERY_MS, signal)
      if (signal.aborted) return
      await tryPartitions()
      await tryForget()
    }
  }

  /** A wrong price must stop the start; a Stripe that is away must not stop the intake. */
  async function checkCatalogue(): Promise<void> {
    try {
      await catalogue.check()
    } catch (error) {
      if (!isEngineError(error) || !error.retryable) throw error
      logger.warn('the catalogue is not checked yet: Stripe could not be asked', {
        code: error.code,
      })
    }
  }

  return {
    async start(): Promise<void> {
      if (upkeep !== null) return
      upkeep = new AbortController()
      unwatch = watchRejections()
      try {
        const applied = await migrate(database)
        if (applied.length > 0) logger.info('migrations applied', { count: applied.length })
        await tryPartitions()
        void tryForget()
        await checkCatalogue()
        if (parts.options.mode === 'resident') {
          await waker.listen()
          processor.start()
          void keepUp(upkeep.signal)
        }
      } catch (error) {
        await this.stop()
        throw error
      }
    },

    async stop(): Promise<void> {
      if (upkeep === null) return
      upkeep.abort()
      upkeep = null
      const { drainMs } = parts.options
      await within(timers, drainMs, receiver.idle())
      await processor.stop(drainMs)
      await within(timers, drainMs, waker.close())
      await within(timers, drainMs, refusals.flush())
      await within(timers, drainMs, forgetting)
      unwatch?.()
      unwatch = null
    },
  }
}
