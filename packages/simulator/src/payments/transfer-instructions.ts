/** Where a customer is told to send a bank transfer: the account's test bank, by kind of transfer. */
import type { PaymentIntent } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { fullAddress } from '../http/common-params.ts'

type Instructions = NonNullable<
  NonNullable<PaymentIntent['next_action']>['display_bank_transfer_instructions']
>
type FinancialAddress = NonNullable<Instructions['financial_addresses']>[number]
export type TransferType = Instructions['type']

const holder = {
  account_holder_address: fullAddress({ country: 'US' }),
  account_holder_name: 'SIMULATOR',
  bank_address: fullAddress({ country: 'US' }),
}

/** The kind of transfer that each currency is sent by. */
const typeOf: ReadonlyMap<string, TransferType> = new Map([
  ['usd', 'us_bank_transfer'],
  ['eur', 'eu_bank_transfer'],
  ['gbp', 'gb_bank_transfer'],
  ['jpy', 'jp_bank_transfer'],
  ['mxn', 'mx_bank_transfer'],
])

export function transferTypeOf(currency: string): TransferType | undefined {
  return typeOf.get(currency)
}

/** The number is the customer's own: money that arrives there is known to be theirs. */
function addressOf(type: TransferType, digits: string): FinancialAddress {
  switch (type) {
    case 'eu_bank_transfer':
      return {
        type: 'iban',
        iban: { ...holder, bic: 'SIMUDEFFXXX', country: 'DE', iban: `DE00${digits}` },
        supported_networks: ['sepa'],
      }
    case 'gb_bank_transfer':
      return {
        type: 'sort_code',
        sort_code: { ...holder, account_number: digits.slice(0, 8), sort_code: '108800' },
        supported_networks: ['bacs', 'fps'],
      }
    case 'jp_bank_transfer':
      return {
        type: 'zengin',
        supported_networks: ['zengin'],
        zengin: {
          ...holder,
          account_number: digits.slice(0, 7),
          account_type: 'futsu',
          bank_code: '0000',
          bank_name: 'TEST BANK',
          branch_code: '000',
          branch_name: 'TEST BRANCH',
        },
      }
    case 'mx_bank_transfer':
      return {
        type: 'spei',
        spei: { ...holder, bank_code: '002', bank_name: 'TEST BANK', clabe: digits.slice(0, 18) },
        supported_networks: ['spei'],
      }
    default:
      return {
        type: 'aba',
        aba: {
          ...holder,
          account_number: digits.slice(0, 12),
          account_type: 'checking',
          bank_name: 'US Test Bank',
          routing_number: '999999999',
        },
        supported_networks: ['ach', 'domestic_wire_us'],
      }
  }
}

/** Digits that are a function of the customer's id. */
function digitsOf(customer: string): string {
  const codes = [...customer].map((letter) => letter.charCodeAt(0) % 10)
  return codes.join('').padEnd(18, '0').slice(0, 18)
}

export function financialAddresses(type: TransferType, customer: string): FinancialAddress[] {
  return [addressOf(type, digitsOf(customer))]
}

export function instructions(
  tx: Transaction,
  intent: PaymentIntent,
  type: TransferType,
  remaining: number,
): PaymentIntent['next_action'] {
  const known = intent.next_action?.display_bank_transfer_instructions
  return {
    type: 'display_bank_transfer_instructions',
    display_bank_transfer_instructions: {
      amount_remaining: remaining,
      currency: intent.currency,
      financial_addresses: financialAddresses(type, intent.customer ?? ''),
      hosted_instructions_url: null,
      reference: known?.reference ?? tx.newId('', 12).toUpperCase(),
      type,
    },
  }
}
