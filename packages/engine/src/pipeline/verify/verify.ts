// Owns the one door through which bytes become a VerifiedEvent: signature first, time second.
import { EngineError } from '../../errors.ts'
import type { VerifiedEvent } from '../../types.ts'
import { parseSignatureHeader } from './header.ts'
import type { Keyring } from './keyring.ts'

export interface Delivery {
  /** Which endpoint's secrets may have signed it. */
  readonly endpoint: string
  /** The body as it came over the wire: decoded text is not what Stripe signed. */
  readonly bytes: Uint8Array
  readonly header: string | null
  readonly nowMs: number
}

/**
 * Proves that Stripe signed these bytes for this endpoint, and signed them now.
 *
 * Time is judged only after the signature: `SIGNATURE_STALE` and `SIGNATURE_FUTURE` therefore say
 * that a secret of this endpoint signed exactly these bytes, and nothing but their age is wrong.
 * A caller may take the event's id out of a stale delivery and ask Stripe about it, no more. All
 * other codes prove nothing about who sent it.
 *
 * @throws EngineError `ENDPOINT_UNKNOWN` or one of the `SIGNATURE_…` codes.
 */
export function verify(delivery: Delivery, keyring: Keyring): VerifiedEvent {
  const { endpoint, bytes, header, nowMs } = delivery
  if (!keyring.has(endpoint)) {
    throw new EngineError('ENDPOINT_UNKNOWN', 'no endpoint of this name is configured')
  }
  const { timestamp, candidates } = parseSignatureHeader(header)
  const claim = { timestamp, bytes, candidates }
  const secretIndex = keyring.match(endpoint, claim)
  if (secretIndex === -1) throw noMatch(endpoint, keyring.matchesOther(endpoint, claim))

  const signedAt = Number(timestamp)
  const ageSeconds = Math.floor(nowMs / 1000) - signedAt
  if (ageSeconds > keyring.toleranceSeconds) {
    throw new EngineError(
      'SIGNATURE_STALE',
      `endpoint ${endpoint}: signed ${ageSeconds} s ago, ${keyring.toleranceSeconds} s are allowed`,
    )
  }
  // Stripe's own library lets any future pass; a delivery dated ahead could be replayed for as long.
  if (-ageSeconds > keyring.toleranceSeconds) {
    throw new EngineError(
      'SIGNATURE_FUTURE',
      `endpoint ${endpoint}: dated ${-ageSeconds} s ahead, ${keyring.toleranceSeconds} s are allowed`,
    )
  }
  return Object.freeze({ endpoint, secretIndex, signedAt, bytes }) as VerifiedEvent
}

function noMatch(endpoint: string, otherEndpoint: boolean): EngineError {
  return otherEndpoint
    ? new EngineError(
        'SIGNATURE_OTHER_ENDPOINT',
        `endpoint ${endpoint}: the signature is right for another endpoint's secret`,
      )
    : new EngineError(
        'SIGNATURE_NO_MATCH',
        `endpoint ${endpoint}: no signature matches any of its secrets`,
      )
}
