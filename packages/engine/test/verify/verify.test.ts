// Goal: each way a delivery can be wrong has its own code, and only right ones become events.
// Method: a delivery that is right first, then one broken thing per block.
import { describe, expect, it } from 'vitest'
import { type ErrorCode, isEngineError } from '../../src/errors.ts'
import { createKeyring } from '../../src/pipeline/verify/keyring.ts'
import { verify } from '../../src/pipeline/verify/verify.ts'
import {
  FOREIGN_SECRET,
  mac,
  NOW_MS,
  NOW_SECONDS,
  SECOND_SECRET,
  SECRET,
  signed,
  utf8,
} from './signing.ts'

const BODY = utf8('{"id":"evt_1","object":"event","name":"Zoë"}')
const keyring = createKeyring(
  { default: { secrets: [SECRET, SECOND_SECRET] }, connect: { secrets: [FOREIGN_SECRET] } },
  300,
)
const RIGHT = { endpoint: 'default', bytes: BODY, header: signed(BODY), nowMs: NOW_MS }
const V1 = mac(SECRET, NOW_SECONDS, BODY)

/** The refusal's code, or `accepted`: a test can never pass by not throwing. */
function verdict(change: Partial<typeof RIGHT> | { header: null }): ErrorCode | 'accepted' {
  try {
    verify({ ...RIGHT, ...change }, keyring)
    return 'accepted'
  } catch (error) {
    if (isEngineError(error)) return error.code
    throw error
  }
}

describe('a right delivery', () => {
  it('becomes an event that says who signed it and when, over the same bytes', () => {
    const event = verify(RIGHT, keyring)
    expect(event).toEqual({
      endpoint: 'default',
      secretIndex: 0,
      signedAt: NOW_SECONDS,
      bytes: BODY,
    })
    expect(event.bytes).toBe(BODY)
    expect(Object.isFrozen(event)).toBe(true)
  })

  it('records the position of a later secret, and the first one when both match', () => {
    const second = mac(SECOND_SECRET, NOW_SECONDS, BODY)
    const later = verify({ ...RIGHT, header: `t=${NOW_SECONDS},v1=${second}` }, keyring)
    expect(later.secretIndex).toBe(1)
    const both = verify({ ...RIGHT, header: `t=${NOW_SECONDS},v1=${second},v1=${V1}` }, keyring)
    expect(both.secretIndex).toBe(0)
  })

  it.each([
    ['a wrong v1 before the right one', `t=${NOW_SECONDS},v1=${'0'.repeat(64)},v1=${V1}`],
    ['a wrong v1 after the right one', `t=${NOW_SECONDS},v1=${V1},v1=${'f'.repeat(64)}`],
    ['a v0 beside it', `t=${NOW_SECONDS},v1=${V1},v0=${'a'.repeat(64)}`],
    ['an unknown scheme with = in its value', `v9=abc==,t=${NOW_SECONDS},v1=${V1}`],
    ['t at the end', `v1=${V1},t=${NOW_SECONDS}`],
    ['16 v1', `t=${NOW_SECONDS}${`,v1=${V1}`.repeat(16)}`],
  ])('may have %s', (_name, header) => {
    expect(verdict({ header })).toBe('accepted')
  })

  it.each([
    ['empty', new Uint8Array()],
    ['not UTF-8', Uint8Array.of(0xff, 0xfe, 0x80, 0x41)],
    ['a byte order mark first', Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d)],
    ['NUL', Uint8Array.of(0x7b, 0, 0x7d)],
  ])('may have a body that is or has %s: the bytes are what was signed', (_name, bytes) => {
    expect(verdict({ bytes, header: signed(bytes) })).toBe('accepted')
  })

  it('may be as old, or as early, as the tolerance to the second', () => {
    expect(verdict({ header: signed(BODY, { at: NOW_SECONDS - 300 }) })).toBe('accepted')
    expect(verdict({ header: signed(BODY, { at: NOW_SECONDS + 300 }) })).toBe('accepted')
  })
})

describe('SIGNATURE_MISSING', () => {
  it('is a header that is absent or empty', () => {
    expect(verdict({ header: null })).toBe('SIGNATURE_MISSING')
    expect(verdict({ header: '' })).toBe('SIGNATURE_MISSING')
  })
})

