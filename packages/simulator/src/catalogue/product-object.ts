/** Makes products in Stripe's full shape. */
import type { Product } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { refuse } from '../http/errors.ts'
import { mergeMetadata } from '../http/route.ts'

export interface ProductEntry {
  readonly name: string
  readonly id?: string | undefined
  readonly active?: boolean | undefined
  readonly description?: string | null | undefined
  readonly images?: readonly string[] | undefined
  readonly marketing_features?: readonly { readonly name: string }[] | undefined
  readonly metadata?: Record<string, string> | null | undefined
  readonly package_dimensions?: Product['package_dimensions'] | undefined
  readonly shippable?: boolean | undefined
  readonly statement_descriptor?: string | undefined
  readonly tax_code?: string | null | undefined
  readonly tax_details?: TaxDetailsEntry | null | undefined
  readonly type?: Product['type'] | undefined
  readonly unit_label?: string | null | undefined
  readonly url?: string | null | undefined
}

interface TaxDetailsEntry {
  readonly performance_location?: string | undefined
  readonly tax_code?: string | null | undefined
}

export function newProduct(tx: Transaction, entry: ProductEntry): Product {
  if (entry.id !== undefined && tx.db.find('product', entry.id)) {
    throw refuse('Product already exists.', { code: 'resource_already_exists', param: 'id' })
  }
  return tx.db.put('product', {
    id: entry.id ?? tx.newId('prod_', 14),
    object: 'product',
    active: entry.active ?? true,
    created: tx.now,
    default_price: null,
    description: entry.description ?? null,
    images: [...(entry.images ?? [])],
    livemode: false,
    marketing_features: [...(entry.marketing_features ?? [])],
    metadata: mergeMetadata({}, entry.metadata),
    name: entry.name,
    package_dimensions: entry.package_dimensions ?? null,
    shippable: entry.shippable ?? null,
    statement_descriptor: entry.statement_descriptor ?? null,
    tax_code: entry.tax_code ?? entry.tax_details?.tax_code ?? null,
    tax_details: taxDetails(entry.tax_details),
    type: entry.type ?? 'service',
    unit_label: entry.unit_label ?? null,
    updated: tx.now,
    url: entry.url ?? null,
  })
}

export function taxDetails(entry: TaxDetailsEntry | null | undefined): Product['tax_details'] {
  if (!entry) return null
  return {
    performance_location: entry.performance_location ?? null,
    tax_code: entry.tax_code ?? null,
  }
}
