// Goal: an unusable secret refuses to start, and no secret can be printed off the keyring.
// Method: a keyring that works first, then one broken thing per block; then every way to print it.
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type ErrorCode, isEngineError } from '../../src/errors.ts'
import { createKeyring } from '../../src/pipeline/verify/keyring.ts'
import { FOREIGN_SECRET, mac, NOW_SECONDS, SECOND_SECRET, SECRET, utf8 } from './signing.ts'

type Endpoints = Parameters<typeof createKeyring>[0]

function refusal(endpoints: Endpoints): { code: ErrorCode; message: string } | 'accepted' {
  try {
    createKeyring(endpoints, 300)
    return 'accepted'
  } catch (error) {
    if (isEngineError(error)) return { code: error.code, message: error.message }
    throw error
  }
}

const codeOf = (endpoints: Endpoints) => {
  const result = refusal(endpoints)
  return result === 'accepted' ? result : result.code
}

describe('what it takes', () => {
  it('names of 1 to 64 letters, digits, _ and -, with 1 to 8 secrets', () => {
    for (const name of ['a', 'Default', 'connect_2', 'x-y', 'n'.repeat(64)]) {
      expect(codeOf({ [name]: { secrets: [SECRET] } })).toBe('accepted')
    }
    expect(codeOf({ a: { secrets: Array.from({ length: 8 }, (_, n) => `whsec_${n}`) } })).toBe(
      'accepted',
    )
  })
})

describe('SECRET_BLANK', () => {
  it.each<[string, Endpoints]>([
    ['an engine without endpoints', {}],
    ['an endpoint without secrets', { shop: { secrets: [] } }],
    ['an empty secret', { shop: { secrets: [''] } }],
    ['a blank secret', { shop: { secrets: ['  \n'] } }],
    ['one blank secret among good ones', { shop: { secrets: [SECRET, ' '] } }],
    ['one bad endpoint among good ones', { good: { secrets: [SECRET] }, shop: { secrets: [] } }],
  ])('is %s', (_name, endpoints) => {
    expect(codeOf(endpoints)).toBe('SECRET_BLANK')
  })

  it('names the endpoint', () => {
    expect(refusal({ shop: { secrets: [''] } })).toMatchObject({
      message: expect.stringContaining('shop'),
    })
  })

  it('is a secret that an untyped caller left undefined', () => {
    const untyped: Endpoints = JSON.parse('{"shop":{"secrets":[null]}}')
    expect(codeOf(untyped)).toBe('SECRET_BLANK')
  })
})

describe('CONFIG_INVALID', () => {
  it.each([
    ['an empty name', ''],
    ['65 characters', 'n'.repeat(65)],
    ['a slash', 'a/b'],
    ['a line break at the end', 'a\n'],
    ['a space', 'a b'],
    ['a letter outside ASCII', 'é'],
  ])('is a name with %s', (_name, name) => {
    expect(codeOf({ [name]: { secrets: [SECRET] } })).toBe('CONFIG_INVALID')
  })

  it('is a secret with white space in it, and the refusal does not repeat the secret', () => {
    const result = refusal({ shop: { secrets: [`${SECRET}\n`] } })
    expect(result).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(JSON.stringify(result)).not.toContain(SECRET)
  })

  it('is more secrets or endpoints than the limits', () => {
    const nine = Array.from({ length: 9 }, (_, n) => `whsec_${n}`)
    expect(codeOf({ shop: { secrets: nine } })).toBe('CONFIG_INVALID')
    const endpoints = Array.from({ length: 33 }, (_, n) => [`e${n}`, { secrets: [SECRET] }])
    expect(codeOf(Object.fromEntries(endpoints))).toBe('CONFIG_INVALID')
  })
})

describe('matching', () => {
  const bytes = utf8('{}')
  const claim = (secret: string) => ({
    timestamp: String(NOW_SECONDS),
    bytes,
    candidates: [mac(secret, NOW_SECONDS, bytes)],
  })
  const keyring = createKeyring(
    { shop: { secrets: [SECRET, SECOND_SECRET] }, connect: { secrets: [FOREIGN_SECRET] } },
    300,
  )

  it('answers the position among the own secrets, and knows foreign ones apart', () => {
    expect(keyring.match('shop', claim(SECRET))).toBe(0)
    expect(keyring.match('shop', claim(SECOND_SECRET))).toBe(1)
    expect(keyring.match('shop', claim(FOREIGN_SECRET))).toBe(-1)
    expect(keyring.match('nope', claim(SECRET))).toBe(-1)
    expect(keyring.matchesOther('shop', claim(FOREIGN_SECRET))).toBe(true)
    expect(keyring.matchesOther('shop', claim(SECRET))).toBe(false)
  })

  it('tries at most 32 foreign secrets', () => {
    const crowd = Array.from({ length: 10 }, (_, endpoint) => [
      `e${endpoint}`,
      { secrets: Array.from({ length: 4 }, (_unused, n) => `whsec_${endpoint}_${n}`) },
    ])
    const big = createKeyring(Object.fromEntries(crowd), 300)
    expect(big.matchesOther('nope', claim('whsec_7_3'))).toBe(true)
    expect(big.matchesOther('nope', claim('whsec_8_0'))).toBe(false)
  })
})

describe('printing', () => {
  const keyring = createKeyring({ shop: { secrets: [SECRET] } }, 300)
  const encodings = [
    SECRET,
    SECRET.slice(6),
    Buffer.from(SECRET).toString('hex'),
    Buffer.from(SECRET).toString('base64').slice(0, 20),
    [...Buffer.from(SECRET).subarray(0, 6)].join(', '),
  ]

  it.each<[string, () => string]>([
    ['JSON.stringify', () => JSON.stringify(keyring)],
    ['util.inspect', () => inspect(keyring, { depth: null, showHidden: true, getters: true })],
    ['String', () => String(keyring)],
    ['the sources of its functions', () => Object.values(keyring).map(String).join()],
    ['its own and inherited names', () => Reflect.ownKeys(keyring).map(String).join()],
  ])('shows no secret by %s', (_name, print) => {
    const text = print()
    expect(text.length).toBeGreaterThan(0)
    for (const secret of encodings) expect(text).not.toContain(secret)
  })

  it('cannot be talked into another answer', () => {
    expect(Object.isFrozen(keyring)).toBe(true)
  })
})
