// Owns the public shape of a running engine: what an app, an adapter or a server may call.
import type { CatalogueSync } from './catalogue-sync/sync.ts'
import type { SessionMade, SessionRequest } from './checkout/context.ts'
import type { HistoryView, OrderListFilter } from './checkout/orders.ts'
import type { SuccessView } from './checkout/return.ts'
import type { Visitor } from './checkout/visitor.ts'
import type { Identity } from './config.ts'
import type { Adoption } from './customers/adopt.ts'
import type { PortalInput } from './customers/portal.ts'
import type { Buyer, FeatureAccess, Invoice, Order, Subscription } from './model.ts'
import type { ProcessedTable } from './pipeline/inbox/import.ts'
import type { AttemptView, EventFilter, EventRow } from './pipeline/inbox/read.ts'
import type { Logger } from './ports/logger.ts'
import type { AtOption } from './reads/access.ts'
import type { ListOptions } from './reads/buyers.ts'
import type { SubscriptionFilter, SubscriptionHistoryView } from './reads/subscriptions.ts'
import type { Who } from './reads/who.ts'
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

/** `Feature` are the names of the features in the catalogue. */
export interface Engine<Feature extends string = string> {
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
    /** A buyer's own orders of both kinds, newest first. Rejects with `READ_INVALID`. */
    listOf(who: Who, options?: ListOptions): Promise<readonly Order[]>
    history(id: string): Promise<readonly HistoryRow[]>
  }
  /**
   * Who may use what, from our own tables: never a request to Stripe, each one indexed query.
   * What ends by time ends here to the second, by the database's clock.
   */
  readonly access: {
    /**
     * Whether a buyer may use a feature of the catalogue; somebody unknown may not. Rejects with
     * `FEATURE_UNKNOWN` for a name that is not in the catalogue, and with `READ_INVALID`.
     */
    can(who: Who, feature: Feature, options?: AtOption): Promise<boolean>
    /**
     * Every feature of the catalogue in alphabetical order: granted or not, until when, the reason
     * (as a code, and in words in `because`), and the subscription or order that it comes from.
     * Those that nothing gives have the reason `none` and no source. Rejects with `READ_INVALID`.
     */
    get(who: Who, options?: AtOption): Promise<readonly FeatureAccess<Feature>[]>
  }
  /** Subscriptions with their items, as Stripe said last: never a request to Stripe. */
  readonly subscriptions: {
    /** By `sub_…`; null when it is not known here. */
    get(id: string): Promise<Subscription | null>
    /** A buyer's, of every status, newest first. Rejects with `READ_INVALID`. */
    listFor(who: Who, options?: ListOptions): Promise<readonly Subscription[]>
    /** Of everybody, or of one buyer, newest first. */
    list(filter?: SubscriptionFilter): Promise<readonly Subscription[]>
    /** Its transitions and remarks, oldest first; empty when it is not known. */
    history(id: string): Promise<readonly SubscriptionHistoryView[]>
  }
  /** Invoices with what they pay for, as Stripe said last: never a request to Stripe. */
  readonly invoices: {
    /** By `in_…`; null when it is not known here. */
    get(id: string): Promise<Invoice | null>
    /** A buyer's, newest first, without deleted drafts. Rejects with `READ_INVALID`. */
    listFor(who: Who, options?: ListOptions): Promise<readonly Invoice[]>
  }
  readonly customers: {
    /** The user and the Stripe customer together; null when neither is known. `READ_INVALID`. */
    get(who: Who): Promise<Buyer | null>
    /**
     * The user's Stripe customer, made if there is none: one, however many ask at once. One that
     * was deleted is replaced. Rejects with `USER_INVALID` and the `STRIPE_*` codes.
     */
    ensure(user: Identity): Promise<{ readonly customerId: string }>
    /**
     * Gives a guest's customer to a user, with all that it bought: by its id, never by an e-mail
     * address, which proves nothing. That the two are one person is the app's to know: by an order
     * of this user (`order.userId`), or of this browser (`orders.getFor`). Rejects with
     * `CUSTOMER_NOT_FOUND` and `CUSTOMER_CONFLICT`.
     */
    adopt(input: Adoption): Promise<void>
  }
  readonly billing: {
    /**
     * A link to Stripe's billing portal for this buyer. A bearer-style value: hand it to the buyer,
     * never to a log. Rejects with `CUSTOMER_NOT_FOUND` and `RETURN_URL_INVALID`.
     */
    portal(input: PortalInput): Promise<{ readonly url: string }>
  }
  /** The catalogue as code, against Stripe. `quittance catalog diff|push` does the same. */
  readonly catalogue: CatalogueSync
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
