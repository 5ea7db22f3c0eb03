/** The accounts of a simulator, one for each API key, and what is done to all of them. */

import type { Kind } from '../account/tables.ts'
import type { Chaos } from '../types.ts'
import { Account } from './account.ts'
import { dumpAccount, loadAccount } from './snapshot.ts'
import { newSnapshot, readSnapshot, type Snapshot } from './snapshots.ts'
import type { World } from './world.ts'

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

  /** The account whose token for a stream of meter events this is. */
  ofMeterEvents(token: string): Account | undefined {
    const account = this.holding('meter_event_session', token)
    const session = account?.db.find('meter_event_session', token)
    return session && account && session.expiresAt > account.now() ? account : undefined
  }

  /** One of them or of their connected accounts. */
  withId(id: string): Account | undefined {
    return this.all()
      .flatMap((account) => account.family())
      .find((account) => account.id === id)
  }

  /** The account that has this row, when a page's address is all that is known. */
  holding(kind: Kind, id: string): Account | undefined {
    return this.all()
      .flatMap((account) => account.family())
      .find(({ db }) => db.find(kind, id) !== undefined)
  }

  setChaos(chaos: Chaos | null, only?: Account): void {
    if (!only) this.#chaosForAll = chaos
    for (const account of only ? [only] : this.all()) account.chaos(chaos)
  }

  snapshot(only?: Account): Snapshot {
    const accounts = only ? [only] : this.all()
    return newSnapshot({
      url: this.#world.baseUrl,
      chaos: this.#chaosForAll,
      accounts: accounts.map(dumpAccount),
    })
  }

  /** Replaces the accounts that the snapshot holds; without `only`, all others are emptied. */
  restore(value: unknown, only?: Account): void {
    const { accounts, chaos } = readSnapshot(value, this.#world.baseUrl)
    const chosen = only ? accounts.filter(({ apiKey }) => apiKey === only.apiKey) : accounts
    if (only && chosen.length === 0) {
      throw new RangeError('The snapshot does not hold the account of this key.')
    }
    const added = chosen.filter(({ apiKey }) => !this.#accounts.has(apiKey))
    if (this.#accounts.size + added.length > accountsMax) {
      throw new RangeError(`That would be more than ${accountsMax} accounts.`)
    }
    // From here on nothing can fail.
    if (!only) {
      this.reset()
      this.#chaosForAll = chaos
    }
    for (const account of chosen) loadAccount(this.of(account.apiKey), account)
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
