/** One session of the CLI: what it has not acknowledged yet, over as many connections as it takes. */
import type { Ports } from '../ports.ts'
import { readClientFrame } from './frames.ts'
import type { LogFilter } from './log-filters.ts'

/** What a client says about itself when it authorises; the same client says the same again. */
export interface ClientIdentity {
  readonly device: string
  readonly features: readonly string[]
  readonly forwardTo: readonly string[]
}

/** A connected websocket. */
export interface Line {
  send(text: string): void
  cut(): void
}

/** A frame that stays until its key is acknowledged. */
export interface Parcel {
  readonly key: string
  /** Made when it is sent, so that the signature is fresh; undefined when there is nothing to tell any more. */
  readonly frame: () => string | undefined
}

export interface SessionParts {
  readonly id: string
  readonly endpointId: string
  readonly client: ClientIdentity
  readonly logFilter: LogFilter
  readonly ports: Ports
  readonly onResponse: (response: { eventId: string; status: number }) => void
}

/** A client that comes back brings the acknowledgements that its last connection did not carry. */
const lateAcksMs = 500
/** Without a connection for longer than this, nobody is coming back: the CLI tries every 10 seconds. */
const keptMs = 60_000
const parcelsMax = 10_000

export class CliSession {
  readonly id: string
  readonly endpointId: string
  readonly client: ClientIdentity
  readonly logFilter: LogFilter
  readonly #parts: SessionParts
  #parcels = new Map<string, Parcel>()
  #sent = new Set<string>()
  #line: Line | undefined
  #lostMs: number
  #expired = false

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.id = parts.id
    this.endpointId = parts.endpointId
    this.client = parts.client
    this.logFilter = parts.logFilter
    this.#lostMs = parts.ports.now()
  }

  get isExpired(): boolean {
    return this.#expired
  }

  get isAbandoned(): boolean {
    return this.#line === undefined && this.#parts.ports.now() - this.#lostMs > keptMs
  }

  push(parcel: Parcel): void {
    this.#parcels.set(parcel.key, parcel)
    const [oldest] = this.#parcels.keys()
    if (this.#parcels.size > parcelsMax && oldest !== undefined) this.#forget(oldest)
    this.#send(parcel)
  }

  #send(parcel: Parcel): void {
    if (!this.#line) return
    const frame = parcel.frame()
    if (frame === undefined) {
      this.#forget(parcel.key)
      return
    }
    this.#sent.add(parcel.key)
    this.#line.send(frame)
  }

  #forget(key: string): void {
    this.#parcels.delete(key)
    this.#sent.delete(key)
  }

  connect(line: Line): void {
    this.#line?.cut()
    this.#line = line
    const before = [...this.#parcels.values()].filter(({ key }) => this.#sent.has(key))
    for (const parcel of [...this.#parcels.values()]) {
      if (!this.#sent.has(parcel.key)) this.#send(parcel)
    }
    if (before.length === 0) return
    this.#parts.ports.later(lateAcksMs, () => {
      if (this.#line !== line) return
      for (const parcel of before) if (this.#parcels.has(parcel.key)) this.#send(parcel)
    })
  }

  receive(text: string): void {
    const frame = readClientFrame(text)
    if (frame?.kind === 'ack') this.#forget(frame.key)
    if (frame?.kind === 'response') this.#parts.onResponse(frame)
  }

  disconnected(line: Line): void {
    if (this.#line !== line) return
    this.#line = undefined
    this.#lostMs = this.#parts.ports.now()
  }

  /** Answers whether there was a connection to cut. */
  cut(): boolean {
    const line = this.#line
    if (!line) return false
    this.disconnected(line)
    line.cut()
    return true
  }

  /** From now on its id is unknown; what it has not acknowledged waits for the session that follows it. */
  expire(): void {
    this.#expired = true
  }

  isFollowedBy(client: ClientIdentity): boolean {
    return this.#expired && JSON.stringify(this.client) === JSON.stringify(client)
  }

  takeOver(from: CliSession): void {
    for (const parcel of from.#parcels.values()) this.push(parcel)
    from.#parcels.clear()
  }
}
