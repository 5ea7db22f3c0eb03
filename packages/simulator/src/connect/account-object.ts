/** What an account looks like: the merchant behind a key, and the accounts connected to a platform. */
import type { BankAccount, ConnectedAccount } from '../account/tables-platform.ts'
import type { Transaction } from '../account/transaction.ts'
import { fullAddress } from '../http/common-params.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { page } from '../http/route.ts'

export type AccountEntry = Partial<
  Pick<
    ParamsOf<'POST /v1/accounts/:id'>,
    | 'business_profile'
    | 'business_type'
    | 'capabilities'
    | 'default_currency'
    | 'email'
    | 'metadata'
    | 'tos_acceptance'
  >
> & { readonly external_account?: BankEntry | null }

/** A bank account or a card in its details, or the token of one. */
export type BankEntry =
  | string
  | {
      readonly object: string
      readonly account_number?: string
      readonly account_holder_name?: string
      readonly account_holder_type?: string
      readonly country?: string
      readonly currency?: string
      readonly routing_number?: string
    }

type Controller = NonNullable<ConnectedAccount['controller']>
type Requirements = NonNullable<ConnectedAccount['requirements']>

/** Who pays, who asks and which Dashboard there is, by the older word for all of it. */
const controllers = {
  standard: ['account', 'stripe', 'stripe', 'full'],
  express: ['application_express', 'application', 'stripe', 'express'],
  custom: ['application_custom', 'application', 'application', 'none'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type AccountType = keyof typeof controllers

export function controllerOf(type: AccountType): Controller {
  const [payer, losses, collector, dashboard] = controllers[type]
  return {
    fees: { payer },
    is_controller: true,
    losses: { payments: losses },
    requirement_collection: collector,
    stripe_dashboard: { type: dashboard },
    type: 'application',
  }
}

export function openRequirements(due: string[]): Requirements {
  return {
    alternatives: [],
    current_deadline: null,
    currently_due: due,
    disabled_reason: due.length > 0 ? 'requirements.past_due' : null,
    errors: [],
    eventually_due: due,
    past_due: due,
    pending_verification: [],
  }
}

type Profile = NonNullable<ConnectedAccount['business_profile']>

export function profileOf(
  entry: AccountEntry['business_profile'],
  before?: Profile | null,
): Profile {
  return {
    annual_revenue: entry?.annual_revenue ?? before?.annual_revenue ?? null,
    estimated_worker_count: entry?.estimated_worker_count ?? before?.estimated_worker_count ?? null,
    mcc: entry?.mcc ?? before?.mcc ?? null,
    minority_owned_business_designation:
      entry?.minority_owned_business_designation ??
      before?.minority_owned_business_designation ??
      null,
    name: entry?.name ?? before?.name ?? null,
    product_description: entry?.product_description ?? before?.product_description ?? null,
    specified_commercial_transactions_act_url: null,
    support_address: entry?.support_address
      ? fullAddress(entry.support_address)
      : (before?.support_address ?? null),
    support_email: entry?.support_email ?? before?.support_email ?? null,
    support_phone: entry?.support_phone ?? before?.support_phone ?? null,
    support_url: entry?.support_url ?? before?.support_url ?? null,
    url: entry?.url ?? before?.url ?? null,
  }
}

function settingsOf(collectsItself: boolean): NonNullable<ConnectedAccount['settings']> {
  return {
    branding: { icon: null, logo: null, primary_color: null, secondary_color: null },
    card_issuing: { tos_acceptance: { date: null, ip: null } },
    card_payments: {
      decline_on: { avs_failure: false, cvc_failure: false },
      statement_descriptor_prefix: null,
      statement_descriptor_prefix_kana: null,
      statement_descriptor_prefix_kanji: null,
    },
    dashboard: { display_name: null, timezone: 'Etc/UTC' },
    invoices: { default_account_tax_ids: null, hosted_payment_method_save: 'offer' },
    payments: {
      statement_descriptor: null,
      statement_descriptor_kana: null,
      statement_descriptor_kanji: null,
      statement_descriptor_prefix_kana: null,
      statement_descriptor_prefix_kanji: null,
    },
    payouts: {
      debit_negative_balances: !collectsItself,
      schedule: { delay_days: 2, interval: 'daily' },
      statement_descriptor: null,
    },
    sepa_debit_payments: {},
  }
}

export function externalAccountsOf(
  id: string,
  rows: readonly BankAccount[],
): NonNullable<ConnectedAccount['external_accounts']> {
  const list = page(rows, `/v1/accounts/${id}/external_accounts`, {})
  return { ...list, data: [...list.data] }
}

/** An account before anybody told who is behind it. */
export function emptyAccount(
  tx: Transaction,
  id: string,
  parts: Pick<ConnectedAccount, 'type' | 'country' | 'default_currency'> & {
    readonly controller: Controller
  },
): ConnectedAccount {
  return {
    ...parts,
    id,
    object: 'account',
    business_profile: profileOf(undefined),
    business_type: null,
    capabilities: {},
    charges_enabled: false,
    created: tx.now,
    details_submitted: false,
    email: null,
    external_accounts: externalAccountsOf(id, []),
    future_requirements: openRequirements([]),
    metadata: {},
    payouts_enabled: false,
    requirements: openRequirements([]),
    settings: settingsOf(parts.controller.requirement_collection === 'application'),
    tos_acceptance: { date: null, ip: null, user_agent: null },
  }
}

/** The account of the API key itself: Stripe knows all it wants of it. */
export function merchant(id: string): ConnectedAccount {
  return {
    id,
    object: 'account',
    business_type: null,
    charges_enabled: true,
    country: 'US',
    default_currency: 'usd',
    details_submitted: true,
    email: null,
    payouts_enabled: true,
    type: 'standard',
  }
}
