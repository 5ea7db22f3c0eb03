/** Reads the API key of a request, as strictly as the official CLI does. */
import { StripeError } from './errors.ts'

const keyLengthMin = 12

function unauthorized(message: string): StripeError {
  return new StripeError({
    status: 401,
    type: 'invalid_request_error',
    message,
    replayable: false,
  })
}

export function apiKeyOf(authorization: string | undefined): string {
  const key = presented(authorization ?? '')
  if (key === '') {
    throw unauthorized(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
    )
  }
  if (key.startsWith('pk_')) {
    throw unauthorized(
      'This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.',
    )
  }
  if (!isSecretKey(key)) throw unauthorized(`Invalid API Key provided: ${masked(key)}`)
  return key
}

/** The CLI's rule: at least 12 characters, at least three parts, and a known first part. */
export function isSecretKey(key: string): boolean {
  const parts = key.split('_')
  return (
    key.length >= keyLengthMin && parts.length >= 3 && ['sk', 'rk', 'rkcs'].includes(parts[0] ?? '')
  )
}

/** The key or token that was sent; empty when there was none. */
export function presented(authorization: string): string {
  const [scheme = '', rest = ''] = authorization.split(' ', 2)
  if (/^bearer$/i.test(scheme)) return rest.trim()
  if (!/^basic$/i.test(scheme)) return ''
  return Buffer.from(rest, 'base64').toString('utf8').split(':', 1)[0] ?? ''
}

function masked(key: string): string {
  return key.length <= 8
    ? '*'.repeat(key.length)
    : `${key.slice(0, 4)}${'*'.repeat(8)}${key.slice(-4)}`
}
