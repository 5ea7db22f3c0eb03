// Owns the link to Stripe's billing portal: for one customer, never logged, never stored.
import { EngineError } from '../errors.ts'
import { getBuyer } from '../reads/buyers.ts'
import type { Who } from '../reads/who.ts'
import { type CustomerContext, refusedBy } from './context.ts'

export interface PortalInput {
  readonly who: Who
  /** Where the portal leads back to: a URL, or a path of the public URL's host. Default `/`. */
  readonly returnUrl?: string
}

export interface PortalContext extends CustomerContext {
  readonly publicUrl: string
  /** `bpc_…`; Stripe's default when null. */
  readonly configuration: string | null
}

const URL_CHARACTERS_MAX = 2_000

/** @throws EngineError `RETURN_URL_INVALID`. */
export function returnUrlOf(given: string, publicUrl: string): string {
  const url = URL.canParse(given, publicUrl) ? new URL(given, publicUrl) : null
  const web = url?.protocol === 'https:' || url?.protocol === 'http:'
  if (url === null || !web || url.username !== '' || given.length > URL_CHARACTERS_MAX) {
    throw new EngineError('RETURN_URL_INVALID', 'the return URL is not usable', {
      field: 'returnUrl',
    })
  }
  return url.href
}

/**
 * The url is a bearer-style value: hand it to the buyer, never to a log.
 * @throws EngineError `CUSTOMER_NOT_FOUND`, `READ_INVALID`, `RETURN_URL_INVALID`, `STRIPE_UNAVAILABLE`,
 * `STRIPE_TIMEOUT`, `STRIPE_REFUSED`.
 */
export async function openPortal(
  context: PortalContext,
  { who, returnUrl = '/' }: PortalInput,
): Promise<{ readonly url: string }> {
  const { database, stripe, logger, timeoutMs, publicUrl, configuration } = context
  const back = returnUrlOf(returnUrl, publicUrl)
  const buyer = await getBuyer(database, who)
  if (buyer === null || buyer.customerId === null || buyer.customerDeleted) {
    throw new EngineError('CUSTOMER_NOT_FOUND', 'there is no Stripe customer to manage')
  }
  const params = {
    customer: buyer.customerId,
    return_url: back,
    ...(configuration === null ? {} : { configuration }),
  }
  try {
    const { url } = await stripe.createPortalSession(params, { timeoutMs })
    return { url }
  } catch (error) {
    throw refusedBy(error, logger, 'to open the billing portal')
  }
}
