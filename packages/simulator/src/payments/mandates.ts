/** Mandates: the customer's agreement that a method may be debited. */
import type { PaymentMethod } from '../account/tables.ts'
import type { Mandate } from '../account/tables-money.ts'
import type { Transaction } from '../account/transaction.ts'
import { badParam } from '../http/errors.ts'
import { retrieveRoute } from '../http/resource.ts'
import type { Route } from '../http/route.ts'

interface Acceptance {
  readonly accepted_at?: number | undefined
  readonly type: string
  readonly online?: { readonly ip_address?: string; readonly user_agent?: string } | undefined
}

function acceptanceOf(tx: Transaction, entry: Acceptance): Mandate['customer_acceptance'] {
  const accepted_at = entry.accepted_at ?? tx.now
  if (entry.type === 'offline') return { accepted_at, offline: {}, type: 'offline' }
  if (entry.type !== 'online') {
    throw badParam(
      'Invalid mandate_data[customer_acceptance][type]: must be one of offline or online',
      'mandate_data[customer_acceptance][type]',
    )
  }
  return {
    accepted_at,
    online: {
      ip_address: entry.online?.ip_address ?? null,
      user_agent: entry.online?.user_agent ?? null,
    },
    type: 'online',
  }
}

function detailsOf(tx: Transaction, method: PaymentMethod): Mandate['payment_method_details'] {
  switch (method.type) {
    case 'sepa_debit': {
      const reference = tx.newId('', 16).toUpperCase()
      const url = `${tx.baseUrl}/mandates/${reference}`
      return { type: 'sepa_debit', sepa_debit: { reference, url } }
    }
    case 'us_bank_account':
      return { type: 'us_bank_account', us_bank_account: {} }
    case 'card':
      return { type: 'card', card: {} }
    default:
      return { type: method.type }
  }
}

export function agree(tx: Transaction, method: PaymentMethod, acceptance: Acceptance): Mandate {
  return tx.db.put('mandate', {
    id: tx.newId('mandate_1'),
    object: 'mandate',
    customer_acceptance: acceptanceOf(tx, acceptance),
    livemode: false,
    multi_use: {},
    payment_method: method.id,
    payment_method_details: detailsOf(tx, method),
    status: 'active',
    type: 'multi_use',
  })
}

export const mandateRoutes: readonly Route[] = [retrieveRoute('GET /v1/mandates/:id', 'mandate')]
