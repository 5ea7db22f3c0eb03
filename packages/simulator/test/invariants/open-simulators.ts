// Knows the checked simulators that are open, so that what must hold after every test is asked of all of them.
export interface Judged {
  /** Throws what does not hold of any account's books. */
  assertBooks(): void
}

export const openSimulators = new Set<Judged>()
