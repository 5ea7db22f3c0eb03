/** The kinds of tax ids that the portal offers, the most asked for of Stripe's many. */
import type { TaxIdEntry } from './actions.ts'

interface TaxIdType {
  readonly value: TaxIdEntry['type']
  readonly label: string
}

/** And the one that the customer has, whatever it is. */
export function taxIdChoices(known: string): readonly { value: string; label: string }[] {
  const isUsual = known === '' || taxIdTypes.some(({ value }) => value === known)
  return isUsual ? taxIdTypes : [...taxIdTypes, { value: known, label: known }]
}

export const taxIdTypes: readonly TaxIdType[] = [
  { value: 'eu_vat', label: 'European VAT number' },
  { value: 'au_abn', label: 'Australian business number' },
  { value: 'br_cnpj', label: 'Brazilian CNPJ' },
  { value: 'ca_gst_hst', label: 'Canadian GST/HST number' },
  { value: 'in_gst', label: 'Indian GST number' },
  { value: 'jp_trn', label: 'Japanese tax registration number' },
  { value: 'no_vat', label: 'Norwegian VAT number' },
  { value: 'ch_vat', label: 'Swiss VAT number' },
  { value: 'gb_vat', label: 'United Kingdom VAT number' },
  { value: 'us_ein', label: 'United States EIN' },
]
