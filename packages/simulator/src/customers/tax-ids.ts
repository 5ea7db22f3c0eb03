/** Tax ids of customers and of the account itself. */
import type { TaxId } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { missingParam, noSuch, notSimulated } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { bury, retrieveRoute } from '../http/resource.ts'
import { api, inParam, inPath, page, type Route } from '../http/route.ts'

const path = '/v1/tax_ids'
const ofCustomer = '/v1/customers/:id/tax_ids'

type Entry = ParamsOf<'POST /v1/customers/:id/tax_ids'>

/** Stripe verifies the ids of these lands with their authorities; these values make it say so. */
const verified: Readonly<Record<string, 'pending' | 'unverified' | 'verified'>> = {
  '000000000': 'verified',
  '111111111': 'unverified',
  '222222222': 'pending',
}
const verifiable = ['au_abn', 'eu_vat', 'gb_vat']

/** Puts the id of a customer, or with null of the account, and tells of it. */
export function newTaxId(tx: Transaction, customer: string | null, entry: Entry): TaxId {
  const { type, value } = entry
  const magic = Object.entries(verified).find(([digits]) => value.includes(digits))?.[1]
  const status = verifiable.includes(type) ? (magic ?? 'pending') : 'unavailable'
  const isVerified = status === 'verified'
  const taxId = tx.db.put('tax_id', {
    id: tx.newId('txi_1'),
    object: 'tax_id',
    country: type === 'eu_vat' ? value.slice(0, 2).toUpperCase() : type.slice(0, 2).toUpperCase(),
    created: tx.now,
    customer,
    customer_account: null,
    livemode: false,
    owner:
      customer === null
        ? { customer_account: null, type: 'self' }
        : { customer, customer_account: null, type: 'customer' },
    type,
    value,
    verification:
      customer === null
        ? null
        : {
            status,
            verified_address: isVerified ? '123 TEST STREET' : null,
            verified_name: isVerified ? 'TEST' : null,
          },
  })
  if (customer !== null) tx.emit('customer.tax_id.created', taxId)
  return taxId
}

function inCustomer(tx: Transaction, [customerId, id]: readonly string[]): TaxId {
  const customer = inPath(tx, 'customer', customerId)
  const taxId = inPath(tx, 'tax_id', id)
  if (taxId.customer === customer.id) return taxId
  throw noSuch('tax_id', taxId.id, 'id', 404)
}

export function removeTaxId(tx: Transaction, taxId: TaxId) {
  const event = taxId.customer === null ? null : 'customer.tax_id.deleted'
  return bury(inTimeOf(tx, taxId.customer), 'tax_id', taxId, event)
}

/** Whose id a request means: a customer's, or with null the account's own. */
function ownerOf(
  tx: Transaction,
  owner: { readonly type: string; readonly customer?: string } | undefined,
): string | null {
  if (owner === undefined || owner.type === 'self') return null
  if (owner.type !== 'customer') throw notSimulated(`tax ids of an ${owner.type}`, 'owner[type]')
  if (owner.customer === undefined) throw missingParam('owner[customer]')
  return inParam(tx, 'customer', owner.customer, 'owner[customer]').id
}

export const taxIdRoutes: readonly Route[] = [
  api(`POST ${ofCustomer}`, ({ tx, ids, params }) => {
    const { id } = inPath(tx, 'customer', ids[0])
    return newTaxId(inTimeOf(tx, id), id, params)
  }),
  api(`GET ${ofCustomer}`, ({ tx, ids, params }) => {
    const { id } = inPath(tx, 'customer', ids[0])
    return page(tx.db.where('tax_id', 'customer', id), `/v1/customers/${id}/tax_ids`, params)
  }),
  api(`GET ${ofCustomer}/:id`, ({ tx, ids }) => inCustomer(tx, ids)),
  api(`DELETE ${ofCustomer}/:id`, ({ tx, ids }) => removeTaxId(tx, inCustomer(tx, ids))),
  api(`POST ${path}`, ({ tx, params: { owner, ...entry } }) => {
    const customer = ownerOf(tx, owner)
    return newTaxId(inTimeOf(tx, customer), customer, entry)
  }),
  retrieveRoute(`GET ${path}/:id`, 'tax_id'),
  api(`DELETE ${path}/:id`, ({ tx, ids }) => removeTaxId(tx, inPath(tx, 'tax_id', ids[0]))),
  api(`GET ${path}`, ({ tx, params }) => {
    const rows = tx.db.where('tax_id', 'customer', ownerOf(tx, params.owner))
    return page(rows, path, params)
  }),
]
