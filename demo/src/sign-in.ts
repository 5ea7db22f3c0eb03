// Owns the demo's sign-in: a made-up name in a cookie, and no password; a real app has its own.
import type { Identity } from '@quittance/engine'

export interface Member {
  /** As it was typed. */
  readonly name: string
  readonly identity: Identity
}

const COOKIE = 'harbour_visitor'
const MAX_AGE_SECONDS = 30 * 24 * 60 * 60
/** Letters of any script, and what stands between them in names. */
const NAME = /^\p{L}[\p{L}\p{M}\p{N} .'’-]{0,39}$/u

/** The name as it is kept, or null for what is none. */
export function readName(given: unknown): string | null {
  if (typeof given !== 'string') return null
  const name = given.trim().replace(/\s+/g, ' ')
  return NAME.test(name) ? name : null
}

/** Anybody may be anybody here, so nothing is signed: this proves nothing, and says so on its page. */
export function nameCookie(name: string | null): string {
  const [value, age] = name === null ? ['', 0] : [encodeURIComponent(name), MAX_AGE_SECONDS]
  return `${COOKIE}=${value}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax`
}

function nameOf(request: Request): string | null {
  const pair = (request.headers.get('cookie') ?? '')
    .split(';')
    .map((each) => each.trim())
    .find((each) => each.startsWith(`${COOKIE}=`))
  if (pair === undefined) return null
  try {
    return readName(decodeURIComponent(pair.slice(COOKIE.length + 1)))
  } catch {
    return null
  }
}

/** `Ada Lovelace` and `ada  lovelace` are one person. */
const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')

const SUFFIX_LENGTH = 4

/**
 * Who sends a request. The user's id ends with a piece of an id that the simulated account gave out
 * when it was stocked: a simulator that starts afresh knows none of the customers of before, and
 * their users must be nobody's any more.
 */
export function signIn(stockId: string): (request: Request) => Member | null {
  const suffix = stockId.slice(-SUFFIX_LENGTH).toLowerCase()
  return (request) => {
    const name = nameOf(request)
    if (name === null) return null
    const slug = slugOf(name)
    const email = /^[a-z0-9-]+$/.test(slug) ? { email: `${slug}@example.com` } : {}
    return { name, identity: { userId: `${slug}.${suffix}`, ...email } }
  }
}
