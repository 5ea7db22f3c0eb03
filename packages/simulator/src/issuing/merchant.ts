/** The shop at which an issued card is used: what a test names, completed as Stripe completes it. */
import type { IssuingTransaction } from '../account/tables-platform.ts'
import { type Read, text } from '../http/params.ts'

type Merchant = IssuingTransaction['merchant_data']

/** As a parameter of the test helpers; the generated ones know the categories. */
export const merchantFields = {
  category: text(),
  city: text(),
  country: text(),
  name: text(),
  network_id: text(),
  postal_code: text(),
  state: text(),
  terminal_id: text(),
  url: text(),
}
export type MerchantEntry = Read<typeof merchantFields>

/** Codes of the categories that tests name most; Stripe's list has about 300. */
const codes: ReadonlyMap<string, string> = new Map([
  ['computer_software_stores', '5734'],
  ['eating_places_restaurants', '5812'],
  ['grocery_stores_supermarkets', '5411'],
  ['hotels_motels_and_resorts', '7011'],
  ['service_stations', '5541'],
  ['taxicabs_limousines', '4121'],
])
const miscellaneousCode = '5999'

export function merchantOf(entry: Partial<MerchantEntry> = {}): Merchant {
  const category = entry.category ?? 'taxicabs_limousines'
  return {
    category,
    category_code: codes.get(category) ?? miscellaneousCode,
    city: entry.city ?? 'San Francisco',
    country: entry.country ?? 'US',
    name: entry.name ?? 'Rocket Rides',
    network_id: entry.network_id ?? '1234567890',
    postal_code: entry.postal_code ?? '94107',
    state: entry.state ?? 'CA',
    tax_id: null,
    terminal_id: entry.terminal_id ?? null,
    url: entry.url ?? null,
  }
}
