/** The tables beside payments and billing: Connect, Issuing, Identity, reports and meters. */
import type { Stripe } from 'stripe'
import type { Stored } from '../wire.ts'

export type ConnectedAccount = Stored<Stripe.Account>
export type BankAccount = Stored<Stripe.BankAccount>
export type Transfer = Stored<Stripe.Transfer>
export type TransferReversal = Stored<Stripe.TransferReversal>
export type IssuingCardholder = Stored<Stripe.Issuing.Cardholder>
export type IssuingCard = Stored<Stripe.Issuing.Card>
export type IssuingAuthorization = Stored<Stripe.Issuing.Authorization>
export type IssuingTransaction = Stored<Stripe.Issuing.Transaction>
export type VerificationSession = Stored<Stripe.Identity.VerificationSession>
export type VerificationReport = Stored<Stripe.Identity.VerificationReport>
export type ReportRun = Stored<Stripe.Reporting.ReportRun>
export type Meter = Stored<Stripe.Billing.Meter>

/** The digits of an issued card, shown only when asked for. */
export interface IssuingCardSecret {
  readonly id: string
  readonly number: string
  readonly cvc: string
}

/** The link by which a person tells who is behind a connected account. */
export interface AccountLink {
  readonly id: string
  readonly account: string
  readonly expiresAt: number
  readonly refreshUrl: string | null
  readonly returnUrl: string | null
}

/** Where a person goes on after the page of a verification session. */
export interface VerificationSecret {
  readonly id: string
  readonly returnUrl: string | null
}

/** One accepted event of a meter; its id is the event's identifier. */
export interface MeterUsage {
  readonly id: string
  readonly meter: string
  readonly customer: string
  readonly value: number
  readonly timestamp: number
}

/** Its id is the token that a stream of meter events presents instead of an API key. */
export interface MeterEventSession {
  readonly id: string
  readonly expiresAt: number
}

export interface PlatformTables {
  account: ConnectedAccount
  account_link: AccountLink
  bank_account: BankAccount
  transfer: Transfer
  transfer_reversal: TransferReversal
  'issuing.cardholder': IssuingCardholder
  'issuing.card': IssuingCard
  'issuing.authorization': IssuingAuthorization
  'issuing.transaction': IssuingTransaction
  'identity.verification_session': VerificationSession
  'identity.verification_report': VerificationReport
  'reporting.report_run': ReportRun
  'billing.meter': Meter
  issuing_card_secret: IssuingCardSecret
  verification_secret: VerificationSecret
  meter_usage: MeterUsage
  meter_event_session: MeterEventSession
}
