/** The one place that touches the wall clock, timers and randomness; all else takes them as arguments. */
import { createHash, randomBytes } from 'node:crypto'

export interface Random {
  /** Uniform in [0, 1). */
  next(): number
}

/** A generator that can be stopped and go on elsewhere. */
export interface ResumableRandom extends Random {
  dump(): readonly number[]
  load(state: readonly number[]): void
}

export interface Ports {
  /** Wall clock in milliseconds. */
  readonly now: () => number
  /** Runs `task` once after `delayMs`; the answer cancels it. A pending timer keeps no process alive. */
  readonly later: (delayMs: number, task: () => void) => () => void
  /** As `later`, for waits that a caller stands in: the process stays alive for it. */
  readonly sleep: (delayMs: number) => Promise<void>
}

/** setTimeout fires at once for anything above this. */
const timerMaxMs = 2 ** 31 - 1

export function systemPorts(now?: () => number): Ports {
  return {
    now: now ?? (() => Date.now()),
    later(delayMs, task) {
      const timer = setTimeout(task, Math.min(Math.max(delayMs, 0), timerMaxMs))
      timer.unref()
      return () => clearTimeout(timer)
    },
    sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
  }
}

export function freshSeed(): string {
  return randomBytes(12).toString('hex')
}

/** A generator that is a function of the seed's text alone (sfc32 over a SHA-256 of it). */
export function seededRandom(seed: string): ResumableRandom {
  const digest = createHash('sha256').update(seed).digest()
  let a = digest.readInt32LE(0)
  let b = digest.readInt32LE(4)
  let c = digest.readInt32LE(8)
  let counter = digest.readInt32LE(12)
  return {
    next() {
      const sum = (((a + b) | 0) + counter) | 0
      counter = (counter + 1) | 0
      a = b ^ (b >>> 9)
      b = (c + (c << 3)) | 0
      c = (((c << 21) | (c >>> 11)) + sum) | 0
      return (sum >>> 0) / 2 ** 32
    },
    dump: () => [a, b, c, counter],
    load(state) {
      a = state[0] ?? 0
      b = state[1] ?? 0
      c = state[2] ?? 0
      counter = state[3] ?? 0
    },
  }
}

const base62 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

export function randomText(random: Random, length: number): string {
  let text = ''
  for (let i = 0; i < length; i += 1) text += base62[Math.floor(random.next() * base62.length)]
  return text
}
