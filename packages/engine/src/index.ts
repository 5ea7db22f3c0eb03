// Owns the list of public names: everything an app may import from the package's root.

export type {
  CreatedSession,
  CreateSessionInput,
  Engine,
  EventDetail,
  EventSummary,
  HistoryRow,
  OrderFilter,
} from './api.ts'
export type {
  AccessPolicies,
  BillingOptions,
  CatalogueItem,
  CatalogueItems,
  OneTimeItem,
  PlanItem,
} from './catalogue.ts'
export type { CatalogueDifference, CatalogueRow } from './catalogue-sync/diff.ts'
export type { PushedRow } from './catalogue-sync/push.ts'
export type { CatalogueSync, CatalogueSyncOptions } from './catalogue-sync/sync.ts'
export { createCatalogueSync } from './catalogue-sync/sync.ts'
export type { SuccessView } from './checkout/return.ts'
export type { Visitor } from './checkout/visitor.ts'
export type { EndpointConfig, EngineOptions, Identity, StripeHandlers } from './config.ts'
export { modeOfKey } from './config.ts'
export type { Adoption } from './customers/adopt.ts'
export type { PortalInput } from './customers/portal.ts'
export { createEngine } from './engine.ts'
export type { ErrorCode } from './errors.ts'
export { EngineError, ERRORS, isEngineError } from './errors.ts'
export type {
  EventContexts,
  EventName,
  FactName,
  Handler,
  HandlerContext,
  Handlers,
  ObservationName,
} from './events.ts'
export { EVENT_NAMES } from './events.ts'
export type * from './model.ts'
export type { AttemptView, EventFilter } from './pipeline/inbox/read.ts'
export type { Clock, Random, Timers } from './ports/clock.ts'
export type { Database, Queryable, Row, Transaction } from './ports/database.ts'
export type { LogFields, Logger } from './ports/logger.ts'
export type { StripePort } from './ports/stripe.ts'
export { StripeRefusal } from './ports/stripe.ts'
export { systemClock, systemRandom, systemTimers } from './ports/system.ts'
export type { AtOption } from './reads/access.ts'
export type { ListOptions } from './reads/buyers.ts'
export type { SubscriptionFilter, SubscriptionHistoryView } from './reads/subscriptions.ts'
export type { Who } from './reads/who.ts'
export { migrate } from './storage/migrate.ts'
export type * from './types.ts'
