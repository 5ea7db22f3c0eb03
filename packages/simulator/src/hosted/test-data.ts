/** The test cards and accounts that the page offers in its fold-out, one row each. */
import type { FieldValues } from './pay-form.ts'

export interface TestEntry {
  readonly shown: string
  readonly does: string
  readonly values: Partial<FieldValues>
}

const card = (shown: string, does: string): TestEntry => ({
  shown,
  does,
  values: {
    email: 'buyer@example.com',
    cardNumber: shown,
    cardExpiry: '12 / 34',
    cardCvc: '123',
    billingName: 'Test Buyer',
    postalCode: '10001',
  },
})

const account = (shown: string, does: string): TestEntry => ({
  shown,
  does,
  values: { email: 'buyer@example.com', iban: shown, accountName: 'Test Buyer' },
})

export const testCards: readonly TestEntry[] = [
  card('4242 4242 4242 4242', 'Pays'),
  card('4000 0000 0000 3220', 'Asks for 3-D Secure'),
  card('4000 0000 0000 0002', 'Is declined'),
  card('4000 0000 0000 9995', 'Has insufficient funds'),
]

export const testAccounts: readonly TestEntry[] = [
  account('AT61 1904 3002 3457 3201', 'Settles a little later'),
  account('AT86 1904 3002 3547 3202', 'Fails a little later'),
]
