/** Reads what the landing page shows: masked keys, newest events and attempts; no payload, no secret. */
import type { Account } from '../account/account.ts'
import type { DeliveryAttempt } from '../types.ts'

const rowsMax = 20

export interface Address {
  readonly url: string
  readonly port: number
  readonly socketPath: string | undefined
}

export interface AccountRow {
  readonly id: string
  readonly key: string
  readonly events: number
  readonly endpoints: number
  readonly now: number
}

interface Row {
  /** Seconds of the account's own clock. */
  readonly at: number
  readonly type: string
  readonly eventId: string
  readonly key: string
}

export interface EventRow extends Row {
  readonly pending: number
}

export interface AttemptRow extends Row {
  readonly attempt: number
  readonly host: string
  readonly outcome: string
  readonly isDelivered: boolean
}

export interface LandingView {
  readonly address: Address
  readonly accounts: readonly AccountRow[]
  readonly accountsTotal: number
  readonly events: readonly EventRow[]
  readonly attempts: readonly AttemptRow[]
}

export function landingView(accounts: readonly Account[], address: Address): LandingView {
  return {
    address,
    accounts: accounts.slice(-rowsMax).reverse().map(accountRow),
    accountsTotal: accounts.length,
    events: newest(accounts.flatMap(eventRows)),
    attempts: newest(accounts.flatMap(attemptRows)),
  }
}

function newest<T extends Row>(rows: T[]): T[] {
  return rows.sort((a, b) => b.at - a.at).slice(0, rowsMax)
}

function accountRow(account: Account): AccountRow {
  return {
    id: account.id,
    key: maskedKey(account.apiKey),
    events: account.db.all('event').length,
    endpoints: account.db.all('webhook_endpoint').length,
    now: account.now(),
  }
}

function eventRows(account: Account): EventRow[] {
  const key = maskedKey(account.apiKey)
  return account.db
    .all('event')
    .slice(0, rowsMax)
    .map(({ id, type, created, pending_webhooks }) => ({
      at: created,
      type,
      eventId: id,
      key,
      pending: pending_webhooks,
    }))
}

function attemptRows(account: Account): AttemptRow[] {
  const key = maskedKey(account.apiKey)
  return account
    .deliveries()
    .slice(-rowsMax)
    .reverse()
    .map((attempt) => ({
      at: attempt.at,
      type: attempt.type,
      eventId: attempt.eventId,
      key,
      attempt: attempt.attempt,
      host: hostOf(account, attempt),
      outcome: String(attempt.status ?? attempt.error ?? 'unknown'),
      isDelivered: attempt.status !== undefined && attempt.status >= 200 && attempt.status < 300,
    }))
}

/** The host alone: user, path and query of an endpoint's URL may be what keeps it secret. */
function hostOf(account: Account, { endpointId }: DeliveryAttempt): string {
  const url = account.db.find('webhook_endpoint', endpointId)?.url
  if (url === undefined) return 'deleted endpoint'
  return URL.canParse(url) ? new URL(url).host : 'invalid URL'
}

/** Of a short key four letters would be most of it. */
const tailShownFrom = 12

export function maskedKey(apiKey: string): string {
  const prefix = /^(?:sk|rk|rkcs)_(?:(?:test|live)_)?/.exec(apiKey)?.[0] ?? ''
  const tail = apiKey.slice(prefix.length)
  return `${prefix}••••${tail.length >= tailShownFrom ? tail.slice(-4) : ''}`
}
