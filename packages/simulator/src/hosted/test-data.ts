/** The test cards and accounts that the page offers in its fold-out, one row each. */
import type { SomeValues } from './fields.ts'

export interface TestEntry {
  readonly shown: string
  readonly does: string
  readonly values: SomeValues
}

/** What a page may ask beside the method; those fields that it has and that are empty are filled in. */
const buyer: SomeValues = {
  email: 'buyer@example.com',
  phone: '+1 555 555 0123',
  shippingName: 'Test Buyer',
  shippingLine1: '27 Fredrick Ave',
  shippingCity: 'New York',
  shippingState: 'NY',
  shippingPostalCode: '10001',
  billingLine1: '27 Fredrick Ave',
  billingCity: 'New York',
  billingState: 'NY',
  postalCode: '10001',
}

const card = (shown: string, does: string): TestEntry => ({
  shown,
  does,
  values: {
    ...buyer,
    cardNumber: shown,
    cardExpiry: '12 / 34',
    cardCvc: '123',
    billingName: 'Test Buyer',
  },
})

const iban = (shown: string, does: string): TestEntry => ({
  shown,
  does,
  values: { ...buyer, iban: shown, ibanName: 'Test Buyer' },
})

const account = (shown: string, does: string): TestEntry => ({
  shown,
  does,
  values: { ...buyer, accountNumber: shown, accountName: 'Test Buyer' },
})

export const testCards: readonly TestEntry[] = [
  card('4242 4242 4242 4242', 'Pays'),
  card('4000 0000 0000 3220', 'Asks for 3-D Secure'),
  card('4000 0000 0000 0002', 'Is declined'),
  card('4000 0000 0000 9995', 'Has insufficient funds'),
]

export const testIbans: readonly TestEntry[] = [
  iban('AT61 1904 3002 3457 3201', 'Settles within a second'),
  iban('AT32 1904 3002 3547 3204', 'Settles after three minutes'),
  iban('AT86 1904 3002 3547 3202', 'Fails within a second'),
  iban('AT05 1904 3002 3547 3205', 'Fails after three minutes'),
]

export const testAccounts: readonly TestEntry[] = [
  account('000123456789', 'Settles within a second'),
  account('000222222227', 'Fails within a second: insufficient funds'),
  account('000111111113', 'Fails within a second: account closed'),
  account('000000000009', 'Never settles'),
]
