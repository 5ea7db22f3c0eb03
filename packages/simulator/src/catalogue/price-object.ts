/** Makes prices in Stripe's full shape. */
import type { Price } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { missingParam, refuse } from '../http/errors.ts'
import { inParam, mergeMetadata } from '../http/route.ts'
import { readCurrency } from './currency.ts'
import { readTerms, type TermsEntry } from './price-terms.ts'

type Recurring = NonNullable<Price['recurring']>

export interface PriceEntry extends TermsEntry {
  readonly id?: string
  readonly product: string
  readonly currency: string
  readonly active?: boolean | undefined
  readonly billing_scheme?: string | undefined
  readonly currency_options?: Readonly<Record<string, TermsEntry>> | undefined
  readonly lookup_key?: string | undefined
  readonly transfer_lookup_key?: boolean | undefined
  readonly metadata?: Record<string, string> | null | undefined
  readonly nickname?: string | undefined
  readonly recurring?:
    | {
        readonly interval: Recurring['interval']
        readonly interval_count?: number | undefined
        readonly meter?: string | undefined
        readonly trial_period_days?: number | undefined
        readonly usage_type?: Recurring['usage_type'] | undefined
      }
    | undefined
  readonly tiers_mode?: Price['tiers_mode'] | undefined
  readonly transform_quantity?: Price['transform_quantity'] | undefined
}

/** `path` is the parameter that holds the price, empty at the top level. */
export function newPrice(tx: Transaction, entry: PriceEntry, path = ''): Price {
  const at = (key: string) => (path === '' ? key : `${path}[${key}]`)
  const { recurring } = entry
  const isTiered = entry.billing_scheme === 'tiered'
  const currency = readCurrency(entry.currency, at('currency'))
  const terms = readTerms(entry, isTiered, at)
  const scheme = schemeOf(entry, at)
  const { tiers, ...own } = terms
  const meter = meterOf(tx, entry, at)
  return tx.db.put('price', {
    id: entry.id ?? tx.newId('price_1'),
    object: 'price',
    active: entry.active ?? true,
    ...scheme,
    ...own,
    created: tx.now,
    currency,
    currency_options: {
      ...readOptions(entry.currency_options, isTiered, at),
      [currency]: terms,
    },
    livemode: false,
    lookup_key: claimLookupKey(tx, entry.lookup_key, entry.transfer_lookup_key === true),
    metadata: mergeMetadata({}, entry.metadata),
    nickname: entry.nickname ?? null,
    product: entry.product,
    recurring: recurring
      ? {
          interval: recurring.interval,
          interval_count: recurring.interval_count ?? 1,
          meter,
          trial_period_days: recurring.trial_period_days ?? null,
          usage_type: recurring.usage_type ?? 'licensed',
        }
      : null,
    ...(tiers ? { tiers } : {}),
    type: recurring ? 'recurring' : 'one_time',
  })
}

function schemeOf(
  entry: PriceEntry,
  at: (key: string) => string,
): Pick<Price, 'billing_scheme' | 'tiers_mode' | 'transform_quantity'> {
  const isTiered = entry.billing_scheme === 'tiered'
  const { tiers_mode: mode, transform_quantity: transform, recurring } = entry
  if (isTiered && mode === undefined) throw missingParam(at('tiers_mode'))
  if (!isTiered && mode !== undefined) {
    throw refuse('You can only set `tiers_mode` when `billing_scheme` is `tiered`.', {
      param: at('tiers_mode'),
    })
  }
  if (isTiered && transform) {
    throw refuse('You cannot set `transform_quantity` when `billing_scheme` is `tiered`.', {
      param: at('transform_quantity'),
    })
  }
  if (entry.custom_unit_amount?.enabled && recurring) {
    throw refuse('You cannot set `custom_unit_amount` on a recurring price.', {
      param: at('custom_unit_amount'),
    })
  }
  return {
    billing_scheme: isTiered ? 'tiered' : 'per_unit',
    tiers_mode: mode ?? null,
    transform_quantity: transform ?? null,
  }
}

/** Usage is reported to a meter, so a metered price names one. */
function meterOf(tx: Transaction, entry: PriceEntry, at: (key: string) => string): string | null {
  const { meter, usage_type: usage } = entry.recurring ?? {}
  if (meter === undefined) return null
  if (usage !== 'metered') {
    throw refuse('You can only set `meter` when `usage_type` is `metered`.', {
      param: at('recurring[meter]'),
    })
  }
  return inParam(tx, 'billing.meter', meter, at('recurring[meter]')).id
}

export function readOptions(
  entries: PriceEntry['currency_options'] = {},
  isTiered: boolean,
  at: (key: string) => string,
): NonNullable<Price['currency_options']> {
  const read = Object.entries(entries).map(([currency, entry]) => {
    const here = `${at('currency_options')}[${currency}]`
    const terms = readTerms(entry, isTiered, (key) => `${here}[${key}]`)
    return [readCurrency(currency, here), terms] as const
  })
  return Object.fromEntries(read)
}

/** A lookup key names one price; with `transfer_lookup_key` it leaves its old owner. */
export function claimLookupKey(
  tx: Transaction,
  key: string | undefined,
  transfer: boolean,
  claimant?: string,
): string | null {
  if (key === undefined) return null
  const [owner] = tx.db.where('price', 'lookup_key', key)
  if (!owner || owner.id === claimant) return key
  if (!transfer) {
    throw refuse(`A price (\`${owner.id}\`) already uses that lookup key.`, {
      code: 'resource_already_exists',
      param: 'lookup_key',
    })
  }
  const bereft = tx.db.put('price', { ...owner, lookup_key: null })
  tx.emit('price.updated', bereft, { lookup_key: key })
  return key
}
