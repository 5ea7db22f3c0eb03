// Owns what becomes of a buyer when its customer is deleted at Stripe: for good, and said by one event.
import type { Queryable } from '../../../ports/database.ts'
import type { AccessRules } from '../access/rules.ts'
import { settleBuyer } from '../access/settle-buyer.ts'
import { idOf } from '../fields.ts'
import { apply, ends, UNUSABLE } from '../outcomes.ts'
import type { EventItem, Plan } from '../projector.ts'
import { askOfCollection } from '../subscriptions/apply.ts'
import { buyerOf } from './row.ts'

const MARK_DELETED = `
update quittance.buyers set customer_deleted = true, updated_at = quittance.now()
where id = $1 and not customer_deleted returning id`

async function markDeleted(on: Queryable, id: bigint): Promise<boolean> {
  return (await on.query(MARK_DELETED, [id])).length > 0
}

/**
 * Stripe gives a deleted customer back to nobody, so the payload is the last word: there is nothing
 * to ask. Its subscriptions end by events of their own; the rows stay, for what was paid was paid.
 */
export function planCustomerDeleted({ object, seq }: EventItem, rules: AccessRules): Plan {
  const customerId = idOf(object)
  if (customerId === null) return apply(ends(UNUSABLE))
  return apply(async (scope) => {
    const buyer = await buyerOf(scope.tx, 'customer_id', customerId)
    await askOfCollection(scope, 'customer_id', customerId, seq)
    if (await markDeleted(scope.tx, buyer.id)) await settleBuyer(scope, buyer.id, rules)
    return { kind: 'done' }
  })
}
