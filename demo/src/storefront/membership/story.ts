// Owns what the page of a membership is made from: everything read in the shop's own database.
import type {
  Engine,
  FeatureAccess,
  Invoice,
  Subscription,
  SubscriptionHistoryView,
} from '@quittance/engine'
import type { Member } from '../../sign-in.ts'
import type { ShopTime } from '../../time.ts'
import { isLive } from './words.ts'

export interface MembershipStory {
  readonly member: Member
  /** The live one, else the newest of before. */
  readonly subscription: Subscription | null
  /** They were members before: a free week is for the first time. */
  readonly isReturning: boolean
  readonly access: readonly FeatureAccess[]
  readonly invoices: readonly Invoice[]
  readonly history: readonly SubscriptionHistoryView[]
  readonly today: Date
  readonly daysAhead: number
}

/** Enough for a demo's months; the page says nothing about further ones. */
const INVOICES_SHOWN_MAX = 12
const SUBSCRIPTIONS_READ_MAX = 20

/** No request to Stripe is among these: the app reads its own truth. */
export async function readStory(
  engine: Pick<Engine, 'access' | 'subscriptions' | 'invoices'>,
  time: ShopTime,
  member: Member,
): Promise<MembershipStory> {
  const who = { userId: member.identity.userId }
  const [subscriptions, access, invoices] = await Promise.all([
    engine.subscriptions.listFor(who, { limit: SUBSCRIPTIONS_READ_MAX }),
    engine.access.get(who),
    engine.invoices.listFor(who, { limit: INVOICES_SHOWN_MAX }),
  ])
  const subscription = subscriptions.find(isLive) ?? subscriptions[0] ?? null
  const history = subscription === null ? [] : await engine.subscriptions.history(subscription.id)
  return {
    member,
    subscription,
    // A sign-up that was never paid has begun nothing.
    isReturning: subscriptions.some(({ status }) => status !== 'incomplete_expired'),
    access,
    invoices,
    history,
    today: time.now(),
    daysAhead: time.daysAhead(),
  }
}
