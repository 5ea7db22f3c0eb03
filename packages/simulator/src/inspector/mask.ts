/** Hides what nobody should read over a developer's shoulder: keys, secrets, card and account numbers. */

const dots = '••••'
/** Of a short key four letters would be most of it. */
const tailShownFrom = 12

export function maskedKey(apiKey: string): string {
  const prefix = /^(?:sk|rk|rkcs)_(?:(?:test|live)_)?/.exec(apiKey)?.[0] ?? ''
  const tail = apiKey.slice(prefix.length)
  return `${prefix}${dots}${tail.length >= tailShownFrom ? tail.slice(-4) : ''}`
}

/** An endpoint's user and the values of its query may be what keeps it secret. */
export function maskedUrl(text: string): string {
  if (!URL.canParse(text)) return dots
  const url = new URL(text)
  const query = [...url.searchParams.keys()].map((name) => `${name}=${dots}`).join('&')
  const user = url.username === '' && url.password === '' ? '' : `${dots}@`
  return `${url.protocol}//${user}${url.host}${url.pathname}${query === '' ? '' : `?${query}`}`
}

/** Whatever these are called, their values are secret. */
const secretFields = new Set([
  'access_token',
  'authentication_token',
  'client_secret',
  'secret',
  'signing_secret',
])
const codeFields = new Set(['cvc', 'security_code'])
const numberFields = new Set(['account_number', 'iban', 'number'])

/** A copy without anything secret in it, and without what JSON leaves out. */
export function masked(value: unknown, field = ''): unknown {
  if (typeof value === 'string') return maskedText(value, field)
  if (Array.isArray(value)) return value.map((item) => masked(item, field))
  if (typeof value !== 'object' || value === null) {
    return codeFields.has(field) && value !== null ? dots : value
  }
  const given = Object.entries(value).filter(([, own]) => own !== undefined)
  return Object.fromEntries(given.map(([key, own]) => [key, masked(own, key)]))
}

function maskedText(text: string, field: string): string {
  if (text === '') return text
  if (secretFields.has(field) || codeFields.has(field)) return dots
  if (numberFields.has(field) && /^[A-Z]{0,2}\d[\dA-Z -]{5,}$/.test(text)) {
    return `${dots} ${text.slice(-4)}`
  }
  return hidden(text)
}

/** Where secrets stand inside of other text, such as a URL or a message. */
function hidden(text: string): string {
  return text
    .replace(/\b((?:sk|rk|rkcs|ek)_(?:test_|live_)?)\w{6,}/g, `$1${dots}`)
    .replace(/\bwhsec_\w+/g, `whsec_${dots}`)
    .replace(/_secret_\w+/g, `_secret_${dots}`)
    .replace(/:\/\/[^/\s@]+@/g, `://${dots}@`)
    .replace(/(?<![\w.])\d(?:[ -]?\d){13,18}(?![\w.])/g, (number) =>
      isCardNumber(number) ? `${dots} ${number.slice(-4)}` : number,
    )
}

function isCardNumber(text: string): boolean {
  const digits = [...text.replace(/\D/g, '')].reverse().map(Number)
  const sum = digits.reduce((total, digit, index) => {
    const counted = index % 2 === 0 ? digit : digit * 2
    return total + (counted > 9 ? counted - 9 : counted)
  }, 0)
  return sum % 10 === 0
}
