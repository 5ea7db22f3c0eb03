// Goal: the hosted page judges entries with Stripe's codes and lets nothing out unescaped. Method: table, then properties.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkoutPage } from '../../src/hosted/checkout-page.ts'
import { html } from '../../src/hosted/html.ts'
import { formatMoney } from '../../src/hosted/money.ts'
import { type FieldValues, judge, readFields } from '../../src/hosted/pay-form.ts'
import { testAccounts, testCards, testIbans } from '../../src/hosted/test-data.ts'

const november2026 = Date.UTC(2026, 10, 21) / 1000
const card: Record<string, string> = {
  method: 'card',
  email: 'ada@example.com',
  cardNumber: '4242 4242 4242 4242',
  cardExpiry: '12 / 34',
  cardCvc: '123',
  billingName: 'Ada',
  country: 'US',
}
const debit: Record<string, string> = {
  method: 'sepa_debit',
  email: 'ada@example.com',
  iban: 'AT61 1904 3002 3457 3201',
  ibanName: 'Ada',
}
const bank: Record<string, string> = {
  method: 'us_bank_account',
  email: 'ada@example.com',
  accountNumber: '000123456789',
  accountName: 'Ada',
}
const read = (entries: Record<string, string>) => readFields(new URLSearchParams(entries), {})
const codesOf = (values: FieldValues) => {
  const method = (['card', 'sepa_debit', 'us_bank_account'] as const).find(
    (m) => m === values.method,
  )
  const verdict = judge(method ?? 'card', values, november2026)
  return verdict.ok ? [] : verdict.errors.map(({ field, code }) => `${field} ${code}`)
}

describe('judge', () => {
  test.each<[string, Record<string, string>, string[]]>([
    ['a good card', {}, []],
    ['Amex with four digits of CVC', { cardNumber: '378282246310005', cardCvc: '1234' }, []],
    ['Diners with fourteen digits', { cardNumber: '30569309025904' }, []],
    ['an expiry typed without a slash', { cardExpiry: '1234' }, []],
    ['an expiry with a full year', { cardExpiry: '12/2034' }, []],
    ['a card that expires this month', { cardExpiry: '11/26' }, []],
    ['a Luhn failure', { cardNumber: '4242424242424241' }, ['cardNumber incorrect_number']],
    ['a short number', { cardNumber: '4242' }, ['cardNumber incomplete_number']],
    ['a past year', { cardExpiry: '12 / 20' }, ['cardExpiry invalid_expiry_year']],
    ['last month', { cardExpiry: '10 / 26' }, ['cardExpiry invalid_expiry_year']],
    ['month 13', { cardExpiry: '13 / 34' }, ['cardExpiry invalid_expiry_month']],
    ['a year too far ahead', { cardExpiry: '12/2099' }, ['cardExpiry invalid_expiry_year']],
    ['no expiry', { cardExpiry: '' }, ['cardExpiry incomplete_expiry']],
    ['a short CVC', { cardCvc: '12' }, ['cardCvc invalid_cvc']],
    ['a three-digit CVC on Amex', { cardNumber: '378282246310005' }, ['cardCvc invalid_cvc']],
    ['no e-mail', { email: '' }, ['email email_invalid']],
    ['half an e-mail', { email: 'ada@' }, ['email email_invalid']],
  ])('%s', (_name, change, codes) => {
    expect(codesOf(read({ ...card, ...change }))).toEqual(codes)
  })

  test.each<[string, Record<string, string>, string[]]>([
    ['a good account', {}, []],
    [
      'wrong check digits',
      { iban: 'AT62 1904 3002 3457 3201' },
      ['iban invalid_bank_account_iban'],
    ],
    ['no IBAN', { iban: '' }, ['iban invalid_bank_account_iban']],
    ['no name', { ibanName: '' }, ['ibanName parameter_missing']],
    ['card fields do not matter', { cardNumber: '1' }, []],
  ])('debit: %s', (_name, change, codes) => {
    expect(codesOf(read({ ...debit, ...change }))).toEqual(codes)
  })

  test('every offered test entry is valid', () => {
    for (const entry of testCards) expect(codesOf(read({ ...card, ...entry.values }))).toEqual([])
    for (const entry of testIbans) expect(codesOf(read({ ...debit, ...entry.values }))).toEqual([])
    for (const entry of testAccounts)
      expect(codesOf(read({ ...bank, ...entry.values }))).toEqual([])
  })

  test('one wrong digit never passes the card check', () => {
    fc.assert(
      fc.property(fc.nat(15), fc.integer({ min: 1, max: 9 }), (at, shift) => {
        const digits = [...'4242424242424242']
        digits[at] = String((Number(digits[at]) + shift) % 10)
        const codes = codesOf(read({ ...card, cardNumber: digits.join('') }))
        expect(codes).toContain('cardNumber incorrect_number')
      }),
    )
  })
})

describe('money', () => {
  test.each([
    [3000, 'usd', '$30.00'],
    [5, 'eur', '€0.05'],
    [3000, 'jpy', '¥3,000'],
    [1234, 'bhd', 'BHD 1.234'],
    [500, 'isk', 'ISK 5'],
    [-250, 'gbp', '-£2.50'],
  ])('%i %s', (amount, currency, text) => {
    expect(formatMoney(amount, currency).replace(/\s/g, ' ')).toBe(text)
  })
})

describe('escaping', () => {
  test('text, attributes and lists are escaped, markup of the tag is not', () => {
    const nasty = `<script>&"'`
    const safe = '&lt;script&gt;&amp;&quot;&#39;'
    expect(html`<a title="${nasty}">${[nasty, html`<b>${nasty}</b>`]}</a>`.markup).toBe(
      `<a title="${safe}">${safe}<b>${safe}</b></a>`,
    )
    expect(html`${null}${undefined}${false}${0}`.markup).toBe('0')
  })

  test('nothing that a merchant or buyer enters can open a tag or leave an attribute', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const marked = `\u2402<i>"'${text}\u2403`
        const values = read({ ...card, email: marked, cardNumber: marked, postalCode: marked })
        const line = {
          name: `A${marked}`,
          description: marked,
          quantity: 1,
          unitAmount: 1,
          amount: 1,
        }
        const { body } = checkoutPage(200, {
          order: {
            merchant: marked,
            cancelUrl: `https://example.com/${marked}`,
            currency: 'usd',
            lines: [line],
            subtotal: 1,
            discount: 0,
            shipping: 0,
            tax: 0,
            total: 1,
          },
          action: '/c/pay/x',
          verb: 'Pay',
          methods: ['card', 'sepa_debit'],
          isEmailFixed: false,
          values,
          errors: [{ field: 'cardNumber', code: marked, message: marked }],
        })
        const echoed = body.match(/\u2402[^\u2403]*\u2403/g) ?? []
        expect(echoed.length).toBeGreaterThan(8)
        for (const echo of echoed) expect(echo).not.toMatch(/[<>"']/)
      }),
      { numRuns: 50 },
    )
  })
})
