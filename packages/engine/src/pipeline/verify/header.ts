// Owns the grammar of the Stripe-Signature header: one row per rule, and the parser that applies it.
import { EngineError } from '../../errors.ts'

/** Stripe sends about 150 characters; a rolled secret adds 68. */
export const HEADER_CHARACTERS_MAX = 4_096
/** One v1 per active secret; Stripe has two while a secret is rolled. */
export const CANDIDATES_MAX = 16

export interface SignatureHeader {
  /** The digits of `t`, exactly as they are part of the signed bytes. */
  readonly timestamp: string
  /** The v1 values, 64 lower-case hex digits each; at least one. */
  readonly candidates: readonly string[]
}

type Element = readonly [key: string, value: string]

interface Rule {
  readonly says: string
  readonly broken: (elements: readonly Element[]) => boolean
}

/** Visible ASCII on both sides of the first `=`; commas end an element, white space is nowhere. */
const ELEMENT = /^([!-+\--<>-~]+)=([!-+\--~]*)$/
/** No sign, no leading zero: one timestamp has one spelling, so that parsers cannot disagree. */
const TIMESTAMP = /^(?:0|[1-9][0-9]{0,11})$/
const CANDIDATE = /^[0-9a-f]{64}$/

const valuesOf = (elements: readonly Element[], key: string) =>
  elements.filter(([name]) => name === key).map(([, value]) => value)

/**
 * Every other scheme is ignored, whatever its value: v0 is a fake one that Stripe adds to test
 * events, and obeying a scheme that we do not know would be a downgrade.
 *
 * A doubled `t` is refused although Stripe's own library takes the last one: two readers that
 * disagree about the signed time are the worse mistake, and Stripe never sends two.
 */
const RULES: readonly Rule[] = [
  {
    says: 'it must have exactly one t',
    broken: (elements) => valuesOf(elements, 't').length !== 1,
  },
  {
    says: 't must be 1 to 12 digits without a leading zero',
    broken: (elements) => !valuesOf(elements, 't').every((value) => TIMESTAMP.test(value)),
  },
  {
    says: 'each v1 must be 64 lower-case hex digits',
    broken: (elements) => !valuesOf(elements, 'v1').every((value) => CANDIDATE.test(value)),
  },
  {
    says: `it must have at most ${CANDIDATES_MAX} v1`,
    broken: (elements) => valuesOf(elements, 'v1').length > CANDIDATES_MAX,
  },
]

function malformed(says: string): EngineError {
  return new EngineError('SIGNATURE_MALFORMED', `the Stripe-Signature header is malformed: ${says}`)
}

function elementsOf(header: string): readonly Element[] {
  return header.split(',').map((part) => {
    const [, key, value] = ELEMENT.exec(part) ?? []
    if (key === undefined || value === undefined) {
      throw malformed('its elements must be key=value, separated by commas, without white space')
    }
    return [key, value]
  })
}

/**
 * Reads one header line.
 * @throws EngineError `SIGNATURE_MISSING`, `SIGNATURE_MALFORMED` or `SIGNATURE_NO_V1`.
 */
export function parseSignatureHeader(header: string | null): SignatureHeader {
  if (header === null || header === '') {
    throw new EngineError('SIGNATURE_MISSING', 'the request has no Stripe-Signature header')
  }
  if (header.length > HEADER_CHARACTERS_MAX) {
    throw malformed(`it is longer than ${HEADER_CHARACTERS_MAX} characters`)
  }
  const elements = elementsOf(header)
  const broken = RULES.find((rule) => rule.broken(elements))
  if (broken !== undefined) throw malformed(broken.says)
  const candidates = valuesOf(elements, 'v1')
  if (candidates.length === 0) {
    throw new EngineError('SIGNATURE_NO_V1', 'the Stripe-Signature header has no v1 signature')
  }
  return { timestamp: valuesOf(elements, 't').join(''), candidates }
}