describe('SIGNATURE_MALFORMED', () => {
  it.each([
    ['no t', `v1=${V1}`],
    ['two t, even equal ones', `t=${NOW_SECONDS},t=${NOW_SECONDS},v1=${V1}`],
    ['an empty t', `t=,v1=${V1}`],
    ['13 digits', `t=1000000000000,v1=${mac(SECRET, '1000000000000', BODY)}`],
    ['a sign', `t=-1,v1=${mac(SECRET, '-1', BODY)}`],
    ['a leading zero', signed(BODY, { at: `0${NOW_SECONDS}` })],
    ['digits and a letter', signed(BODY, { at: `${NOW_SECONDS}s` })],
    ['full-width digits', signed(BODY, { at: '１２３' })],
    ['a space after a comma', `t=${NOW_SECONDS}, v1=${V1}`],
    ['a line break at the end', `t=${NOW_SECONDS},v1=${V1}\n`],
    ['a comma at the end', `t=${NOW_SECONDS},v1=${V1},`],
    ['an element without =', `t=${NOW_SECONDS},v1=${V1},junk`],
    ['an element without a key', `t=${NOW_SECONDS},v1=${V1},=junk`],
    ['upper-case hex', `t=${NOW_SECONDS},v1=${V1.toUpperCase()}`],
    ['63 hex digits', `t=${NOW_SECONDS},v1=${V1.slice(1)}`],
    ['65 hex digits beside a right one', `t=${NOW_SECONDS},v1=${V1},v1=${V1}0`],
    ['an empty v1', `t=${NOW_SECONDS},v1=`],
    ['17 v1', `t=${NOW_SECONDS}${`,v1=${V1}`.repeat(17)}`],
    ['4,097 characters', `t=${NOW_SECONDS},v1=${V1},x=`.padEnd(4_097, 'x')],
    ['something else altogether', '[object Object]'],
  ])('is a header with %s', (_name, header) => {
    expect(verdict({ header })).toBe('SIGNATURE_MALFORMED')
  })

  it('is not a header of exactly 4,096 characters', () => {
    expect(verdict({ header: `t=${NOW_SECONDS},v1=${V1},x=`.padEnd(4_096, 'x') })).toBe('accepted')
  })
})

describe('SIGNATURE_NO_V1', () => {
  it('is a header with a time and other schemes only, though the other one be right', () => {
    expect(verdict({ header: `t=${NOW_SECONDS},v0=${V1}` })).toBe('SIGNATURE_NO_V1')
    expect(verdict({ header: `t=${NOW_SECONDS}` })).toBe('SIGNATURE_NO_V1')
  })
})

describe('SIGNATURE_NO_MATCH', () => {
  it('is a secret that nobody here has', () => {
    expect(verdict({ header: signed(BODY, { secret: 'whsec_other' }) })).toBe('SIGNATURE_NO_MATCH')
  })

  it('is a body, a time or a signature that was touched', () => {
    const touched = Uint8Array.from(BODY, (byte, at) => (at === 7 ? byte ^ 1 : byte))
    expect(verdict({ bytes: touched })).toBe('SIGNATURE_NO_MATCH')
    expect(verdict({ header: `t=${NOW_SECONDS + 1},v1=${V1}` })).toBe('SIGNATURE_NO_MATCH')
    const flipped = (V1.startsWith('0') ? '1' : '0') + V1.slice(1)
    expect(verdict({ header: `t=${NOW_SECONDS},v1=${flipped}` })).toBe('SIGNATURE_NO_MATCH')
  })

  it('comes before the time is judged: a forged old delivery is no stale one', () => {
    const header = signed(BODY, { secret: 'whsec_other', at: NOW_SECONDS - 9_000 })
    expect(verdict({ header })).toBe('SIGNATURE_NO_MATCH')
  })
})

describe('SIGNATURE_OTHER_ENDPOINT', () => {
  it('is a signature that is right for another endpoint, old or not', () => {
    const now = signed(BODY, { secret: FOREIGN_SECRET })
    expect(verdict({ header: now })).toBe('SIGNATURE_OTHER_ENDPOINT')
    const old = signed(BODY, { secret: FOREIGN_SECRET, at: NOW_SECONDS - 9_000 })
    expect(verdict({ header: old })).toBe('SIGNATURE_OTHER_ENDPOINT')
    expect(verdict({ endpoint: 'connect', header: now })).toBe('accepted')
    expect(verdict({ endpoint: 'connect' })).toBe('SIGNATURE_OTHER_ENDPOINT')
  })
})

describe('SIGNATURE_STALE and SIGNATURE_FUTURE', () => {
  it('are one second past the tolerance, with a right signature', () => {
    const stale = signed(BODY, { at: NOW_SECONDS - 301 })
    expect(verdict({ header: stale })).toBe('SIGNATURE_STALE')
    const future = signed(BODY, { at: NOW_SECONDS + 301 })
    expect(verdict({ header: future })).toBe('SIGNATURE_FUTURE')
    expect(verdict({ header: signed(BODY, { at: 0 }) })).toBe('SIGNATURE_STALE')
  })
})

describe('ENDPOINT_UNKNOWN', () => {
  it('is a name that the configuration does not have, also one that every object has', () => {
    expect(verdict({ endpoint: 'nope' })).toBe('ENDPOINT_UNKNOWN')
    expect(verdict({ endpoint: 'constructor' })).toBe('ENDPOINT_UNKNOWN')
    expect(verdict({ endpoint: '__proto__' })).toBe('ENDPOINT_UNKNOWN')
  })
})

describe('what a refusal says', () => {
  it('is never the header, the body or a secret', () => {
    const header = signed(BODY, { at: NOW_SECONDS - 301 })
    for (const change of [{ header }, { header: 'v1=secret-looking' }, { bytes: utf8('{}') }]) {
      try {
        verify({ ...RIGHT, ...change }, keyring)
        expect.unreachable()
      } catch (error) {
        const text = String(error)
        for (const never of [SECRET, V1, 'evt_1', 'Zoë', 'secret-looking', header]) {
          expect(text).not.toContain(never)
        }
      }
    }
  })
})
