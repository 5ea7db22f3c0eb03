/** Early fraud warnings: an issuer tells that a payment may be fraud, before anybody disputes it. */
import type { Charge } from '../account/tables.ts'
import { previousAttributes, type Transaction } from '../account/transaction.ts'
import { listRoute, retrieveRoute } from '../http/resource.ts'
import type { Route } from '../http/route.ts'

const path = '/v1/radar/early_fraud_warnings'
const kind = 'radar.early_fraud_warning'

export function warnOfFraud(tx: Transaction, charge: Charge): void {
  const warning = tx.db.put(kind, {
    id: tx.newId('issfr_1'),
    object: kind,
    actionable: !charge.refunded,
    charge: charge.id,
    created: tx.now,
    fraud_type: 'unauthorized_use_of_card',
    livemode: false,
    ...(charge.payment_intent === null ? {} : { payment_intent: charge.payment_intent }),
  })
  tx.emit('radar.early_fraud_warning.created', warning)
}

/** After a full refund there is nothing left to do about it. */
export function settleWarnings(tx: Transaction, charge: Charge): void {
  if (!charge.refunded) return
  for (const before of tx.db.where(kind, 'charge', charge.id)) {
    if (!before.actionable) continue
    const after = tx.db.put(kind, { ...before, actionable: false })
    tx.emit('radar.early_fraud_warning.updated', after, previousAttributes(before, after))
  }
}

export const fraudWarningRoutes: readonly Route[] = [
  listRoute(`GET ${path}`, kind),
  retrieveRoute(`GET ${path}/:id`, kind),
]
