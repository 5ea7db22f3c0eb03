/** What a buyer types into the page, and what paying can come to. */

import type { BuyerDetails } from '../account/tables.ts'

export interface BuyerEntry extends Pick<BuyerDetails, 'shipping' | 'answers'> {
  /** The whole billing address, where the page asked for it. */
  readonly address?: BuyerDetails['address']
  readonly email: string
  readonly name: string
  readonly phone?: string
}

export interface CardEntry extends BuyerEntry {
  readonly number: string
  readonly expMonth: number
  readonly expYear: number
  readonly cvc: string
  readonly country?: string
  readonly postalCode?: string
}

export interface DelayedEntry extends BuyerEntry {
  readonly method: 'sepa_debit' | 'us_bank_account'
  readonly iban?: string
  readonly accountNumber?: string
}

/** The `error` member of Stripe's error envelope. */
export interface StripeErrorBody {
  readonly type: string
  readonly message: string
  readonly code?: string
  readonly decline_code?: string
  readonly param?: string
  readonly [key: string]: unknown
}

export type PayOutcome =
  | { readonly kind: 'complete'; readonly redirectUrl: string }
  | { readonly kind: 'requires_action' }
  | { readonly kind: 'declined'; readonly error: StripeErrorBody }
  | { readonly kind: 'gone'; readonly reason: 'expired' | 'complete' }
