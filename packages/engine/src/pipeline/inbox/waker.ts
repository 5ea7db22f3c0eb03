// Owns the bell of this process: lane rows after COMMIT, own workers at once, others by NOTIFY.
import type { Database } from '../../ports/database.ts'
import type { Logger } from '../../ports/logger.ts'
import { notify, ring, WAKE_CHANNEL } from './bell.ts'

/** Below this a listening connection would take too large a share of the pool. */
const CONNECTIONS_FOR_LISTENING = 4

export class Waker {
  readonly #database: Database
  readonly #logger: Logger
  readonly #nudge: (lanes: readonly string[]) => void
  #pending = new Set<string>()
  #ringing: Promise<void> | null = null
  #unlisten: (() => Promise<void>) | null = null

  constructor(database: Database, logger: Logger, nudge: (lanes: readonly string[]) => void) {
    this.#database = database
    this.#logger = logger
    this.#nudge = nudge
  }

  /** Hears other processes. Without it, or when its connection breaks, polling does the work. */
  async listen(): Promise<void> {
    const { kind, connectionsMax } = this.#database
    if (kind === 'pglite' || connectionsMax < CONNECTIONS_FOR_LISTENING) return
    try {
      this.#unlisten = await this.#database.listen(WAKE_CHANNEL, () => this.#nudge([]))
    } catch {
      this.#logger.debug('no notifications from the database: polling does the work')
    }
  }

  async close(): Promise<void> {
    await this.settled()
    await this.#unlisten?.()
    this.#unlisten = null
  }

  /** Never awaited on the way to an answer: lanes of many deliveries share one statement. */
  wake(lanes: readonly string[]): void {
    for (const lane of lanes) this.#pending.add(lane)
    this.#ringing ??= this.#ring()
  }

  /** Resolves when every lane woken so far has its row. */
  async settled(): Promise<void> {
    while (this.#ringing !== null) await this.#ringing
  }

  async #ring(): Promise<void> {
    while (this.#pending.size > 0) {
      const lanes = [...this.#pending]
      this.#pending = new Set()
      try {
        await ring(this.#database, lanes)
        this.#nudge(lanes)
        if (this.#database.kind === 'postgres') await notify(this.#database)
      } catch {
        this.#logger.debug('a bell was lost: the poll finds its work', { count: lanes.length })
      }
    }
    this.#ringing = null
  }
}
