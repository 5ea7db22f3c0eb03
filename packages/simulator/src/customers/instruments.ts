/** Makes payment methods from cards and bank accounts, and finds the ones that requests name. */
import { createHash } from 'node:crypto'
import type { BuyerDetails, Customer, PaymentMethod } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { badParam, noSuch, refuse, StripeError } from '../http/errors.ts'
import { isIban, normalizeIban, planOfIban, planOfUsAccount } from './test-banks.ts'
import {
  type CardBehaviour,
  cardOfMethodName,
  cardOfNumber,
  cardOfTokenName,
  passesLuhn,
  type TestCard,
} from './test-cards.ts'

export interface CardNumbers {
  readonly number: string
  readonly expMonth: number
  readonly expYear: number
  readonly cvc?: string | undefined
}

export const nobody: BuyerDetails = { email: null, name: null, phone: null, address: null }

/** Stable for a number, meaningless otherwise, as Stripe's is. */
export function fingerprintOf(number: string): string {
  return createHash('sha256').update(`fingerprint:${number}`).digest('base64url').slice(0, 16)
}

/** What Stripe's form and API check before any issuer is asked. */
export function checkNumbers(entry: CardNumbers, now: number): TestCard {
  const number = entry.number.replaceAll(/[\s-]/g, '')
  const today = new Date(now * 1000)
  if (!passesLuhn(number)) throw cardRefused('incorrect_number', 'number')
  if (entry.expMonth < 1 || entry.expMonth > 12)
    throw cardRefused('invalid_expiry_month', 'exp_month')
  const expired =
    entry.expYear * 12 + entry.expMonth < today.getUTCFullYear() * 12 + today.getUTCMonth() + 1
  if (expired || entry.expYear > today.getUTCFullYear() + 50) {
    throw cardRefused('invalid_expiry_year', 'exp_year')
  }
  const card = cardOfNumber(number) ?? unlisted(number)
  const cvcLength = card.brand === 'amex' ? 4 : 3
  if (entry.cvc !== undefined && !new RegExp(`^\\d{${cvcLength}}$`).test(entry.cvc)) {
    throw cardRefused('invalid_cvc', 'cvc')
  }
  return card
}

/** A real card in test mode is declined by Stripe as `live_mode_test_card`'s mirror image. */
function unlisted(number: string): TestCard {
  return {
    number,
    brand: number.startsWith('5') ? 'mastercard' : 'visa',
    country: 'US',
    funding: 'credit',
    methods: [],
    tokens: [],
    behaviour: { decline: { code: 'card_declined', declineCode: 'test_mode_live_card' } },
  }
}

const refusals = {
  incorrect_number: 'Your card number is incorrect.',
  invalid_expiry_month: "Your card's expiration month is invalid.",
  invalid_expiry_year: "Your card's expiration year is invalid.",
  invalid_cvc: "Your card's security code is invalid.",
} as const

function cardRefused(code: keyof typeof refusals, param: string): StripeError {
  return new StripeError({
    status: 402,
    type: 'card_error',
    code,
    param,
    message: refusals[code],
  })
}

function billing(buyer: BuyerDetails): PaymentMethod['billing_details'] {
  const { email, name, phone, address } = buyer
  const empty = {
    city: null,
    country: null,
    line1: null,
    line2: null,
    postal_code: null,
    state: null,
  }
  return { address: address ?? empty, email, name, phone, tax_id: null }
}

interface Extras {
  /** For a legacy card, whose id the method has. */
  readonly id?: string
  readonly buyer?: BuyerDetails
  readonly metadata?: Record<string, string>
}

function base(tx: Transaction, extras: Extras) {
  return {
    id: extras.id ?? tx.newId('pm_1'),
    object: 'payment_method' as const,
    allow_redisplay: 'unspecified' as const,
    billing_details: billing(extras.buyer ?? nobody),
    created: tx.now,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: extras.metadata ?? {},
  }
}

