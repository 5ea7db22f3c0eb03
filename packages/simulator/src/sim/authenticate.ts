/** Passes or fails the 3-D Secure challenge of an intent, for tests that have no browser. */

import { authenticateIntent } from '../payments/intent-confirm.ts'
import { authenticateSetup } from '../payments/setup-intents.ts'
import type { Account } from '../world/account.ts'
import { BadSimRequest, type Json, textIn } from './bodies.ts'

function passes(body: Json): boolean {
  const outcome = textIn(body, 'outcome')
  if (outcome === 'succeeds') return true
  if (outcome === 'fails') return false
  throw new BadSimRequest('Pass {"outcome": "succeeds"} or {"outcome": "fails"}.')
}

export function authenticate(accounts: readonly Account[], id: string, body: Json): unknown {
  const pass = passes(body)
  for (const account of accounts) {
    account.catchUp()
    const payment = account.db.find('payment_intent', id)
    if (payment) return account.transact(null, (tx) => authenticateIntent(tx, payment, pass))
    const setup = account.db.find('setup_intent', id)
    if (setup) return account.transact(null, (tx) => authenticateSetup(tx, setup, pass))
  }
  throw new BadSimRequest(`There is no intent '${id}'.`, 404)
}
