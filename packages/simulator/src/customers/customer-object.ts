/** Makes customers in Stripe's full shape. */
import type { Customer } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'

export interface CustomerEntry {
  readonly address?: Customer['address']
  readonly balance?: number
  readonly defaultPaymentMethod?: string | null
  readonly description?: string | null
  readonly email?: string | null
  readonly metadata?: Record<string, string>
  readonly name?: string | null
  readonly phone?: string | null
  readonly preferredLocales?: string[]
  readonly shipping?: Customer['shipping']
  readonly taxExempt?: 'exempt' | 'none' | 'reverse'
}

export function newCustomer(tx: Transaction, entry: CustomerEntry): Customer {
  const customer = tx.db.put('customer', {
    id: tx.newId('cus_', 14),
    object: 'customer',
    address: entry.address ?? null,
    balance: entry.balance ?? 0,
    created: tx.now,
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: entry.description ?? null,
    discount: null,
    email: entry.email ?? null,
    invoice_prefix: tx.newId('', 8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: entry.defaultPaymentMethod ?? null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: entry.metadata ?? {},
    name: entry.name ?? null,
    next_invoice_sequence: 1,
    phone: entry.phone ?? null,
    preferred_locales: entry.preferredLocales ?? [],
    shipping: entry.shipping ?? null,
    tax_exempt: entry.taxExempt ?? 'none',
    test_clock: null,
  })
  tx.emit('customer.created', customer)
  return customer
}
