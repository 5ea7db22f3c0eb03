/** Makes customers in Stripe's full shape. */
import type { Customer } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'

/** What is known of a customer at the start. */
export type CustomerEntry = Partial<
  Omit<Customer, 'id' | 'object' | 'created' | 'livemode' | 'invoice_settings'>
> & {
  readonly id?: string
  readonly invoice_settings?: Partial<Customer['invoice_settings']> | undefined
}

/** Where taxes are not calculated, no location is recognised. */
export const noTax = {
  automatic_tax: 'unrecognized_location',
  ip_address: null,
  location: null,
  provider: 'stripe',
} as const

/** Puts the row, in the time of `tx`, and tells of it. */
export function newCustomer(tx: Transaction, entry: CustomerEntry): Customer {
  const { invoice_settings: invoice, ...rest } = entry
  const customer = tx.db.put('customer', {
    id: newCustomerId(tx),
    object: 'customer',
    address: null,
    balance: 0,
    created: tx.now,
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: tx.newId('', 8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
      ...invoice,
    },
    livemode: false,
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax: noTax,
    tax_exempt: 'none',
    test_clock: tx.timeline,
    ...rest,
  })
  tx.emit('customer.created', customer)
  return customer
}

export function newCustomerId(tx: Transaction): string {
  return tx.newId('cus_', 14)
}
