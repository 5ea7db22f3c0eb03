// Owns the composition of the engine: constructs every room by hand, in the order data flows.
import type { Identity, Order } from './config.ts'
import type { Logger } from './ports/logger.ts'
import type { DispatchState, Mode, OrderStatus, Receipt, ShownOrderStatus } from './types.ts'

/** One row of `events list`. */
export interface EventSummary {
  readonly seq: bigint
  readonly eventId: string
  readonly type: string
  readonly objectId: string | null
  readonly endpoint: string
  readonly state: DispatchState
  readonly reason: string | null
  readonly attempts: number
  readonly receivedAt: Date
  readonly endedAt: Date | null
}

export interface AttemptRow {
  readonly generation: number
  readonly attempt: number
  readonly worker: string
  readonly startedAt: Date
  readonly endedAt: Date | null
  readonly outcome: string | null
  readonly code: string | null
}

/** `events show`: never the payload itself. */
export interface EventDetail extends EventSummary {
  readonly lane: string
  readonly apiVersion: string | null
  readonly livemode: boolean | null
  readonly generation: number
  readonly availableAt: Date
  readonly secretIndex: number | null
  readonly source: string
  readonly attemptRows: readonly AttemptRow[]
}

export interface HistoryRow {
  readonly from: OrderStatus | null
  readonly to: string
  readonly cause: string
  readonly eventId: string | null
  readonly note: string | null
  readonly at: Date
}

export interface CreatedSession {
  readonly orderId: string
  readonly sessionId: string
  /** Bearer-style value: hand it to the buyer, never to a log. */
  readonly url: string
}

export interface CreateSessionInput {
  /** Unvalidated, as it came from the browser. */
  readonly body: unknown
  readonly identity: Identity | null
  /** The value of the browser's cookie, or null when it has none yet. */
  readonly browser: string | null
  readonly idempotencyKey: string | null
}

/** `order` is null when the caller proved nothing about being the buyer: status only, then. */
export interface SuccessView {
  readonly orderId: string
  readonly status: ShownOrderStatus
  readonly order: Order | null
}

export interface Engine {
  readonly mode: Mode
  /** What the HTTP adapters need to know. */
  readonly http: {
    readonly identify: (request: Request) => Promise<Identity | null>
    readonly bodyBytesMax: number
    readonly requestBytesMax: number
    /** Cookies carry `Secure` when the public URL is https. */
    readonly secureCookies: boolean
    readonly logger: Logger
  }
  /** Migrates, checks the catalogue against Stripe, starts the workers. */
  start(): Promise<void>
  /** Stops claiming, lets running handlers end (processor.drainMs), flushes, closes. Idempotent. */
  stop(): Promise<void>
  /** Verifies and records one delivery; resolves only after COMMIT. Rejects with EngineError. */
  receive(input: {
    readonly endpoint: string
    readonly body: Uint8Array
    readonly signature: string | null
  }): Promise<Receipt>
  /** Works until nothing is due or the budget is spent: for scheduled calls and waitUntil. */
  drain(options?: { readonly budgetMs?: number }): Promise<{ readonly processed: number }>
  /** Resolves when the store answers and is migrated; rejects with EngineError. */
  ready(): Promise<void>
  readonly checkout: {
    createSession(input: CreateSessionInput): Promise<CreatedSession & { readonly browser: string }>
    /** Confirms the return, asks Stripe, waits at most successWaitMs. Null: 404, tells nothing. */
    success(input: {
      readonly sessionId: string
      readonly identity: Identity | null
      readonly browser: string | null
    }): Promise<SuccessView | null>
    /** Notes in the history that the buyer turned back. False: unknown, foreign or malformed. */
    cancel(input: {
      readonly sessionId: string | null
      readonly orderId: string | null
      readonly identity: Identity | null
      readonly browser: string | null
    }): Promise<boolean>
    /** Expires the order's open session at Stripe; the order becomes `canceled`. */
    expire(orderId: string): Promise<void>
  }
  readonly orders: {
    get(id: string): Promise<Order | null>
    list(filter?: {
      readonly status?: OrderStatus
      readonly userId?: string
      readonly limit?: number
    }): Promise<readonly Order[]>
    history(id: string): Promise<readonly HistoryRow[]>
  }
  readonly events: {
    list(filter?: {
      readonly state?: DispatchState
      readonly type?: string
      readonly limit?: number
    }): Promise<readonly EventSummary[]>
    /** By `evt_…` or by sequence number. */
    get(id: string): Promise<EventDetail | null>
    /** Runs an ended event again as a new generation, under the same effect keys. */
    replay(id: string): Promise<{ readonly seq: bigint; readonly generation: number }>
    /** Takes over ids from an app's own table of processed events; answers how many were new. */
    importProcessed(source: {
      readonly table: string
      readonly idColumn?: string
      readonly typeColumn?: string
      readonly processedAtColumn?: string
    }): Promise<{ readonly imported: number; readonly known: number }>
  }
}
