// Owns the adoption of a guest's customer by a user: by its id, never by an e-mail address.
import { EngineError } from '../errors.ts'
import { isId } from '../pipeline/inbox/lanes.ts'
import { adoptAndSettle, type CustomerContext, refusedBy, userIdOf } from './context.ts'

export interface Adoption {
  readonly userId: string
  /** `cus_…`, which the app knows to be this user's: an order of theirs, a session of theirs. */
  readonly customerId: string
}

/**
 * What the customer bought becomes the user's, and access is derived anew.
 * @throws EngineError `USER_INVALID`, `CUSTOMER_NOT_FOUND`, `CUSTOMER_CONFLICT`,
 * `STRIPE_UNAVAILABLE`, `STRIPE_TIMEOUT`, `STRIPE_REFUSED`.
 */
export async function adopt(context: CustomerContext, input: Adoption): Promise<void> {
  const { stripe, logger, timeoutMs } = context
  const userId = userIdOf(input.userId)
  const { customerId } = input
  if (!isId(customerId)) throw notFound()
  const customer = await stripe.customer(customerId, { timeoutMs }).catch((error: unknown) => {
    throw refusedBy(error, logger, 'to show the customer')
  })
  if (customer === null || customer.deleted === true) throw notFound()
  await adoptAndSettle(context, userId, customerId)
}

const notFound = () => new EngineError('CUSTOMER_NOT_FOUND', 'Stripe has no such customer')
