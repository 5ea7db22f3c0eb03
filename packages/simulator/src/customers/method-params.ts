/** The parameters that describe a new payment method, and the method made from them. */
import type { BuyerDetails, PaymentMethod } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { type AddressEntry, fullAddress } from '../http/common-params.ts'
import { missingParam, notSimulated } from '../http/errors.ts'
import { anything, integer, metadataSpec, oneOf, required, shape, text } from '../http/params.ts'
import { mergeMetadata } from '../http/route.ts'
import {
  cardMethod,
  cardOfToken,
  checkNumbers,
  nextYear,
  sepaMethod,
  transferMethod,
  usBankMethod,
} from './instruments.ts'

export const cardFields = {
  cvc: text(4),
  exp_month: integer(),
  exp_year: integer(),
  networks: anything(),
  number: text(30),
  token: text(),
}

export const methodDataFields = {
  allow_redisplay: oneOf('always', 'limited', 'unspecified'),
  card: shape(cardFields),
  customer_balance: shape({}),
  metadata: metadataSpec(),
  radar_options: anything(),
  sepa_debit: shape({ iban: required(text()) }),
  type: required(text()),
  us_bank_account: shape({
    account_holder_type: oneOf('company', 'individual'),
    account_number: required(text()),
    account_type: oneOf('checking', 'savings'),
    routing_number: required(text()),
  }),
}

interface CardEntry {
  readonly cvc?: string | undefined
  readonly exp_month?: number | undefined
  readonly exp_year?: number | undefined
  readonly number?: string | undefined
  readonly token?: string | undefined
}

export interface MethodEntry {
  readonly type: string
  readonly card?: CardEntry | undefined
  readonly sepa_debit?: { readonly iban: string } | undefined
  readonly us_bank_account?:
    | {
        readonly account_holder_type?: 'company' | 'individual' | undefined
        readonly account_number: string
        readonly account_type?: 'checking' | 'savings' | undefined
        readonly routing_number: string
      }
    | undefined
  readonly metadata?: Record<string, string> | null | undefined
  readonly billing_details?: BillingEntry | undefined
}

export interface BillingEntry {
  readonly address?: AddressEntry | null | undefined
  readonly email?: string | null | undefined
  readonly name?: string | null | undefined
  readonly phone?: string | null | undefined
}

export function buyerOf(entry: BillingEntry | undefined): BuyerDetails {
  return {
    email: entry?.email ?? null,
    name: entry?.name ?? null,
    phone: entry?.phone ?? null,
    address: entry?.address ? fullAddress(entry.address) : null,
  }
}

export function methodFrom(tx: Transaction, entry: MethodEntry, path = ''): PaymentMethod {
  const at = (key: string) => (path === '' ? key : `${path}[${key}]`)
  const extras = {
    buyer: buyerOf(entry.billing_details),
    metadata: mergeMetadata({}, entry.metadata),
  }
  switch (entry.type) {
    case 'card':
      if (!entry.card) throw missingParam(at('card'))
      return cardFrom(tx, entry.card, at('card'), extras)
    case 'sepa_debit':
      if (!entry.sepa_debit) throw missingParam(at('sepa_debit'))
      return sepaMethod(tx, entry.sepa_debit.iban, extras)
    case 'us_bank_account': {
      const bank = entry.us_bank_account
      if (!bank) throw missingParam(at('us_bank_account'))
      return usBankMethod(
        tx,
        {
          accountNumber: bank.account_number,
          routingNumber: bank.routing_number,
          holder: bank.account_holder_type,
          type: bank.account_type,
        },
        extras,
      )
    }
    case 'customer_balance':
      return transferMethod(tx, extras)
    default:
      throw notSimulated(`payment methods of type '${entry.type}'`, at('type'))
  }
}

function cardFrom(
  tx: Transaction,
  card: CardEntry,
  path: string,
  extras: { buyer: BuyerDetails; metadata: Record<string, string> },
): PaymentMethod {
  if (card.token !== undefined) {
    const found = cardOfToken(tx, card.token, `${path}[token]`)
    return cardMethod(tx, found, nextYear(tx.now), extras)
  }
  const { number, exp_month: expMonth, exp_year: expYear, cvc } = card
  if (number === undefined) throw missingParam(`${path}[number]`)
  if (expMonth === undefined) throw missingParam(`${path}[exp_month]`)
  if (expYear === undefined) throw missingParam(`${path}[exp_year]`)
  const found = checkNumbers({ number, expMonth, expYear, cvc }, tx.now)
  return cardMethod(tx, found, { expMonth, expYear }, extras)
}
