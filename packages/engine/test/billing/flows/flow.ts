// Owns what a flow is, what its steps leave for each other, and how the objects that it ends in are read.
import type Stripe from 'stripe'
import type { FlowStage } from './stage.ts'

export type Step = (stage: FlowStage) => Promise<void>

/** One history at Stripe. Each step yields few events, so that others can come before the next. */
export interface Flow {
  readonly name: string
  /** Of `reference/stripe.md`. */
  readonly section: string
  readonly steps: readonly Step[]
  /** Event types that the section names for it; it may yield further ones. */
  readonly tells: readonly string[]
  /** What Stripe says in the end, of the objects that were kept: by the name in `kept`. */
  readonly ends: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** @throws TypeError when no step before has kept it. */
export function kept(stage: Pick<FlowStage, 'kept'>, name: string): string {
  const id = stage.kept.get(name)
  if (id === undefined) throw new TypeError(`no step has kept a ${name}`)
  return id
}

/** @throws TypeError when it links to nothing. */
export function idOf(link: string | { readonly id: string } | null | undefined): string {
  if (link === null || link === undefined) throw new TypeError('the link is empty')
  return typeof link === 'string' ? link : link.id
}

export function firstItemOf({ items }: Stripe.Subscription): Stripe.SubscriptionItem {
  const [item] = items.data
  if (item === undefined) throw new TypeError('the subscription has no item')
  return item
}

export const subscriptionOf = (stage: FlowStage): Promise<Stripe.Subscription> =>
  stage.stripe.subscriptions.retrieve(kept(stage, 'subscription'))

type Read = (stripe: Stripe, id: string) => Promise<unknown>

/** By the prefix of the id. */
const READERS: Readonly<Record<string, Read>> = {
  cs: (stripe, id) => stripe.checkout.sessions.retrieve(id),
  pi: (stripe, id) => stripe.paymentIntents.retrieve(id),
  ch: (stripe, id) => stripe.charges.retrieve(id),
  py: (stripe, id) => stripe.charges.retrieve(id),
  re: (stripe, id) => stripe.refunds.retrieve(id),
  pyr: (stripe, id) => stripe.refunds.retrieve(id),
  dp: (stripe, id) => stripe.disputes.retrieve(id),
  du: (stripe, id) => stripe.disputes.retrieve(id),
  sub: (stripe, id) => stripe.subscriptions.retrieve(id),
  in: (stripe, id) => stripe.invoices.retrieve(id),
  cus: (stripe, id) => stripe.customers.retrieve(id),
}

/** What Stripe says now of everything that the flow's `ends` names. */
export async function stateOf(
  stage: FlowStage,
  { ends }: Pick<Flow, 'ends'>,
): Promise<Record<string, unknown>> {
  const state: Record<string, unknown> = {}
  for (const name of Object.keys(ends)) {
    const id = kept(stage, name)
    const read = READERS[id.slice(0, id.indexOf('_'))]
    if (read === undefined) throw new TypeError(`nothing reads ${name} ${id}`)
    state[name] = await read(stage.stripe, id)
  }
  return state
}
