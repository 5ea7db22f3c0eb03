// Owns how tests sign: an independent, few-line signer and a seeded generator of random numbers.
import { createHmac } from 'node:crypto'

export const SECRET = 'whsec_5f1d2a7c9be84e0f'
export const SECOND_SECRET = 'whsec_2b60c4d1e93f4a58'
export const FOREIGN_SECRET = 'whsec_9a8b7c6d5e4f3021'
export const NOW_SECONDS = 1_790_000_000
export const NOW_MS = NOW_SECONDS * 1000 + 417

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The v1 value for exactly these bytes under exactly this spelling of the timestamp. */
export function mac(secret: string, timestamp: string | number, bytes: Uint8Array): string {
  return createHmac('sha256', secret).update(`${timestamp}.`).update(bytes).digest('hex')
}

export function signed(
  bytes: Uint8Array,
  options: { readonly secret?: string; readonly at?: string | number } = {},
): string {
  const at = options.at ?? NOW_SECONDS
  return `t=${at},v1=${mac(options.secret ?? SECRET, at, bytes)}`
}

export interface Dice {
  /** A whole number in [0, below). */
  int(below: number): number
  pick<T>(items: readonly [T, ...T[]]): T
  bytes(length: number): Uint8Array
}

/** mulberry32: 32 bits of state are plenty for test data, and a seed replays all of it. */
export function dice(seed: number): Dice {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let word = Math.imul(state ^ (state >>> 15), state | 1)
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61)
    return (word ^ (word >>> 14)) >>> 0
  }
  const int = (below: number) => next() % below
  return {
    int,
    pick: (items) => items[int(items.length)] ?? items[0],
    bytes: (length) => Uint8Array.from({ length }, () => int(256)),
  }
}
