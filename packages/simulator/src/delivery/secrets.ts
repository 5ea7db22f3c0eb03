/** The signing secrets of an endpoint or destination: the present one, and rolled ones that still sign. */
import type { Store } from '../account/store.ts'
import type { Transaction } from '../account/transaction.ts'
import { noSuch, refuse } from '../http/errors.ts'

/** Stripe lets an old secret live for at most a day. */
const overlapSecondsMax = 24 * 60 * 60

/** Stripe's Dashboard does this; its API has no call for it. Answers the new secret. */
export function rollSecret(tx: Transaction, id: string, overlapSeconds: number): string {
  if (!(overlapSeconds >= 0 && overlapSeconds <= overlapSecondsMax)) {
    throw refuse(`A rolled secret stays valid for 0 to ${overlapSecondsMax} seconds.`, {
      param: 'overlap',
    })
  }
  const kept = tx.db.find('endpoint_secret', id)
  if (!kept) throw noSuch('webhook endpoint', id, 'webhook_endpoint', 404)
  const secret = tx.newId('whsec_', 32)
  const old = { secret: kept.secret, until: tx.now + overlapSeconds }
  const retired = [old, ...(kept.retired ?? [])].filter(({ until }) => until > tx.now)
  tx.db.put('endpoint_secret', { ...kept, secret, retired })
  return secret
}

/** Newest first: each gives the delivery a `v1` of its own. */
export function secretsAt(db: Store, id: string, moment: number): string[] {
  const kept = db.find('endpoint_secret', id)
  if (!kept) return []
  const retired = (kept.retired ?? []).filter(({ until }) => moment < until)
  return [kept.secret, ...retired.map(({ secret }) => secret)]
}
