/** Reads what a price charges: an amount, an amount of the buyer's choice, or tiers; for one currency. */
import type { Price } from '../account/tables.ts'
import { badParam, missingParam, refuse } from '../http/errors.ts'

/** Whole numbers stay exact far beyond it. */
const amountMax = 99_999_999_999

type Tier = NonNullable<Price['tiers']>[number]
type CurrencyTerms = NonNullable<Price['currency_options']>[string]

export interface TierEntry {
  readonly flat_amount?: number | undefined
  readonly flat_amount_decimal?: string | undefined
  readonly unit_amount?: number | undefined
  readonly unit_amount_decimal?: string | undefined
  readonly up_to: 'inf' | number
}

export interface TermsEntry {
  readonly custom_unit_amount?:
    | {
        readonly enabled: boolean
        readonly maximum?: number | undefined
        readonly minimum?: number | undefined
        readonly preset?: number | undefined
      }
    | undefined
  readonly tax_behavior?: CurrencyTerms['tax_behavior'] | undefined
  readonly tiers?: readonly TierEntry[] | undefined
  readonly unit_amount?: number | undefined
  readonly unit_amount_decimal?: string | undefined
}

/** `at` names a member of the entry as a parameter. */
export function readTerms(
  entry: TermsEntry,
  isTiered: boolean,
  at: (key: string) => string,
): CurrencyTerms {
  const behavior = entry.tax_behavior ?? 'unspecified'
  const custom = entry.custom_unit_amount?.enabled ? entry.custom_unit_amount : undefined
  const amount = bothForms(entry.unit_amount, entry.unit_amount_decimal, at, 'unit_amount')
  if (isTiered) {
    if (amount) {
      throw refuse('You cannot set a unit amount when `billing_scheme` is `tiered`.', {
        param: at('unit_amount'),
      })
    }
    const tiers = readTiers(entry.tiers, at)
    return {
      custom_unit_amount: null,
      tax_behavior: behavior,
      tiers,
      unit_amount: null,
      unit_amount_decimal: null,
    }
  }
  if (entry.tiers) {
    throw refuse('You can only set `tiers` when `billing_scheme` is `tiered`.', {
      param: at('tiers'),
    })
  }
  if (custom && amount) {
    throw refuse('You may only specify one of these parameters: unit_amount, custom_unit_amount.', {
      code: 'parameters_exclusive',
      param: at('custom_unit_amount'),
    })
  }
  if (!custom && !amount) throw missingParam(at('unit_amount'))
  return {
    custom_unit_amount: custom
      ? {
          maximum: custom.maximum ?? null,
          minimum: custom.minimum ?? null,
          preset: custom.preset ?? null,
        }
      : null,
    tax_behavior: behavior,
    unit_amount: amount?.whole ?? null,
    unit_amount_decimal: amount?.decimal ?? null,
  }
}

interface Amount {
  readonly whole: number | null
  readonly decimal: string
}

/** An amount comes whole or as a decimal, and is shown as both. */
function bothForms(
  whole: number | undefined,
  decimal: string | undefined,
  at: (key: string) => string,
  name: string,
): Amount | undefined {
  if (whole !== undefined && decimal !== undefined) {
    throw refuse(`You may only specify one of these parameters: ${name}, ${name}_decimal.`, {
      code: 'parameters_exclusive',
      param: at(name),
    })
  }
  const text = decimal ?? (whole === undefined ? undefined : String(whole))
  if (text === undefined) return undefined
  const number = Number(text)
  const param = at(decimal === undefined ? name : `${name}_decimal`)
  if (number < 0) {
    throw badParam('Invalid non-negative integer', param, 'parameter_invalid_integer')
  }
  if (number > amountMax) {
    throw badParam(
      `This value must be less than or equal to ${amountMax}.`,
      param,
      'parameter_invalid_integer',
    )
  }
  return { whole: Number.isInteger(number) ? number : null, decimal: text }
}

function readTiers(entries: readonly TierEntry[] = [], at: (key: string) => string): Tier[] {
  if (entries.length === 0) throw missingParam(at('tiers'))
  let start = 0
  return entries.map((entry, index) => {
    const inTier = (key: string) => `${at('tiers')}[${index}][${key}]`
    const isLast = index === entries.length - 1
    if (isLast !== (entry.up_to === 'inf')) {
      throw refuse('The last tier, and only the last, must have `up_to` set to `inf`.', {
        param: inTier('up_to'),
      })
    }
    const end = entry.up_to === 'inf' ? null : entry.up_to
    if (end !== null && end <= start) {
      throw refuse('The `up_to` of each tier must be greater than that of the one before.', {
        param: inTier('up_to'),
      })
    }
    start = end ?? start
    const unit = bothForms(entry.unit_amount, entry.unit_amount_decimal, inTier, 'unit_amount')
    const flat = bothForms(entry.flat_amount, entry.flat_amount_decimal, inTier, 'flat_amount')
    if (!unit && !flat) throw missingParam(inTier('unit_amount'))
    return {
      flat_amount: flat?.whole ?? null,
      flat_amount_decimal: flat?.decimal ?? null,
      unit_amount: unit?.whole ?? null,
      unit_amount_decimal: unit?.decimal ?? null,
      up_to: end,
    }
  })
}
