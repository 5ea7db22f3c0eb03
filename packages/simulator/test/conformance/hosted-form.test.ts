// Goal: the hosted page judges entries with Stripe's codes and lets nothing out unescaped. Method: table, then properties.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatMoney } from '../../src/catalogue/money.ts'
import type { Asks } from '../../src/hosted/asks.ts'
import { checkoutPage } from '../../src/hosted/checkout-page.ts'
import { type FieldValues, readFields } from '../../src/hosted/fields.ts'
import { html } from '../../src/hosted/html.ts'
import { judge } from '../../src/hosted/pay-form.ts'
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
const asking = (change: Partial<Asks> = {}): Asks => ({
  methods: ['card', 'sepa_debit', 'us_bank_account'],
  isEmailFixed: false,
  phone: false,
  shippingCountries: null,
  shippingRates: [],
  billingAddress: false,
  customFields: [],
  terms: false,
  ...change,
})
const codesOf = (values: FieldValues, asks = asking()) => {
  const verdict = judge(asks, values, november2026)
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

  const address = {
    shippingName: 'Ada',
    shippingCountry: 'US',
    shippingLine1: '1 Main St',
    shippingCity: 'New York',
    shippingState: 'NY',
    shippingPostalCode: '10001',
  }
  const question = {
    key: 'engraving',
    label: { custom: 'Engraving', type: 'custom' as const },
    optional: false,
    type: 'text' as const,
    text: { default_value: null, maximum_length: 5, minimum_length: null, value: null },
  }

  test.each<[string, Partial<Asks>, Record<string, string>, string[]]>([
    ['no phone', { phone: true }, {}, ['phone parameter_missing']],
    ['a phone', { phone: true }, { phone: '+43 1 234 567' }, []],
    ['a whole address', { shippingCountries: ['US'] }, address, []],
    [
      'no state in the US',
      { shippingCountries: ['US'] },
      { ...address, shippingState: '' },
      ['shippingState parameter_missing'],
    ],
    [
      'a country that is not delivered to',
      { shippingCountries: ['US'] },
      { ...address, shippingCountry: 'AT' },
      ['shippingCountry parameter_missing'],
    ],
    [
      'no state in Austria, no postal code in Ireland',
      { shippingCountries: ['IE'] },
      { ...address, shippingCountry: 'IE', shippingState: '', shippingPostalCode: '' },
      [],
    ],
    [
      'no billing address',
      { billingAddress: true },
      {},
      ['billingLine1', 'billingCity', 'billingState', 'postalCode'].map(
        (name) => `${name} parameter_missing`,
      ),
    ],
    [
      'the bill to where the goods go',
      { billingAddress: true, shippingCountries: ['US'] },
      { ...address, sameAddress: 'yes' },
      [],
    ],
    ['terms not accepted', { terms: true }, {}, ['terms terms_of_service_required']],
    ['terms accepted', { terms: true }, { terms: 'yes' }, []],
    ['no answer', { customFields: [question] }, {}, ['answer.engraving custom_field_invalid']],
    [
      'too long an answer',
      { customFields: [question] },
      { 'answer.engraving': 'abcdef' },
      ['answer.engraving custom_field_invalid'],
    ],
    ['an answer', { customFields: [question] }, { 'answer.engraving': 'abcde' }, []],
    ['no card where none is needed', { methods: [] }, { cardNumber: '' }, []],
  ])('what else is asked: %s', (_name, asks, change, codes) => {
    const keys = (asks.customFields ?? []).map(({ key }) => key)
    const values = readFields(new URLSearchParams({ ...card, ...change }), {}, keys)
    expect(codesOf(values, asking(asks))).toEqual(codes)
  })

  test('a bill that goes elsewhere does not take the shipping address', () => {
    const asks = asking({ billingAddress: true, shippingCountries: ['US'] })
    const bill = {
      billingLine1: '9 Elm St',
      billingCity: 'Graz',
      country: 'AT',
      postalCode: '8010',
    }
    const form = judge(asks, read({ ...card, ...address, ...bill }), november2026)
    expect(form).toMatchObject({
      ok: true,
      buyer: {
        address: {
          line1: '9 Elm St',
          city: 'Graz',
          state: null,
          postal_code: '8010',
          country: 'AT',
        },
        shipping: { name: 'Ada', address: { line1: '1 Main St', line2: null, state: 'NY' } },
      },
    })
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

const everything = {
  optional: true,
  type: 'dropdown' as const,
  dropdown: { default_value: null, options: [{ label: '<b>', value: '"' }], value: null },
}

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
          id: marked,
          name: `A${marked}`,
          description: marked,
          quantity: 1,
          bounds: { min: 0, max: 9 },
          price: '1',
          each: null,
        }
        const field = {
          ...everything,
          key: marked,
          label: { custom: marked, type: 'custom' as const },
        }
        const { body } = checkoutPage(200, {
          order: {
            merchant: marked,
            cancelUrl: `https://example.com/${marked}`,
            heading: marked,
            title: '$1.00',
            notes: [marked],
            lines: [line],
            sums: [{ label: marked, amount: '$1.00', isDue: true }],
            submit: 'Pay',
            promotion: { applied: marked, saves: '$1' },
          },
          asks: asking({
            phone: true,
            shippingCountries: ['US'],
            billingAddress: true,
            customFields: [field],
            terms: true,
          }),
          home: '/c/pay/x',
          words: {
            submit: `${marked}[${marked}](https://example.com/${marked})`,
            after_submit: `[${marked}](javascript:alert(1))`,
            shipping_address: marked,
            terms_of_service_acceptance: marked,
          },
          values,
          errors: [{ field: 'cardNumber', code: marked, message: marked }],
          said: { about: 'promotion', ok: true, message: marked },
        })
        expect(body).not.toContain('href="javascript')
        const links = /<a href="https:[^"<>]*" target="_blank" rel="noopener">|<\/a>/g
        const echoed = body.replace(links, '').match(/\u2402[^\u2403]*\u2403/g) ?? []
        expect(echoed.length).toBeGreaterThan(20)
        for (const echo of echoed) expect(echo).not.toMatch(/[<>"']/)
      }),
      { numRuns: 50 },
    )
  })
})
