/** What the HTTP edge hands to the hosted pages, and what it takes back. */
import type { Account } from '../account/account.ts'

export interface HostedRequest {
  readonly method: string
  /** `/c/pay/<session id>` and below. */
  readonly path: string
  readonly sessionId: string
  /** The account that owns the session; undefined when no account knows it. */
  readonly account: Account | undefined
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  /** The decoded body of a form post; empty otherwise. */
  readonly form: URLSearchParams
}

export interface HostedResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
