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
export type { SuccessView } from './checkout/return.ts'
export type { Visitor } from './checkout/visitor.ts'
export type {
  CatalogueItem,
  EndpointConfig,
  EngineOptions,
  Handlers,
  Identity,
  Order,
  OrderFact,
  OrderHandlerContext,
  StripeHandlers,
} from './config.ts'
export { modeOfKey } from './config.ts'
export { createEngine } from './engine.ts'
export type { ErrorCode } from './errors.ts'
export { EngineError, ERRORS, isEngineError } from './errors.ts'
export type { AttemptView, EventFilter } from './pipeline/inbox/read.ts'
export type { Clock, Random, Timers } from './ports/clock.ts'
export type { Database, Queryable, Row, Transaction } from './ports/database.ts'
export type { LogFields, Logger } from './ports/logger.ts'
export type { StripePort } from './ports/stripe.ts'
export { StripeRefusal } from './ports/stripe.ts'
export { systemClock, systemRandom, systemTimers } from './ports/system.ts'
export { migrate } from './storage/migrate.ts'
export type * from './types.ts'
