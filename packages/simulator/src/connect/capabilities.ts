/** Capabilities: what a connected account was asked to be able to do, seen one by one. */
import type { Stripe } from 'stripe'
import type { ConnectedAccount } from '../account/tables-platform.ts'
import { noSuch } from '../http/errors.ts'
import { api, inPath, page, type Route } from '../http/route.ts'
import type { Stored } from '../wire.ts'
import { inactive, settle } from './standing.ts'

type Capability = Stored<Stripe.Capability>

const path = '/v1/accounts/:id/capabilities'

function capabilityOf(account: ConnectedAccount, id: string): Capability {
  const status = new Map(Object.entries(account.capabilities ?? {})).get(id)
  const due = account.requirements?.currently_due ?? []
  const requirements = (missing: string[]) => ({
    alternatives: [],
    current_deadline: null,
    currently_due: missing,
    disabled_reason: missing.length > 0 ? ('requirements.fields_needed' as const) : null,
    errors: [],
    eventually_due: missing,
    past_due: missing,
    pending_verification: [],
  })
  return {
    id,
    object: 'capability',
    account: account.id,
    future_requirements: requirements([]),
    requested: status !== undefined,
    requested_at: status === undefined ? null : (account.created ?? null),
    requirements: requirements(status === undefined ? [] : due),
    status: status ?? 'unrequested',
  }
}

export const capabilityRoutes: readonly Route[] = [
  api(`GET ${path}`, ({ tx, ids }) => {
    const account = inPath(tx, 'account', ids[0])
    const rows = Object.keys(account.capabilities ?? {}).map((id) => capabilityOf(account, id))
    return page(rows, path.replace(':id', account.id), { limit: 100 })
  }),
  api(`GET ${path}/:id`, ({ tx, ids }) => {
    const found = capabilityOf(inPath(tx, 'account', ids[0]), ids[1] ?? '')
    if (found.requested) return found
    throw noSuch('capability', found.id, 'capability', 404)
  }),
  api(`POST ${path}/:id`, ({ tx, ids, params: { requested } }) => {
    const before = inPath(tx, 'account', ids[0])
    const [, name = ''] = ids
    const asked = new Set(Object.keys(before.capabilities ?? {}))
    if (requested === true) asked.add(name)
    if (requested === false) asked.delete(name)
    const after = settle(tx, before, { ...before, capabilities: inactive(asked) })
    const capability = capabilityOf(after, name)
    if (after !== before) tx.emitOf(after.id, 'capability.updated', capability)
    return capability
  }),
]
