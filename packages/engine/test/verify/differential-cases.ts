// Owns the generated deliveries of the differential test: a valid one, and one row per mutation.
import { type Dice, mac, NOW_MS, NOW_SECONDS, SECOND_SECRET, SECRET, utf8 } from './signing.ts'

export const TOLERANCE_SECONDS = 300

export interface Case {
  readonly header: string
  readonly bytes: Uint8Array
  readonly nowMs: number
}

export interface Mutation {
  readonly name: string
  make(roll: Dice): Case
}

const TEXTS = ['Zoë', '日本語', '🧾', '\\u0000', 'a"b', '\n', '  ', 'x'.repeat(900)] as const

function body(roll: Dice): Uint8Array {
  const fields = Array.from({ length: 1 + roll.int(6) }, (_, n) => [`k${n}`, roll.pick(TEXTS)])
  const event = { id: `evt_${roll.int(1e9)}`, object: 'event', data: Object.fromEntries(fields) }
  return utf8(JSON.stringify(event, null, roll.int(3)))
}

const own = (roll: Dice) => roll.pick([SECRET, SECOND_SECRET])
/** Well inside the tolerance, so that only the mutation decides. */
const recent = (roll: Dice) => NOW_SECONDS - 250 + roll.int(500)
const wrongHex = (roll: Dice) => Buffer.from(roll.bytes(32)).toString('hex')

/** Signs the bytes under this spelling of the time and lays the header out by `layout`. */
function laidOut(
  roll: Dice,
  layout: (v1: string, at: string) => string,
  options: { at?: string | number; bytes?: Uint8Array; signedAt?: string | number } = {},
): Case {
  const bytes = options.bytes ?? body(roll)
  const at = String(options.at ?? recent(roll))
  const v1 = mac(own(roll), options.signedAt ?? at, bytes)
  return { header: layout(v1, at), bytes, nowMs: NOW_MS }
}

const plain = (v1: string, at: string) => `t=${at},v1=${v1}`

/** Only the bytes that Stripe's library reads after decoding: what a text-based signer would sign. */
const asText = (bytes: Uint8Array) => utf8(new TextDecoder().decode(bytes))

function odd(roll: Dice, bytes: Uint8Array): Case {
  const over = roll.pick([bytes, asText(bytes)])
  const at = String(recent(roll))
  return { header: plain(mac(own(roll), at, over), at), bytes, nowMs: NOW_MS }
}

const VALID_LAYOUTS: readonly [typeof plain, ...(typeof plain)[]] = [
  plain,
  plain,
  (v1, at) => `v1=${v1},t=${at}`,
  (v1, at) => `t=${at},v1=${v1},v0=${'a1'.repeat(32)}`,
  (v1, at) => `t=${at},v1=${'00'.repeat(32)},v1=${v1}`,
  (v1, at) => `t=${at},v1=${v1},v1=${'ff'.repeat(32)}`,
  (v1, at) => `v7=x==,t=${at},v1=${v1}`,
]

export const VALID: Mutation = {
  name: 'valid',
  make: (roll) => laidOut(roll, roll.pick(VALID_LAYOUTS)),
}

const flipHexAt = (hex: string, at: number) =>
  hex.slice(0, at) +
  ((Number.parseInt(hex.charAt(at), 16) ^ 1) & 15).toString(16) +
  hex.slice(at + 1)

const NOT_UTF8 = [
  Uint8Array.of(0xff),
  Uint8Array.of(0xc3, 0x28),
  Uint8Array.of(0xe2, 0x82),
  Uint8Array.of(0xed, 0xa0, 0x80),
] as const

