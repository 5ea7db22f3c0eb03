/** The accounts of a simulator, one for each API key, and what is done to all of them. */
import { Account, type World } from './account/account.ts'
import type { Chaos } from './types.ts'

/** A runaway test that invents keys should hear of it before memory does. */
const accountsMax = 10_000

export class Accounts {
  readonly #world: World
  readonly #accounts = new Map<string, Account>()
  /** Chaos that was set for all also meets accounts that come later. */
  #chaosForAll: Chaos | null = null

  constructor(world: World) {
    this.#world = world
  }

  of(apiKey: string): Account {
    const known = this.#accounts.get(apiKey)
    if (known) return known
    if (this.#accounts.size >= accountsMax) throw new Error(`More than ${accountsMax} accounts.`)
    const account = new Account(apiKey, this.#world)
    this.#accounts.set(apiKey, account)
    if (this.#chaosForAll) account.chaos(this.#chaosForAll)
    return account
  }

  all(): Account[] {
    return [...this.#accounts.values()]
  }

  /** The account whose session this is: the hosted page knows no API key. */
  ofSession(sessionId: string): Account | undefined {
    return this.all().find((account) => account.db.find('session', sessionId) !== undefined)
  }

  setChaos(chaos: Chaos | null, only?: Account): void {
    if (!only) this.#chaosForAll = chaos
    for (const account of only ? [only] : this.all()) account.chaos(chaos)
  }

  reset(only?: Account): void {
    for (const account of only ? [only] : this.all()) account.reset()
    if (!only) this.#chaosForAll = null
  }

  async drain(timeoutMs: number, only?: Account): Promise<void> {
    const accounts = only ? [only] : this.all()
    await Promise.all(accounts.map((account) => account.drain({ timeoutMs })))
  }

  close(): void {
    for (const account of this.all()) account.close()
  }
}
