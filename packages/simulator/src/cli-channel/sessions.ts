/** The CLI sessions of one account: opens and finds them, and brings them its events and request logs. */
import type { Store } from '../account/store.ts'
import type { StripeEvent, ThinEvent } from '../account/tables.ts'
import { hasTwin } from '../delivery/event-names.ts'
import { findThin, thinIdOf } from '../delivery/thin-events.ts'
import { type Ports, type Random, randomText, seededRandom } from '../ports.ts'
import type { DeliveryAttempt } from '../types.ts'
import { defaultApiVersion } from '../wire.ts'
import {
  type AnsweredRequest,
  requestLogFrame,
  type Sender,
  thinFrame,
  webhookFrame,
} from './frames.ts'
import type { LogFilter } from './log-filters.ts'
import { type ClientIdentity, CliSession } from './session.ts'

export interface CliSessionsParts {
  readonly ports: Ports
  /** Of this account: ids and the secret are a function of it, and no other id depends on them. */
  readonly seed: string
  readonly db: Store
  /** Virtual unix seconds. */
  readonly now: () => number
  readonly record: (attempt: DeliveryAttempt) => void
}

const sessionsMax = 100
const secretLength = 64

export class CliSessions {
  /** One for all sessions of the account, so that `--print-secret` tells what `listen` will sign with. */
  readonly secret: string
  readonly #parts: CliSessionsParts
  readonly #random: Random
  #sessions: CliSession[] = []

  constructor(parts: CliSessionsParts) {
    this.#parts = parts
    this.#random = seededRandom(`${parts.seed}:cli`)
    this.secret = `whsec_${randomText(seededRandom(`${parts.seed}:cli secret`), secretLength)}`
  }

  /** A session that begins when it is opened; undefined when there are too many. */
  prepare(client: ClientIdentity, logFilter: LogFilter): CliSession | undefined {
    this.#tidy()
    const before = this.#before(client)
    if (!before && this.#sessions.length >= sessionsMax) return undefined
    const endpointId = before?.endpointId ?? this.#newId(endpointPrefix)
    return new CliSession({
      id: this.#newId('cliws_'),
      endpointId,
      client,
      logFilter,
      ports: this.#parts.ports,
      onResponse: ({ eventId, status }) => this.#respond(endpointId, eventId, status),
    })
  }

  /** In place of the expired one that it follows. */
  open(session: CliSession): void {
    const before = this.#before(session.client)
    if (before) session.takeOver(before)
    this.#sessions = [...this.#sessions.filter((other) => other !== before), session]
  }

  #before(client: ClientIdentity): CliSession | undefined {
    return this.#sessions.find((session) => session.isFollowedBy(client))
  }

  find(id: string): CliSession | undefined {
    this.#tidy()
    return this.#sessions.find((session) => session.id === id && !session.isExpired)
  }

  end(session: CliSession): void {
    this.#sessions = this.#sessions.filter((other) => other !== session)
  }

  #tidy(): void {
    if (!this.#sessions.some((session) => session.isAbandoned)) return
    this.#sessions = this.#sessions.filter((session) => !session.isAbandoned)
  }

  #newId(prefix: string): string {
    return prefix + randomText(this.#random, 24)
  }

  #of(feature: string): CliSession[] {
    this.#tidy()
    return this.#sessions.filter(({ client }) => client.features.includes(feature))
  }

  /** Snapshot events go to those who listen for them, with their thin twins to the others. */
  announce(event: StripeEvent | ThinEvent): void {
    if (event.object === 'v2.core.event') {
      this.#announceThin(event.id)
      return
    }
    this.#announceSnapshot(event.id)
    if (hasTwin(event.type)) this.#announceThin(thinIdOf(event.id))
  }

  #announceSnapshot(id: string): void {
    for (const session of this.#of('webhooks')) {
      // Whether the client was started with --latest, it does not say: it picks one of the two.
      for (const apiVersion of [null, defaultApiVersion]) {
        const conversationId = this.#newId('wc_')
        const frame = () => {
          // A reset forgets events, also those on their way.
          const event = this.#parts.db.find('event', id)
          return (
            event && webhookFrame({ ...this.#sender(session), event, conversationId, apiVersion })
          )
        }
        session.push({ key: conversationId, frame })
      }
    }
  }

  #announceThin(id: string): void {
    for (const session of this.#of('v2_events')) {
      const frame = () => {
        const event = findThin(this.#parts.db, id)
        return event && thinFrame({ ...this.#sender(session), event })
      }
      session.push({ key: id, frame })
    }
  }

  #sender({ endpointId }: CliSession): Sender {
    return { endpointId, secret: this.secret, wallMs: this.#parts.ports.now() }
  }

  requestAnswered(request: AnsweredRequest): void {
    for (const session of this.#of('request_logs')) {
      if (!session.logFilter(request)) continue
      const key = this.#newId('resp_')
      const frame = requestLogFrame(request, key, this.#parts.now())
      session.push({ key, frame: () => frame })
    }
  }

  #respond(endpointId: string, eventId: string, status: number): void {
    const { db, now, record } = this.#parts
    const event = db.find('event', eventId) ?? findThin(db, eventId)
    if (!event) return
    const rendered = event.object === 'event' ? { apiVersion: event.api_version } : {}
    const { type } = event
    record({ eventId, type, endpointId, attempt: 1, status, at: now(), ...rendered })
  }

  /** Cuts every connection, as a bad network does; answers how many there were. */
  disconnect({ expire = false } = {}): number {
    if (expire) for (const session of this.#sessions) session.expire()
    return this.#sessions.filter((session) => session.cut()).length
  }

  close(): void {
    this.disconnect()
    this.#sessions = []
  }
}

const endpointPrefix = 'we_cli'

/** Whether an endpoint of the delivery log is such a session. */
export function isListener(endpointId: string): boolean {
  return endpointId.startsWith(endpointPrefix)
}
