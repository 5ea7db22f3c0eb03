// Owns the run that holds our verify against the official library's, and the list of differences.
import Stripe from 'stripe'
import { isEngineError } from '../../src/errors.ts'
import { CANDIDATES_MAX, HEADER_CHARACTERS_MAX } from '../../src/pipeline/verify/header.ts'
import { createKeyring } from '../../src/pipeline/verify/keyring.ts'
import { verify } from '../../src/pipeline/verify/verify.ts'
import { type Case, MUTATIONS, TOLERANCE_SECONDS, VALID } from './differential-cases.ts'
import { dice, FOREIGN_SECRET, SECOND_SECRET, SECRET } from './signing.ts'

type Side = 'ours' | 'stripe'

/** One documented difference. It excuses one direction only. */
export interface Difference {
  readonly name: string
  readonly accepts: Side
  readonly applies: (given: Case) => boolean
  readonly why: string
}

const parts = (given: Case) => given.header.split(',')
const values = (given: Case, key: string) =>
  parts(given)
    .filter((part) => part.split('=')[0] === key)
    .map((part) => part.slice(key.length + 1))
/** What Stripe's library takes for the time: the last t, read by parseInt. */
const readTime = (given: Case) => Number.parseInt(values(given, 't').at(-1) ?? '', 10)
const nowSeconds = (given: Case) => Math.floor(given.nowMs / 1000)
const decoder = new TextDecoder()
/** The body changes when it is decoded and encoded again: a byte order mark, or not UTF-8. */
const lossy = (given: Case) => !Buffer.from(decoder.decode(given.bytes)).equals(given.bytes)

export const DIFFERENCES: readonly Difference[] = [
  {
    name: 'bytes that are not what their text says',
    accepts: 'ours',
    applies: lossy,
    why: 'Stripe signs bytes; its library decodes them first and so refuses a genuine delivery.',
  },
  {
    name: 'text that is not what its bytes say',
    accepts: 'stripe',
    applies: lossy,
    why: 'Its library accepts a body that was changed where decoding hides the change.',
  },
  {
    name: 'dated in the future',
    accepts: 'stripe',
    applies: (given) => readTime(given) - nowSeconds(given) > TOLERANCE_SECONDS,
    why: 'A delivery dated ahead could be replayed until then; we bound both ways.',
  },
  {
    name: 'more than one t',
    accepts: 'stripe',
    applies: (given) => values(given, 't').length > 1,
    why: 'Two readers that take different ones disagree about the signed time; it takes the last.',
  },
  {
    name: 't that is not plain digits',
    accepts: 'stripe',
    applies: (given) => values(given, 't').some((value) => !/^[0-9]+$/.test(value)),
    why: 'It reads with parseInt: "17s" is 17, and "abc" is NaN, which no tolerance ever refuses.',
  },
  {
    name: 'leading zeros in t',
    accepts: 'stripe',
    applies: (given) => values(given, 't').some((value) => /^0[0-9]/.test(value)),
    why: 'One time has one spelling here, so that what was signed and what is read are the same.',
  },
  {
    name: 'v1 that is not 64 lower-case hex digits beside a right one',
    accepts: 'stripe',
    applies: (given) => values(given, 'v1').some((value) => !/^[0-9a-f]{64}$/.test(value)),
    why: 'Stripe never sends one, so somebody else wrote this header.',
  },
  {
    name: 'more v1 than the limit',
    accepts: 'stripe',
    applies: (given) => values(given, 'v1').length > CANDIDATES_MAX,
    why: 'Every list has a limit; Stripe sends one for each active secret.',
  },
  {
    name: 'element that is not key=value in visible ASCII',
    accepts: 'stripe',
    applies: (given) =>
      parts(given).some((part) => !/^[^=]+=/.test(part) || /[^\x21-\x7e]/.test(part)),
    why: 'It skips what it cannot read; we refuse a header that is not in the grammar.',
  },
  {
    name: 'header longer than the limit',
    accepts: 'stripe',
    applies: (given) => given.header.length > HEADER_CHARACTERS_MAX,
    why: 'Every text has a limit; Stripe sends about 150 characters.',
  },
]

const OWN = [SECRET, SECOND_SECRET]
const keyring = createKeyring(
  { default: { secrets: OWN }, connect: { secrets: [FOREIGN_SECRET] } },
  TOLERANCE_SECONDS,
)

function ourVerdict({ bytes, header, nowMs }: Case): boolean {
  try {
    verify({ endpoint: 'default', bytes, header, nowMs }, keyring)
    return true
  } catch (error) {
    if (isEngineError(error) && error.code.startsWith('SIGNATURE_')) return false
    throw error
  }
}

const { signature } = new Stripe('sk_test_unused').webhooks

/** An empty v1, and one that is 64 characters but not 64 bytes, break its comparison: refusals too. */
const ACCIDENTS = [
  'secureCompare must receive two arguments',
  'Input buffers must have the same byte length',
]

/** Its library takes one secret at a time: a list is any of them. */
function stripeVerdict({ bytes, header, nowMs }: Case): boolean {
  return OWN.some((secret) => {
    try {
      return (
        signature?.verifyHeader(bytes, header, secret, TOLERANCE_SECONDS, undefined, nowMs) === true
      )
    } catch (error) {
      if (error instanceof Stripe.errors.StripeSignatureVerificationError) return false
      if (error instanceof Error && ACCIDENTS.includes(error.message)) return false
      throw error
    }
  })
}

export interface DifferentialReport {
  readonly count: number
  readonly seed: number
  /** How many both sides accepted. */
  readonly accepted: number
  readonly mutations: ReadonlyMap<string, number>
  readonly differences: ReadonlyMap<string, number>
  /** Verdicts that differ and that no row explains; the first few, to look at. */
  readonly unlisted: readonly string[]
  readonly unlistedCount: number
}

const SHOWN_MAX = 10

/** 40 of 100 cases are valid; the mutations share the rest evenly, whatever the seed. */
const mutationAt = (index: number) =>
  index % 5 < 2
    ? VALID
    : (MUTATIONS[(Math.floor(index / 5) * 3 + (index % 5) - 2) % MUTATIONS.length] ?? VALID)

export function runDifferential(count: number, seed: number): DifferentialReport {
  const roll = dice(seed)
  const mutations = new Map([VALID, ...MUTATIONS].map(({ name }) => [name, 0]))
  const differences = new Map(DIFFERENCES.map(({ name }) => [name, 0]))
  const bump = (map: Map<string, number>, name: string) => map.set(name, (map.get(name) ?? 0) + 1)
  const unlisted: string[] = []
  let unlistedCount = 0
  let accepted = 0
  for (let index = 0; index < count; index += 1) {
    const mutation = mutationAt(index)
    const given = mutation.make(roll)
    bump(mutations, mutation.name)
    const ours = ourVerdict(given)
    const stripe = stripeVerdict(given)
    if (ours === stripe && (ours || mutation !== VALID)) {
      accepted += Number(ours)
      continue
    }
    const side: Side = ours ? 'ours' : 'stripe'
    const row = DIFFERENCES.find((it) => it.accepts === side && it.applies(given))
    if (row !== undefined && ours !== stripe) {
      bump(differences, row.name)
      continue
    }
    unlistedCount += 1
    if (unlisted.length < SHOWN_MAX) {
      unlisted.push(`#${index} ${mutation.name}: ours ${ours}, stripe ${stripe}: ${given.header}`)
    }
  }
  return { count, seed, accepted, mutations, differences, unlisted, unlistedCount }
}
