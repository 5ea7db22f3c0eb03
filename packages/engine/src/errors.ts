// Owns the one table of stable error codes: HTTP status, whether a retry can help, and the cure.

interface ErrorRow {
  readonly status: number
  readonly retryable: boolean
  readonly cure: string
}

/** Codes are stable from their first release on; docs/reference/errors.md is checked against this table. */
export const ERRORS = {
  SIGNATURE_MISSING: {
    status: 400,
    retryable: false,
    cure: 'Send the request with its Stripe-Signature header; a proxy may have removed it.',
  },
  SIGNATURE_MALFORMED: {
    status: 400,
    retryable: false,
    cure: 'The Stripe-Signature header must hold one t= and at least one v1= element.',
  },
  SIGNATURE_NO_V1: {
    status: 400,
    retryable: false,
    cure: 'Only v1 signatures count; v0 is the fake scheme that Stripe adds to test events.',
  },
  SIGNATURE_NO_MATCH: {
    status: 400,
    retryable: false,
    cure: 'Check that the secret is the one of this endpoint and that no proxy rewrites the body.',
  },
  SIGNATURE_OTHER_ENDPOINT: {
    status: 400,
    retryable: false,
    cure: "The signature is right for another endpoint's secret: swap the secrets or the URLs.",
  },
  SIGNATURE_STALE: {
    status: 400,
    retryable: false,
    cure: 'The signature is older than the tolerance: check this machine’s clock, or it is a replay.',
  },
  SIGNATURE_FUTURE: {
    status: 400,
    retryable: false,
    cure: 'The signature is dated in the future: check this machine’s clock.',
  },
  BODY_PARSED: {
    status: 400,
    retryable: false,
    cure: 'A body parser ran first: mount Quittance before it (in Express, before express.json()).',
  },
  BODY_TOO_LARGE: {
    status: 413,
    retryable: false,
    cure: 'Webhooks: raise limits.bodyBytesMax; create-session: send itemId and quantity alone.',
  },
  BODY_INVALID: {
    status: 422,
    retryable: false,
    cure: 'Send a JSON object with exactly the documented fields.',
  },
  BODY_INCOMPLETE: {
    status: 400,
    retryable: true,
    cure: 'The connection ended before the body did; send the request again.',
  },
  CONTENT_TYPE_UNSUPPORTED: {
    status: 415,
    retryable: false,
    cure: 'Send the body as Content-Type: application/json.',
  },
  ROUTE_UNKNOWN: { status: 404, retryable: false, cure: 'Check the path and the basePath option.' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    retryable: false,
    cure: 'Use a method that the Allow header names.',
  },
  INTERNAL: {
    status: 500,
    retryable: true,
    cure: 'An error that the engine did not expect; its name is in the log.',
  },
  ENDPOINT_UNKNOWN: {
    status: 404,
    retryable: false,
    cure: 'Name the endpoint in the configuration with a secret of its own.',
  },
  CONFIG_INVALID: {
    status: 500,
    retryable: false,
    cure: 'Correct the named configuration key.',
  },
  SECRET_BLANK: {
    status: 500,
    retryable: false,
    cure: 'Set the signing secret (whsec_…) of the named endpoint; an empty secret proves nothing.',
  },
  RUNTIME_UNSUPPORTED: {
    status: 500,
    retryable: false,
    cure: "Run this route on the Node.js runtime (Next: export const runtime = 'nodejs').",
  },
  CATALOGUE_PRICE_MISSING: {
    status: 500,
    retryable: false,
    cure: 'Create the price in the account and mode of the API key (quittance catalog push), or correct its id or lookup key.',
  },
  CATALOGUE_PRICE_ARCHIVED: {
    status: 500,
    retryable: false,
    cure: 'Activate the price and its product in Stripe, or name another price.',
  },
  CATALOGUE_PRICE_UNUSABLE: {
    status: 500,
    retryable: false,
    cure: 'Use a price with a fixed unit amount: a one-time price, or for a plan one that recurs as the plan says.',
  },
  ITEM_INVALID: { status: 422, retryable: false, cure: 'Send an itemId that the catalogue names.' },
  QUANTITY_INVALID: {
    status: 422,
    retryable: false,
    cure: 'Send a whole number within the bounds of the item.',
  },
  FIELD_UNKNOWN: {
    status: 422,
    retryable: false,
    cure: 'Send itemId and quantity only; prices never come from the browser.',
  },
  IDEMPOTENCY_KEY_INVALID: {
    status: 422,
    retryable: false,
    cure: 'Send an Idempotency-Key of 1 to 255 printable characters.',
  },
  IDEMPOTENCY_MISMATCH: {
    status: 409,
    retryable: false,
    cure: 'Use a new Idempotency-Key for a request with other fields.',
  },
  ORDER_CLOSED: {
    status: 409,
    retryable: false,
    cure: 'The order of this Idempotency-Key has ended; start a new one with a new key.',
  },
  SUBSCRIPTION_EXISTS: {
    status: 409,
    retryable: false,
    cure: "Lead the buyer to the billing portal to change it (POST /api/billing/portal-session), or let the group allow a second one (billing.groups.<group>.second: 'allow').",
  },
  SIGN_IN_REQUIRED: {
    status: 401,
    retryable: false,
    cure: 'Sign in to the app; its identify option tells who sends the request.',
  },
  USER_INVALID: {
    status: 422,
    retryable: false,
    cure: 'Give your own id of the user, 1 to 255 characters without NUL; identify answers null for nobody.',
  },
  RETURN_URL_INVALID: {
    status: 422,
    retryable: false,
    cure: 'Give an http or https URL, or a path such as /account.',
  },
  CUSTOMER_NOT_FOUND: {
    status: 404,
    retryable: false,
    cure: 'Check the id; a user gets a customer with the first plan, or by customers.ensure.',
  },
  CUSTOMER_CONFLICT: {
    status: 409,
    retryable: false,
    cure: 'The user has another customer, or the customer is another user’s: Stripe cannot merge the two.',
  },
  ORDER_NOT_FOUND: { status: 404, retryable: false, cure: 'Check the id.' },
  SUBSCRIPTION_NOT_FOUND: { status: 404, retryable: false, cure: 'Check the id.' },
  FEATURE_UNKNOWN: {
    status: 500,
    retryable: false,
    cure: 'Name the feature in the catalogue, or correct its spelling in the call.',
  },
  READ_INVALID: {
    status: 400,
    retryable: false,
    cure: 'Name the buyer by { userId } or by { customerId }; at is a valid Date, limit a whole number.',
  },
  EVENT_NOT_FOUND: { status: 404, retryable: false, cure: 'Check the id.' },
  EVENT_NOT_REPLAYABLE: {
    status: 409,
    retryable: false,
    cure: 'Only an event that has ended can be replayed; wait for it to end.',
  },
  STRIPE_UNAVAILABLE: {
    status: 502,
    retryable: true,
    cure: 'Stripe could not be reached; repeat the request with the same Idempotency-Key.',
  },
  STRIPE_TIMEOUT: {
    status: 504,
    retryable: true,
    cure: 'Stripe did not answer in time; repeat the request with the same Idempotency-Key.',
  },
  STRIPE_FAILED: {
    status: 502,
    retryable: true,
    cure: 'Stripe failed and keeps to that answer; repeat the request, and Stripe is asked anew.',
  },
  STRIPE_REFUSED: {
    status: 502,
    retryable: false,
    cure: 'Stripe refused the request; its error code is in the log.',
  },
  STORE_UNAVAILABLE: {
    status: 503,
    retryable: true,
    cure: 'The database could not be reached; nothing was acknowledged, Stripe will deliver again.',
  },
  STORE_NESTED: {
    status: 500,
    retryable: false,
    cure: 'Inside a handler use tx.query or tx.client: the embedded database has one connection.',
  },
  STORE_LOCKED: {
    status: 500,
    retryable: false,
    cure: 'Stop the other process, give this one a directory of its own, or use PostgreSQL.',
  },
  MIGRATION_CONFLICT: {
    status: 500,
    retryable: false,
    cure: 'The database was migrated by a newer release, or a migration was edited; restore it.',
  },
  LEASE_LOST: {
    status: 500,
    retryable: true,
    cure: 'Another worker took over; its run counts. Raise processor.leaseMs if this is frequent.',
  },
  HANDLER_TIMEOUT: {
    status: 500,
    retryable: true,
    cure: 'The handler ran past processor.handlerTimeoutMs; move slow work out of the transaction.',
  },
  HANDLER_TRANSACTION: {
    status: 500,
    retryable: false,
    cure: 'The transaction is open already: query in it, nest with savepoints, never begin or commit.',
  },
  HANDLER_REJECTION: {
    status: 500,
    retryable: true,
    cure: 'The handler left a promise that rejected unobserved; await every promise in it.',
  },
  IMPORT_INVALID: {
    status: 400,
    retryable: false,
    cure: 'Name an existing table with an id column of Stripe event ids.',
  },
  NOT_STARTED: { status: 503, retryable: true, cure: 'Call start() and wait for it.' },
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof ERRORS

/**
 * The one error class of the engine. `code` is stable; `message` says what and where, never a
 * payload, header, secret or personal datum.
 */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: ErrorCode
  /** What the HTTP adapters answer with. */
  readonly status: number
  /** Whether the same request may succeed later. */
  readonly retryable: boolean
  readonly cure: string
  /** The request field at fault, where one is. */
  readonly field: string | undefined

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; field?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    const row: ErrorRow = ERRORS[code]
    this.code = code
    this.status = row.status
    this.retryable = row.retryable
    this.cure = row.cure
    this.field = options.field
  }
}

/** Works across realms and duplicate installs, where `instanceof` does not. */
export function isEngineError(error: unknown): error is EngineError {
  return error instanceof Error && error.name === 'EngineError' && 'code' in error
}
