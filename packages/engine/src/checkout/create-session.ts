// Owns create-session: the order first, then Stripe, then the answer; a repeat sends the same bytes.
import { EngineError } from '../errors.ts'
import { sessionFor } from './ask-session.ts'
import type { CheckoutContext, SessionMade, SessionRequest } from './context.ts'
import { assertIdempotencyKey, hashBrowser, parseRequest } from './request.ts'
import { BROWSER_BYTES, takeOrder } from './take-order.ts'

/**
 * @throws EngineError 422 codes for the input, `IDEMPOTENCY_MISMATCH`, `ORDER_CLOSED`,
 * `SUBSCRIPTION_EXISTS`, and `STRIPE_UNAVAILABLE`, `STRIPE_TIMEOUT` (repeat with the same key),
 * `STRIPE_FAILED`, `STRIPE_REFUSED`.
 */
export async function createSession(
  context: CheckoutContext,
  input: SessionRequest,
): Promise<SessionMade> {
  const request = parseRequest(input.body, context.catalogue)
  if (input.idempotencyKey !== null) assertIdempotencyKey(input.idempotencyKey)
  const known = hashBrowser(input.browser) === null ? null : input.browser
  const browser = known ?? context.random.hex(BROWSER_BYTES)
  const taken = await takeOrder(context, { input, request, browser, cameBack: known !== null })
  const { order } = taken
  const session = taken.session ?? (await sessionFor(context, order, input.identity))
  if (session?.url === null || session?.url === undefined || session.status !== 'open') {
    throw new EngineError('ORDER_CLOSED', `the session of order ${order.id} is no longer open`)
  }
  return { orderId: order.id, sessionId: session.id, url: session.url, browser }
}
