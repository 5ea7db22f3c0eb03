// Owns one attempt at one item: plan, ask Stripe outside, apply inside one fenced transaction.
import { isEngineError } from '../../errors.ts'
import type { Random, Timers } from '../../ports/clock.ts'
import type { Database, Transaction } from '../../ports/database.ts'
import type { Logger } from '../../ports/logger.ts'
import { type StripePort, StripeRefusal } from '../../ports/stripe.ts'
import { assertNever } from '../../types.ts'
import { orderOfLane } from '../inbox/lanes.ts'
import type { OrderOverlays } from '../projections/overlays.ts'
import type { Apply, AskStep, Item, Note, Outcome, Projector } from '../projections/projector.ts'
import { drawTicket } from './budget.ts'
import { HandlerFailure, type HandlerRunner } from './handlers.ts'
import { fence, type Lease } from './lease.ts'
import { Application } from './scope.ts'
import { type Settlement, settleItem } from './settle.ts'

export interface RunContext {
  readonly database: Database
  readonly stripe: StripePort
  readonly projector: Projector
  readonly overlays: OrderOverlays
  readonly handlers: HandlerRunner
  readonly logger: Logger
  readonly timers: Timers
  readonly random: Random
  readonly leaseMs: number
  readonly handlerTimeoutMs: number
  readonly askTimeoutMs: number
  readonly attemptsMax: number
  readonly backoffBaseMs: number
  readonly backoffCapMs: number
  /** Named crash points for tests that kill the process there. */
  readonly crashPoint: (name: CrashPoint) => Promise<void>
}

export type CrashPoint = 'started' | 'applied' | 'committed'

/** A deadlock's victim is run again at once; more than this is a retry like any other. */
const CONTENTION_RETRIES_MAX = 3
/** An application may ask for Stripe's answer once; a second question means a fault of ours. */
const ASKS_MAX = 2

/** What ran, and what is to be known about it outside. */
export interface Ran {
  readonly settlement: Settlement
}

/** Runs an item that was started, and starts `next` with its commit. Rejects on a lost lease. */
export async function runItem(
  context: RunContext,
  lease: Lease,
  item: Item,
  next: Item | null,
): Promise<Ran> {
  await context.crashPoint('started')
  try {
    const settlement = await attempt(context, lease, item, next)
    await context.crashPoint('committed')
    return { settlement }
  } catch (thrown) {
    const error = thrown instanceof HandlerFailure ? thrown.cause : thrown
    const handler = thrown instanceof HandlerFailure ? thrown.handler : null
    if (
      handler === null &&
      isEngineError(error) &&
      ['LEASE_LOST', 'STORE_UNAVAILABLE'].includes(error.code)
    )
      throw error
    const settlement = failed(context, item, error)
    logFailure(context, item, settlement, error, handler)
    await context.database.transaction(async (tx) => {
      if (settlement.state === 'dead') await context.overlays.markFailed(tx, item)
      await finish(context, tx, lease, item, next, settlement)
    })
    return { settlement }
  }
}

/** Ends an item whose attempts were used up by crashes: it is never started again. */
export async function buryItem(
  context: RunContext,
  lease: Lease,
  item: Item,
  next: Item | null,
): Promise<void> {
  const settlement: Settlement = {
    state: 'dead',
    reason: 'attempts_exhausted',
    retryInMs: 0,
    code: null,
  }
  logFailure(context, item, settlement, null, null)
  await context.database.transaction(async (tx) => {
    await context.overlays.markFailed(tx, item)
    await settleItem(tx, lease, item, null, settlement, next)
    await fence(tx, lease, context.leaseMs)
  })
}

async function attempt(
  context: RunContext,
  lease: Lease,
  item: Item,
  next: Item | null,
): Promise<Settlement> {
  const plan = await context.projector(item, context.database)
  let apply = plan.kind === 'apply' ? plan.apply : await ask(context, lease, plan.ask)
  for (let asked = 0; asked < ASKS_MAX; asked += 1) {
    const result = await applyOnce(context, lease, item, next, apply)
    if (result.kind === 'settled') return result.settlement
    apply = await ask(context, lease, result.ask)
  }
  throw new TypeError('a projection asked Stripe again about an answer of Stripe')
}

/** The lease is renewed before each request, which may take a good part of it. */
async function ask(context: RunContext, lease: Lease, step: AskStep): Promise<Apply> {
  await fence(context.database, lease, context.leaseMs)
  const ticket = await drawTicket(context.database, context.timers)
  return await step({
    stripe: context.stripe,
    timeoutMs: context.askTimeoutMs,
    ticket,
    async turn() {
      await fence(context.database, lease, context.leaseMs)
      await drawTicket(context.database, context.timers)
    },
  })
}

type Applied =
  | { readonly kind: 'settled'; readonly settlement: Settlement }
  | { readonly kind: 'ask'; readonly ask: AskStep }

/** Carries a question out of the transaction that has to be rolled back for it. */
class AskInstead extends Error {
  readonly ask: AskStep
  constructor(ask: AskStep) {
    super('ask Stripe first')
    this.ask = ask
  }
}

