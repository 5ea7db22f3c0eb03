// Owns the randomness of a run: everything that a seed decides is drawn here.
import { createHash } from 'node:crypto'
import type { Random } from '../../../src/ports/clock.ts'

const WORD = 2 ** 32

/** Mulberry32: small, fast, and the same everywhere. */
export class Dice {
  #state: number

  constructor(seed: string) {
    this.#state = createHash('sha256').update(seed).digest().readUInt32BE()
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / WORD
  }

  /** A whole number from 0 on, smaller than `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0]
  }
}

/**
 * The engine's own randomness. Ids are drawn from a source of their own, which is the same in every
 * run of a flow: so the objects of two runs have the same names, and rows can be compared as they are.
 */
export function engineRandom(names: string, seed: string): Random {
  const ids = new Dice(names)
  const jitter = new Dice(`jitter of ${seed}`)
  return {
    next: () => jitter.next(),
    hex: (bytes) =>
      Array.from({ length: bytes }, () => ids.below(256).toString(16).padStart(2, '0')).join(''),
  }
}
