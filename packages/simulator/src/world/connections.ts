/** The accounts that are connected to a platform, each a world of its own under the platform's key. */
import type { Account } from './account.ts'

export class Connections {
  readonly #make: (id: string) => Account
  readonly #accounts = new Map<string, Account>()

  constructor(make: (id: string) => Account) {
    this.#make = make
  }

  /** Made when it is first asked for; whether there is such an account, the platform's rows say. */
  of(id: string): Account {
    const known = this.#accounts.get(id)
    if (known) return known
    const account = this.#make(id)
    this.#accounts.set(id, account)
    return account
  }

  all(): Account[] {
    return [...this.#accounts.values()]
  }

  close(): void {
    for (const account of this.all()) account.close()
    this.#accounts.clear()
  }
}
