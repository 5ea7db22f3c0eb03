/** What a buyer types into the page, and what paying can come to. */

export interface CardEntry {
  readonly number: string
  readonly expMonth: number
  readonly expYear: number
  readonly cvc: string
  readonly email: string
  readonly name: string
  readonly country?: string
  readonly postalCode?: string
}

export interface DelayedEntry {
  readonly method: 'sepa_debit' | 'us_bank_account'
  readonly iban?: string
  readonly accountNumber?: string
  readonly email: string
  readonly name: string
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
