/** Stripe's error envelope: the one error class of the API and a constructor for each kind of refusal. */

export type ErrorType =
  | 'api_error'
  | 'card_error'
  | 'idempotency_error'
  | 'invalid_request_error'
  | 'rate_limit_error'

interface ErrorDetail {
  readonly status: number
  readonly type: ErrorType
  readonly message: string
  readonly code?: string | undefined
  readonly param?: string | undefined
  /** Further members of the envelope, such as `charge` or `decline_code`. */
  readonly more?: Readonly<Record<string, unknown>>
  /** A declined payment is an outcome, not a refusal: what it wrote stays. */
  readonly keepsState?: boolean
  /** False for refusals before execution: Stripe does not store them under the idempotency key. */
  readonly replayable?: boolean
}

export class StripeError extends Error {
  override readonly name = 'StripeError'
  readonly detail: ErrorDetail

  constructor(detail: ErrorDetail) {
    super(detail.message)
    this.detail = detail
  }

  get status(): number {
    return this.detail.status
  }

  /** The `error` member without what only the request knows. */
  body(): { type: string; message: string; [key: string]: unknown } {
    const { type, message, code, param, more } = this.detail
    return {
      ...(code === undefined ? {} : { code, doc_url: docUrl(code) }),
      ...more,
      message,
      ...(param === undefined ? {} : { param }),
      type,
    }
  }
}

export function docUrl(code: string): string {
  return `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`
}

interface Refusal {
  readonly code?: string
  readonly param?: string
  readonly status?: number
  readonly more?: Readonly<Record<string, unknown>>
}

export function refuse(message: string, refusal: Refusal = {}): StripeError {
  const { status = 400, ...rest } = refusal
  return new StripeError({ status, type: 'invalid_request_error', message, ...rest })
}

/** A parameter that is wrong by its form: found before anything ran. */
export function badParam(message: string, param: string, code?: string): StripeError {
  return new StripeError({
    status: 400,
    type: 'invalid_request_error',
    message,
    param,
    code,
    replayable: false,
  })
}

export function missingParam(param: string): StripeError {
  return badParam(`Missing required param: ${param}.`, param, 'parameter_missing')
}

/** 404 when the path names it, 400 when a parameter does, as Stripe answers. */
export function noSuch(what: string, id: string, param: string, status: 400 | 404): StripeError {
  return refuse(`No such ${what}: '${id}'`, { code: 'resource_missing', param, status })
}

/** Stripe does not tell a stranger's account from one that is not there. */
export function noAccess(accountId: string): StripeError {
  return refuse(
    `The provided key does not have access to account '${accountId}' (or that account does not exist). Application access may have been revoked.`,
    { code: 'account_invalid', status: 403 },
  )
}

export function notSimulated(what: string, param?: string): StripeError {
  return refuse(
    `The simulator does not simulate ${what} yet.`,
    param === undefined ? {} : { param },
  )
}