async function applyOnce(
  context: RunContext,
  lease: Lease,
  item: Item,
  next: Item | null,
  apply: Apply,
): Promise<Applied> {
  for (let tries = 1; ; tries += 1) {
    let notes: readonly Note[] = []
    try {
      // The runs before took their time out of the lease.
      if (tries > 1) await fence(context.database, lease, context.leaseMs)
      const settlement = await context.database.transaction(
        async (tx) => {
          const application = new Application(tx, item, context.handlers)
          notes = application.notes
          const outcome = await apply(application.scope)
          if (outcome.kind === 'ask') throw new AskInstead(outcome.ask)
          await application.runHandlers()
          const settled = settlementOf(context, item, outcome)
          await context.overlays.settle(tx, item, outcome, settled)
          await context.crashPoint('applied')
          await finish(context, tx, lease, item, next, settled)
          return settled
        },
        { timeoutMs: context.handlerTimeoutMs, lent: true },
      )
      for (const note of notes) context.logger[note.level](note.message, note.fields)
      return { kind: 'settled', settlement }
    } catch (error) {
      if (error instanceof AskInstead) return { kind: 'ask', ask: error.ask }
      if (!isContention(error) || tries >= CONTENTION_RETRIES_MAX) throw error
    }
  }
}

/** Deadlock and serialisation failures, by SQLSTATE. */
const isContention = (thrown: unknown): boolean => {
  const error = thrown instanceof HandlerFailure ? thrown.cause : thrown
  const code = error instanceof Error && 'code' in error ? error.code : null
  return code === '40P01' || code === '40001'
}

async function finish(
  context: RunContext,
  tx: Transaction,
  lease: Lease,
  item: Item,
  next: Item | null,
  settlement: Settlement,
): Promise<void> {
  await settleItem(tx, lease, item, item.attempt, settlement, next)
  await fence(tx, lease, context.leaseMs)
}

function settlementOf(
  context: RunContext,
  item: Item,
  outcome: Exclude<Outcome, { kind: 'ask' }>,
): Settlement {
  switch (outcome.kind) {
    case 'done':
      return { state: 'done', reason: null, retryInMs: 0, code: null }
    case 'ignored':
    case 'quarantined':
      return { state: outcome.kind, reason: outcome.reason, retryInMs: 0, code: null }
    case 'not_yet':
      return item.charged >= context.attemptsMax
        ? { state: 'quarantined', reason: outcome.reason, retryInMs: 0, code: null }
        : waiting(context, item, outcome.reason, null)
    default:
      return assertNever(outcome)
  }
}

/** Exponential, with jitter over its upper half: never earlier than half of the step. */
function waiting(context: RunContext, item: Item, reason: string, code: string | null): Settlement {
  const step = Math.min(context.backoffCapMs, context.backoffBaseMs * 2 ** (item.attempt - 1))
  const retryInMs = Math.round(step * (0.5 + context.random.next() / 2))
  return { state: 'waiting', reason, retryInMs, code }
}

/** The stable code of an error, for the attempt's row: never its message. */
function codeOf(error: unknown): string {
  if (error instanceof StripeRefusal) return `stripe_${error.stripeCode ?? error.status}`
  if (!(error instanceof Error)) return 'thrown_value'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

/** While Stripe cannot be asked the item waits, for days if need be: it does not guess, or die. */
const isExcused = (error: unknown): boolean =>
  isEngineError(error) && ['STRIPE_UNAVAILABLE', 'STRIPE_TIMEOUT'].includes(error.code)

function failed(context: RunContext, item: Item, error: unknown): Settlement {
  const code = codeOf(error)
  return item.charged >= context.attemptsMax && !isExcused(error)
    ? { state: 'dead', reason: code, retryInMs: 0, code }
    : waiting(context, item, code, code)
}

function logFailure(
  context: RunContext,
  item: Item,
  settlement: Settlement,
  error: unknown,
  handler: string | null,
): void {
  const dead = settlement.state === 'dead'
  const order = orderOfLane(item.lane)
  const what = item.kind === 'event' ? 'an event' : 'a check'
  const id = item.kind === 'event' ? item.eventId : String(item.seq)
  const mend = handler === null ? 'Mend the cause' : 'Mend the handler'
  const cure = isEngineError(error) ? error.cure : `${mend}, then: quittance replay ${id}`
  context.logger[dead ? 'error' : 'warn'](
    dead ? `${what} is a dead letter` : `${what} is tried again later`,
    {
      seq: String(item.seq),
      ...(item.kind === 'event' ? { eventId: item.eventId, type: item.type } : {}),
      ...(order === null ? {} : { orderId: order }),
      ...(handler === null ? {} : { handler }),
      attempt: item.charged,
      attemptsMax: context.attemptsMax,
      ...(dead ? {} : { retryInMs: settlement.retryInMs }),
      code: settlement.code ?? settlement.reason ?? 'unknown',
      ...(dead || isEngineError(error) ? { cure } : {}),
    },
  )
}
