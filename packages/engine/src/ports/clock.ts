// Owns the contracts for time, timers and randomness, so that a seeded run can replay everything.

/** Wall clock in milliseconds since the epoch. SQL uses quittance.now() instead. */
export interface Clock {
  now(): number
}

export interface Timers {
  /** Resolves after `ms`, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls back once after `ms`; the return value cancels it. */
  after(ms: number, callback: () => void): () => void
  /** Resolves after the event loop turned once: unobserved rejections are reported by then. */
  turn(): Promise<void>
}

export interface Random {
  /** A number in [0, 1), for jitter. */
  next(): number
  /** `bytes` of cryptographic randomness as lower-case hex, for ids and bindings. */
  hex(bytes: number): string
}
