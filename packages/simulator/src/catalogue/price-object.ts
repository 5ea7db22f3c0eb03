/** Makes prices in Stripe's full shape. */
import type { Price } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { badParam, missingParam, refuse } from '../http/errors.ts'
import { integer, oneOf, required, text } from '../http/params.ts'
import { mergeMetadata } from '../http/route.ts'

export const recurringFields = {
  interval: required(oneOf('day', 'month', 'week', 'year')),
  interval_count: integer(1, 1095),
  meter: text(),
  trial_period_days: integer(0, 730),
  usage_type: oneOf('licensed', 'metered'),
}

export interface PriceEntry {
  readonly product: string
  readonly currency: string
  readonly active?: boolean | undefined
  readonly unit_amount?: number | undefined
  readonly unit_amount_decimal?: string | undefined
  readonly lookup_key?: string | undefined
  readonly transfer_lookup_key?: boolean | undefined
  readonly metadata?: Record<string, string> | null | undefined
  readonly nickname?: string | undefined
  readonly tax_behavior?: 'exclusive' | 'inclusive' | 'unspecified' | undefined
  readonly recurring?:
    | {
        readonly interval: 'day' | 'month' | 'week' | 'year'
        readonly interval_count?: number | undefined
        readonly meter?: string | undefined
        readonly trial_period_days?: number | undefined
        readonly usage_type?: 'licensed' | 'metered' | undefined
      }
    | undefined
}

const currencyPattern = /^[a-z]{3}$/

export function readCurrency(entered: string, param: string): string {
  const currency = entered.toLowerCase()
  if (!currencyPattern.test(currency)) throw badParam(`Invalid currency: ${entered}`, param)
  return currency
}

/** `path` is the parameter that holds the price, empty at the top level. */
export function newPrice(tx: Transaction, entry: PriceEntry, path = ''): Price {
  const at = (key: string) => (path === '' ? key : `${path}[${key}]`)
  const { unit_amount: amount, unit_amount_decimal: exact, recurring } = entry
  if (amount !== undefined && exact !== undefined) {
    throw refuse(
      'You may only specify one of these parameters: unit_amount, unit_amount_decimal.',
      {
        code: 'parameters_exclusive',
        param: at('unit_amount'),
      },
    )
  }
  if (amount === undefined && exact === undefined) throw missingParam(at('unit_amount'))
  const decimal = exact ?? String(amount)
  const whole = Number(decimal)
  return tx.db.put('price', {
    id: tx.newId('price_1'),
    object: 'price',
    active: entry.active ?? true,
    billing_scheme: 'per_unit',
    created: tx.now,
    currency: readCurrency(entry.currency, at('currency')),
    custom_unit_amount: null,
    livemode: false,
    lookup_key: claimLookupKey(tx, entry.lookup_key, entry.transfer_lookup_key === true),
    metadata: mergeMetadata({}, entry.metadata),
    nickname: entry.nickname ?? null,
    product: entry.product,
    recurring: recurring
      ? {
          interval: recurring.interval,
          interval_count: recurring.interval_count ?? 1,
          meter: recurring.meter ?? null,
          trial_period_days: recurring.trial_period_days ?? null,
          usage_type: recurring.usage_type ?? 'licensed',
        }
      : null,
    tax_behavior: entry.tax_behavior ?? 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: recurring ? 'recurring' : 'one_time',
    unit_amount: Number.isInteger(whole) ? whole : null,
    unit_amount_decimal: decimal,
  })
}

/** A lookup key names one price; with `transfer_lookup_key` it leaves its old owner. */
export function claimLookupKey(
  tx: Transaction,
  key: string | undefined,
  transfer: boolean,
  claimant?: string,
): string | null {
  if (key === undefined) return null
  const owner = tx.db.all('price').find((price) => price.lookup_key === key)
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
