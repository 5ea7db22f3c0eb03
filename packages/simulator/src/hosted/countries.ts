/** The countries that the billing form offers, named by the platform's own list. */

const codes =
  'AE AT AU BE BG BR CA CH CY CZ DE DK EE ES FI FR GB GI GR HK HR HU ID IE IN IT JP KR LI LT LU LV MT MX MY NL NO NZ PH PL PT RO SE SG SI SK TH TR US ZA'.split(
    ' ',
  )
const names = new Intl.DisplayNames('en', { type: 'region' })

export function countryName(code: string): string {
  return /^[A-Za-z]{2}$/.test(code) ? (names.of(code.toUpperCase()) ?? code) : code
}

export const countries: readonly { readonly code: string; readonly name: string }[] = codes
  .map((code) => ({ code, name: countryName(code) }))
  .sort((a, b) => (a.name < b.name ? -1 : 1))

export const defaultCountry = 'US'
