/** The tables of disputes, saved methods, cash balances, payouts and top-ups. */
import type { Stripe } from 'stripe'
import type { Stored } from '../wire.ts'

export type SetupAttempt = Stored<Stripe.SetupAttempt>
export type Mandate = Stored<Stripe.Mandate>
export type EarlyFraudWarning = Stored<Stripe.Radar.EarlyFraudWarning>
export type Payout = Stored<Stripe.Payout>
export type Topup = Stored<Stripe.Topup>
export type CashTransaction = Stored<Stripe.CustomerCashBalanceTransaction>

/** Entries of the ledger that become available at the same moment. */
export interface Release {
  readonly id: string
  readonly entries: readonly string[]
}

export interface SetupSecret {
  readonly id: string
  readonly challenged?: boolean
  readonly returnUrl?: string
}

/** What a customer has sent in advance, by currency; under the customer's id. */
export interface CashBalanceRow {
  readonly id: string
  readonly available: Readonly<Record<string, number>>
  readonly mode: 'automatic' | 'manual'
  readonly isMerchantDefault: boolean
}

export interface PayoutSecret {
  readonly id: string
  /** The bank will send it back. */
  readonly failureCode?: string
}

/** What an account has in one currency: the sum of its balance transactions. */
export interface BalanceSum {
  /** The currency. */
  readonly id: string
  readonly available: number
  readonly pending: number
}

export interface MoneyTables {
  setup_attempt: SetupAttempt
  mandate: Mandate
  'radar.early_fraud_warning': EarlyFraudWarning
  payout: Payout
  topup: Topup
  customer_cash_balance_transaction: CashTransaction
  release: Release
  balance_sum: BalanceSum
  setup_secret: SetupSecret
  cash_balance_row: CashBalanceRow
  payout_secret: PayoutSecret
}