export function cardMethod(
  tx: Transaction,
  card: TestCard,
  expiry: { expMonth: number; expYear: number },
  extras: Extras = {},
): PaymentMethod {
  const method = tx.db.put('payment_method', {
    ...base(tx, extras),
    type: 'card',
    card: {
      brand: card.brand,
      checks: {
        address_line1_check: null,
        address_postal_code_check: null,
        cvc_check: card.behaviour.cvcCheck ?? 'pass',
      },
      country: card.country,
      display_brand: card.brand,
      exp_month: expiry.expMonth,
      exp_year: expiry.expYear,
      fingerprint: fingerprintOf(card.number),
      funding: card.funding,
      generated_from: null,
      last4: card.number.slice(-4),
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
  })
  const { number, behaviour } = card
  tx.db.put('instrument', { id: method.id, card: { number, behaviour } })
  return method
}

export function sepaMethod(tx: Transaction, entered: string, extras: Extras = {}): PaymentMethod {
  const iban = normalizeIban(entered)
  if (!isIban(iban)) {
    throw badParam(
      'The IBAN you provided is invalid.',
      'sepa_debit[iban]',
      'account_number_invalid',
    )
  }
  const method = tx.db.put('payment_method', {
    ...base(tx, extras),
    type: 'sepa_debit',
    sepa_debit: {
      bank_code: iban.slice(4, 9),
      branch_code: '',
      country: iban.slice(0, 2),
      fingerprint: fingerprintOf(iban),
      generated_from: { charge: null, setup_attempt: null },
      last4: iban.slice(-4),
    },
  })
  tx.db.put('instrument', { id: method.id, bank: planOfIban(iban) })
  return method
}

export interface UsBankEntry {
  readonly accountNumber: string
  readonly routingNumber: string
  readonly holder?: 'company' | 'individual' | undefined
  readonly type?: 'checking' | 'savings' | undefined
}

export function usBankMethod(
  tx: Transaction,
  bank: UsBankEntry,
  extras: Extras = {},
): PaymentMethod {
  if (!/^\d{4,17}$/.test(bank.accountNumber)) {
    throw badParam(
      'The account number provided is invalid.',
      'us_bank_account[account_number]',
      'account_number_invalid',
    )
  }
  const method = tx.db.put('payment_method', {
    ...base(tx, extras),
    type: 'us_bank_account',
    us_bank_account: {
      account_holder_type: bank.holder ?? 'individual',
      account_type: bank.type ?? 'checking',
      bank_name: 'STRIPE TEST BANK',
      financial_connections_account: null,
      fingerprint: fingerprintOf(`${bank.routingNumber}:${bank.accountNumber}`),
      last4: bank.accountNumber.slice(-4),
      networks: { preferred: 'ach', supported: ['ach'] },
      routing_number: bank.routingNumber,
      status_details: {},
    },
  })
  tx.db.put('instrument', { id: method.id, bank: planOfUsAccount(bank.accountNumber) })
  return method
}

/** Pays from what the customer has sent by bank transfer. */
export function transferMethod(tx: Transaction, extras: Extras = {}): PaymentMethod {
  return tx.db.put('payment_method', {
    ...base(tx, extras),
    type: 'customer_balance',
    customer_balance: {},
  })
}

/** Magic cards expire like Stripe's: a year from now, in the present month. */
export function nextYear(now: number): { expMonth: number; expYear: number } {
  const today = new Date(now * 1000)
  return { expMonth: today.getUTCMonth() + 1, expYear: today.getUTCFullYear() + 1 }
}

/** Finds the method a request names; a magic name makes a fresh one, as at Stripe. */
export function findMethod(
  tx: Transaction,
  id: string,
  param: string,
  status: 400 | 404 = 400,
): PaymentMethod {
  const magic = cardOfMethodName(id)
  if (magic) return cardMethod(tx, magic, nextYear(tx.now))
  const known = tx.db.find('payment_method', id)
  if (!known) throw noSuch('PaymentMethod', id, param, status)
  return known
}

export function cardOfToken(tx: Transaction, id: string, param: string): TestCard {
  const magic = cardOfTokenName(id)
  if (magic) return magic
  const token = tx.db.find('token', id)
  const card = tx.db.find('instrument', id)?.card
  if (!token || !card) throw noSuch('token', id, param, 400)
  if (token.used) {
    throw refuse(`You cannot use a Stripe token more than once: ${id}.`, {
      code: 'token_already_used',
      param,
    })
  }
  tx.db.put('token', { ...token, used: true })
  return cardOfNumber(card.number) ?? unlisted(card.number)
}

export function behaviourOf(tx: Transaction, methodId: string): CardBehaviour {
  return tx.db.find('instrument', methodId)?.card?.behaviour ?? {}
}

/** Whether a payment with this card stops for 3-D Secure; some cards only do when the merchant requests it. */
export function asksForChallenge(
  tx: Transaction,
  methodId: string,
  offSession: boolean,
  isRequested = false,
): boolean {
  const { challenge, offSession: rule } = behaviourOf(tx, methodId)
  if (challenge === 'optional') return isRequested && !offSession
  if (challenge === undefined) return false
  if (!offSession || rule === undefined) return true
  return rule === 'unless_set_up' && tx.db.find('instrument', methodId)?.isSetUp !== true
}

export function attach(tx: Transaction, method: PaymentMethod, customer: Customer): PaymentMethod {
  if (method.customer === customer.id) return method
  const attached = tx.db.put('payment_method', { ...method, customer: customer.id })
  tx.emit('payment_method.attached', attached)
  return attached
}
