// Owns the public shape of a running engine: what an app, an adapter or a server may call.
import type { SessionMade, SessionRequest } from './checkout/create-session.ts'
import type { HistoryView, OrderListFilter } from './checkout/orders.ts'
import type { SuccessView } from './checkout/return.ts'
import type { Visitor } from './checkout/visitor.ts'
import type { Identity, Order } from './config.ts'
import type { ProcessedTable } from './pipeline/inbox/import.ts'
import type { AttemptView, EventFilter, EventRow } from './pipeline/inbox/read.ts'
import type { Logger } from './ports/logger.ts'
import type { Mode, Receipt } from './types.ts'

/** One row of `events list`. */
export type EventSummary = EventRow

/** `events show`: never the payload itself. */
export interface EventDetail extends EventRow {
  readonly attemptRows: readonly AttemptView[]
}

export type OrderFilter = OrderListFilter

export type HistoryRow = HistoryView

/** The url is a bearer-style value: hand it to the buyer, never to a log. */
export type CreatedSession = SessionMade

export type CreateSessionInput = SessionRequest

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
    createSession(input: CreateSessionInput): Promise<CreatedSession>
    /** Confirms the return, asks Stripe, waits at most successWaitMs. Null: 404, tells nothing. */
    success(input: Visitor & { readonly sessionId: string }): Promise<SuccessView | null>
    /** Notes in the history that the buyer turned back. False: unknown, foreign or malformed. */
    cancel(
      input: Visitor & { readonly sessionId: string | null; readonly orderId: string | null },
    ): Promise<boolean>
    /** Expires the order's open session at Stripe; the order becomes `canceled`. */
    expire(orderId: string): Promise<void>
  }
  readonly orders: {
    get(id: string): Promise<Order | null>
    /** Null unless the visitor proves to be its buyer, by sign-in or by the browser's cookie. */
    getFor(id: string, visitor: Visitor): Promise<Order | null>
    /** The visitor's own orders, newest first. */
    listFor(visitor: Visitor, limit?: number): Promise<readonly Order[]>
    /** Newest first. */
    list(filter?: OrderFilter): Promise<readonly Order[]>
    history(id: string): Promise<readonly HistoryRow[]>
  }
  readonly events: {
    list(filter?: EventFilter): Promise<readonly EventSummary[]>
    /** By `evt_…` or by sequence number. */
    get(id: string): Promise<EventDetail | null>
    /** Runs an ended event again as a new generation, under the same effect keys. */
    replay(id: string): Promise<{ readonly seq: bigint; readonly generation: number }>
    /** Takes over ids from an app's own table of processed events; answers how many were new. */
    importProcessed(
      source: ProcessedTable,
    ): Promise<{ readonly imported: number; readonly known: number }>
  }
}
