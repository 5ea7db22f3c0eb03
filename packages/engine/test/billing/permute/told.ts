// Owns what the app hears in a run: handlers of every name that write it down, and what must hold of it.
import { EVENT_NAMES, type EventName, type Handlers } from '../../../src/events.ts'
import type { Buyer } from '../../../src/model.ts'
import type { Queryable, Transaction } from '../../../src/ports/database.ts'

interface Sold {
  readonly items: readonly { readonly priceId: string; readonly quantity: number | null }[]
}

/** All that any of the contexts has. */
interface Context {
  readonly tx: Transaction
  readonly order?: { readonly id: string }
  readonly subscription?: ({ readonly id: string } & Sold) | null
  readonly before?: Sold
  readonly invoice?: { readonly id: string }
  readonly refund?: { readonly id: string }
  readonly dispute?: { readonly id: string }
  readonly attempt?: number
  readonly trialEnd?: Date
  readonly buyer?: Buyer | null
  readonly feature?: string
}

export interface Told {
  readonly name: EventName
  /** What it is about: its owner, and which of the owner's refunds, disputes, attempts or invoices. */
  readonly subject: string
  /** What was sold before and after a change. */
  readonly detail: { readonly before: string; readonly after: string } | null
}

export const soldBy = ({ items }: Sold): string =>
  items
    .map(({ priceId, quantity }) => `${priceId}×${quantity}`)
    .sort()
    .join(' + ')

export const labelOf = (buyer: { userId: string | null; customerId: string | null }): string =>
  buyer.userId ?? buyer.customerId ?? 'nobody'

function ownerOf(name: EventName, context: Context): string {
  const { order, subscription, invoice, buyer, feature } = context
  if (name.startsWith('order.')) return order?.id ?? '?'
  if (name.startsWith('subscription.')) return subscription?.id ?? '?'
  if (name.startsWith('invoice.')) return invoice?.id ?? '?'
  return `${buyer ? labelOf(buyer) : '?'} ${feature ?? '?'}`
}

function subjectOf(name: EventName, context: Context): string {
  const { refund, dispute, attempt, trialEnd, invoice } = context
  const which = [
    refund?.id,
    dispute?.id,
    attempt,
    trialEnd?.toISOString(),
    name === 'subscription.renewed' ? invoice?.id : undefined,
  ]
  return [ownerOf(name, context), ...which.filter((part) => part !== undefined)].join(' ')
}

const WRITE = 'insert into public.told (name, subject, detail) values ($1, $2, $3::text::jsonb)'
const READ = 'select name, subject, detail from public.told order by n'

/**
 * Handlers of every name. Those that are `faulty` throw when they are called first, after they have
 * written: what was written must be gone, and be written again.
 */
export function listeners(faulty: ReadonlySet<EventName>): Handlers {
  const failed = new Set<EventName>()
  const handlerOf = (name: EventName) => async (context: Context) => {
    const { subscription, before, tx } = context
    const detail =
      before && subscription ? { before: soldBy(before), after: soldBy(subscription) } : null
    await tx.query(WRITE, [name, subjectOf(name, context), JSON.stringify(detail)])
    if (!faulty.has(name) || failed.has(name)) return
    failed.add(name)
    throw new Error(`the first call of ${name} fails`)
  }
  const names = Object.keys(EVENT_NAMES) as EventName[]
  // Each handler reads what its own name's context has; the test of types holds the contexts.
  return Object.fromEntries(names.map((name) => [name, handlerOf(name)])) as Handlers
}

export const readTold = (on: Queryable): Promise<(Told & Record<string, unknown>)[]> =>
  on.query<Told & Record<string, unknown>>(READ)

export const factsOf = (told: readonly Told[]): string[] =>
  told
    .filter(({ name }) => EVENT_NAMES[name] === 'fact')
    .map(({ name, subject }) => `${name} ${subject}`)
    .sort()

export const observationsOf = (told: readonly Told[]): Told[] =>
  told.filter(({ name }) => EVENT_NAMES[name] === 'observation')

/** Each fact once, and the same ones as in the undisturbed run. */
export function faultsOfFacts(told: readonly Told[], undisturbed: readonly Told[]): string[] {
  const facts = factsOf(told)
  const expected = factsOf(undisturbed)
  const twice = facts.filter((fact, index) => facts[index - 1] === fact)
  const lost = expected.filter((fact) => !facts.includes(fact))
  const invented = facts.filter((fact) => !expected.includes(fact))
  return [
    ...twice.map((fact) => `told twice: ${fact}`),
    ...lost.map((fact) => `never told: ${fact}`),
    ...invented.map((fact) => `told, though the undisturbed run does not: ${fact}`),
  ]
}
