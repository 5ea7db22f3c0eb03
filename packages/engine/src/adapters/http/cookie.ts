// Owns the cookie that binds an order to the browser that started it.

export const BROWSER_COOKIE = 'quittance_browser'
const MAX_AGE_SECONDS = 30 * 24 * 60 * 60
const VALUE = /^[0-9a-f]{64}$/

/**
 * The browser's value, or null. Two cookies of our name mean that somebody else set one (a sibling
 * domain can): trusting either would let a stranger bind this buyer's order to his own value.
 */
export function browserOf(request: Request): string | null {
  const values = (request.headers.get('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${BROWSER_COOKIE}=`))
    .map((pair) => pair.slice(BROWSER_COOKIE.length + 1))
  const [value] = values
  return value !== undefined && values.length === 1 && VALUE.test(value) ? value : null
}

/** Lax, not Strict: the buyer comes back from Stripe's page by a navigation of another site. */
export function browserCookie(value: string, secure: boolean): string {
  const cookie = `${BROWSER_COOKIE}=${value}; Path=/; Max-Age=${MAX_AGE_SECONDS}; HttpOnly; SameSite=Lax`
  return secure ? `${cookie}; Secure` : cookie
}
