// Owns the signing secrets: checks them at start, keeps them unprintable, compares in constant time.
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { EngineError } from '../../errors.ts'

/** Two while a secret is rolled, twice that when one URL serves a Connect endpoint as well. */
export const SECRETS_MAX = 8
/** Stripe allows 16 endpoints an account; twice that leaves room for a second account. */
export const ENDPOINTS_MAX = 32
/**
 * How many foreign secrets a forged delivery may make us try. It bounds what a forger can make us
 * compute; past it a swapped secret reads as SIGNATURE_NO_MATCH, which is still true.
 */
export const FOREIGN_TRIES_MAX = 32

const ENDPOINT_NAME = /^[a-z0-9_-]{1,64}$/i

/** What was signed, and the signatures offered for it. */
export interface Claim {
  readonly timestamp: string
  readonly bytes: Uint8Array
  /** 64 hex digits each. */
  readonly candidates: readonly string[]
}

/**
 * Answers questions about secrets and never gives one away: they live in closures as key objects,
 * so that neither JSON nor an inspecting logger can print them.
 */
export interface Keyring {
  readonly toleranceSeconds: number
  has(endpoint: string): boolean
  /** Position of the first secret of the endpoint that made one of the candidates, else -1. */
  match(endpoint: string, claim: Claim): number
  /** Whether a secret of any other endpoint made one of the candidates. */
  matchesOther(endpoint: string, claim: Claim): boolean
}

function keyOf(endpoint: string, secret: string): KeyObject {
  if (typeof secret !== 'string' || secret.trim() === '') {
    throw new EngineError('SECRET_BLANK', `endpoint ${endpoint} has an empty signing secret`)
  }
  // Stripe's secrets have no white space: a pasted newline would refuse every event at run time.
  if (/\s/.test(secret)) {
    throw new EngineError(
      'CONFIG_INVALID',
      `endpoints.${endpoint}.secrets holds a secret with white space in it`,
    )
  }
  // The whole string, `whsec_` included, is the key; nothing is decoded.
  return createSecretKey(Buffer.from(secret, 'utf8'))
}

function keysOf(endpoint: string, secrets: readonly string[]): readonly KeyObject[] {
  if (!ENDPOINT_NAME.test(endpoint)) {
    throw new EngineError(
      'CONFIG_INVALID',
      `endpoints has the name ${JSON.stringify(endpoint.slice(0, 80))}; use 1 to 64 of a-z, 0-9, _ and -`,
    )
  }
  if (!Array.isArray(secrets) || secrets.length === 0) {
    throw new EngineError('SECRET_BLANK', `endpoint ${endpoint} has no signing secret`)
  }
  if (secrets.length > SECRETS_MAX) {
    throw new EngineError(
      'CONFIG_INVALID',
      `endpoints.${endpoint}.secrets has more than ${SECRETS_MAX} secrets`,
    )
  }
  return secrets.map((secret) => keyOf(endpoint, secret))
}

/** Compares every candidate, also after a hit: the time taken tells nothing about which matched. */
function made(key: KeyObject, claim: Claim, candidates: readonly Buffer[]): boolean {
  const mac = createHmac('sha256', key).update(`${claim.timestamp}.`).update(claim.bytes).digest()
  let hits = 0
  for (const candidate of candidates) hits += Number(timingSafeEqual(candidate, mac))
  return hits > 0
}

const decode = (claim: Claim) => claim.candidates.map((hex) => Buffer.from(hex, 'hex'))

/**
 * Builds the keyring once, at start.
 * @throws EngineError `SECRET_BLANK` when an endpoint, or the whole engine, has no usable secret;
 * `CONFIG_INVALID` for a bad endpoint name, too many, or a secret with white space.
 */
export function createKeyring(
  endpoints: { readonly [name: string]: { readonly secrets: readonly string[] } },
  toleranceSeconds: number,
): Keyring {
  const named = Object.entries(endpoints)
  if (named.length === 0) {
    throw new EngineError('SECRET_BLANK', 'endpoints is empty: no signing secret is configured')
  }
  if (named.length > ENDPOINTS_MAX) {
    throw new EngineError('CONFIG_INVALID', `endpoints has more than ${ENDPOINTS_MAX} entries`)
  }
  const keys = new Map(named.map(([name, { secrets }]) => [name, keysOf(name, secrets)]))
  return Object.freeze({
    toleranceSeconds,
    has: (endpoint: string) => keys.has(endpoint),
    match(endpoint: string, claim: Claim) {
      const candidates = decode(claim)
      // map, not findIndex: every secret is tried, so that time does not tell which one matched.
      return (keys.get(endpoint) ?? []).map((key) => made(key, claim, candidates)).indexOf(true)
    },
    matchesOther(endpoint: string, claim: Claim) {
      const candidates = decode(claim)
      const foreign = [...keys].flatMap(([name, own]) => (name === endpoint ? [] : own))
      return foreign
        .slice(0, FOREIGN_TRIES_MAX)
        .map((key) => made(key, claim, candidates))
        .includes(true)
    },
  })
}