const joined = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts))

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'wrong secret',
    make: (roll) => {
      const bytes = body(roll)
      const at = String(recent(roll))
      return { header: plain(mac(`whsec_${roll.int(1e9)}`, at, bytes), at), bytes, nowMs: NOW_MS }
    },
  },
  {
    name: 'flipped byte in body',
    make: (roll) => {
      const right = laidOut(roll, plain)
      const at = roll.int(right.bytes.length)
      const bytes = right.bytes.map((byte, index) =>
        index === at ? byte ^ (1 + roll.int(255)) : byte,
      )
      return { ...right, bytes }
    },
  },
  {
    name: 'truncated body',
    make: (roll) => {
      const right = laidOut(roll, plain)
      return { ...right, bytes: right.bytes.subarray(0, roll.int(right.bytes.length)) }
    },
  },
  {
    name: 'flipped hex digit',
    make: (roll) => laidOut(roll, (v1, at) => `t=${at},v1=${flipHexAt(v1, roll.int(64))}`),
  },
  {
    name: 'upper-case hex',
    make: (roll) => laidOut(roll, (v1, at) => `t=${at},v1=${v1.toUpperCase()}`),
  },
  {
    name: 'short v1',
    make: (roll) => laidOut(roll, (v1, at) => `t=${at},v1=${v1.slice(0, roll.int(64))}`),
  },
  { name: 'long v1', make: (roll) => laidOut(roll, (v1, at) => `t=${at},v1=${v1}${roll.int(10)}`) },
  {
    name: 'changed time',
    make: (roll) => laidOut(roll, (v1, at) => `t=${Number(at) + 1 + roll.int(5)},v1=${v1}`),
  },
  {
    name: 'stale',
    make: (roll) => laidOut(roll, plain, { at: NOW_SECONDS - 301 - roll.int(1e6) }),
  },
  {
    name: 'future',
    make: (roll) => laidOut(roll, plain, { at: NOW_SECONDS + 301 + roll.int(1e6) }),
  },
  {
    name: 'boundary, old',
    make: (roll) => laidOut(roll, plain, { at: NOW_SECONDS - TOLERANCE_SECONDS - roll.int(2) }),
  },
  {
    name: 'boundary, early',
    make: (roll) => laidOut(roll, plain, { at: NOW_SECONDS + TOLERANCE_SECONDS + roll.int(2) }),
  },
  { name: 'v0 only', make: (roll) => laidOut(roll, (v1, at) => `t=${at},v0=${v1}`) },
  { name: 'no scheme', make: (roll) => laidOut(roll, (_v1, at) => `t=${at}`) },
  { name: 'missing t', make: (roll) => laidOut(roll, (v1) => `v1=${v1}`) },
  {
    name: 'duplicate t',
    make: (roll) =>
      laidOut(roll, (v1, at) => {
        const other = String(Number(at) - roll.int(3))
        return roll.pick([`t=${other},t=${at},v1=${v1}`, `t=${at},v1=${v1},t=${other}`])
      }),
  },
  {
    name: 'several v1, one right',
    make: (roll) =>
      laidOut(roll, (v1, at) => {
        const all = Array.from({ length: 1 + roll.int(14) }, () => wrongHex(roll))
        all.splice(roll.int(all.length + 1), 0, v1)
        return `t=${at},${all.map((hex) => `v1=${hex}`).join(',')}`
      }),
  },
  {
    name: 'several v1, none right',
    make: (roll) =>
      laidOut(roll, (_v1, at) => `t=${at}${`,v1=${wrongHex(roll)}`.repeat(1 + roll.int(16))}`),
  },
  {
    name: 'crowd of v1',
    make: (roll) => laidOut(roll, (v1, at) => `t=${at}${`,v1=${v1}`.repeat(15 + roll.int(4))}`),
  },
  {
    name: 'right v1 beside a broken one',
    make: (roll) =>
      laidOut(roll, (v1, at) => {
        const broken = roll.pick(['', 'abc', `${v1}0`, v1.toUpperCase(), 'é'.repeat(64)])
        return roll.pick([`t=${at},v1=${broken},v1=${v1}`, `t=${at},v1=${v1},v1=${broken}`])
      }),
  },
  {
    name: 'v1 with a tail',
    make: (roll) => laidOut(roll, (v1, at) => `t=${at},v1=${v1}=${roll.int(9)}`),
  },
  { name: 'space after comma', make: (roll) => laidOut(roll, (v1, at) => `t=${at}, v1=${v1}`) },
  {
    name: 'white space somewhere',
    make: (roll) =>
      laidOut(roll, (v1, at) => {
        const header = `t=${at},v1=${v1},v0=${'a1'.repeat(32)}`
        const where = roll.int(header.length + 1)
        return header.slice(0, where) + roll.pick([' ', '\t', '\u00a0']) + header.slice(where)
      }),
  },
  {
    name: 'space in an ignored element',
    make: (roll) => laidOut(roll, (v1, at) => `t=${at},v1=${v1}, v0=${'a1'.repeat(32)}`),
  },
  {
    name: 'trailing newline',
    make: (roll) => laidOut(roll, (v1, at) => `t=${at},v1=${v1}${roll.pick(['\n', '\r\n'])}`),
  },
  { name: 'trailing comma', make: (roll) => laidOut(roll, (v1, at) => `t=${at},v1=${v1},`) },
  {
    name: 'element without =',
    make: (roll) => laidOut(roll, (v1, at) => `t=${at},${roll.pick(['junk', 't', 'v1'])},v1=${v1}`),
  },
  { name: 'wrong separator', make: (roll) => laidOut(roll, (v1, at) => `t=${at};v1=${v1}`) },
  { name: 'keys in upper case', make: (roll) => laidOut(roll, (v1, at) => `T=${at},V1=${v1}`) },
  { name: 'empty header', make: (roll) => ({ ...laidOut(roll, plain), header: '' }) },
  {
    name: 'array-ish junk',
    make: (roll) =>
      laidOut(roll, (v1, at) =>
        roll.pick([
          `["t=${at}","v1=${v1}"]`,
          '[object Object]',
          `t[]=${at},v1[]=${v1}`,
          'undefined',
        ]),
      ),
  },
  {
    name: 'random printable header',
    make: (roll) => {
      const letters = [...roll.bytes(1 + roll.int(120))].map((byte) => 32 + (byte % 95))
      return { ...laidOut(roll, plain), header: String.fromCharCode(...letters) }
    },
  },
  {
    name: 'long header',
    make: (roll) =>
      laidOut(roll, (v1, at) => `${plain(v1, at)},x=${'x'.repeat(3_980 + roll.int(90))}`),
  },
  {
    name: 'huge t',
    make: (roll) => {
      const digits = `9${String(roll.int(1e9)).padStart(11 + roll.int(14), '7')}`
      return laidOut(roll, plain, {
        at: digits,
        signedAt: roll.pick<string | number>([digits, Number(digits)]),
      })
    },
  },
  { name: 'negative t', make: (roll) => laidOut(roll, plain, { at: -1 - roll.int(1e9) }) },
  {
    name: 'non-digit t',
    make: (roll) => {
      const number = recent(roll)
      const [at, signedAt] = roll.pick<readonly [string, string | number]>([
        [`${number}s`, number],
        [`+${number}`, number],
        [`${number}.5`, number],
        [` ${number}`, number],
        ['abc', 'NaN'],
        ['', 'NaN'],
        ['0x6a', '0'],
        [`${number}=1`, number],
      ])
      return laidOut(roll, plain, { at, signedAt })
    },
  },
  {
    name: 'leading zeros in t',
    make: (roll) => {
      const number = recent(roll)
      const at = `${'0'.repeat(1 + roll.int(3))}${number}`
      return laidOut(roll, plain, { at, signedAt: roll.pick<string | number>([at, number]) })
    },
  },
  {
    name: 'byte order mark',
    make: (roll) => odd(roll, joined(Uint8Array.of(0xef, 0xbb, 0xbf), body(roll))),
  },
  {
    name: 'body not UTF-8',
    make: (roll) => odd(roll, joined(body(roll), roll.pick(NOT_UTF8), roll.bytes(roll.int(8)))),
  },
  { name: 'random bytes', make: (roll) => odd(roll, roll.bytes(1 + roll.int(200))) },
  {
    name: 'NUL in body',
    make: (roll) =>
      laidOut(roll, plain, { bytes: joined(body(roll), Uint8Array.of(0), body(roll)) }),
  },
  { name: 'empty body', make: (roll) => laidOut(roll, plain, { bytes: new Uint8Array() }) },
  {
    name: 'body not JSON',
    make: (roll) => laidOut(roll, plain, { bytes: utf8(roll.pick(['null', '[', 'a=1&b=2', '"'])) }),
  },
]
