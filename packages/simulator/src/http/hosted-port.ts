/** What the HTTP edge hands to the pages that people see, and what it takes back. */

import type { Kind } from '../account/tables.ts'
import type { Account } from '../world/account.ts'

export interface PageRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  /** The decoded body of a form post; empty otherwise. */
  readonly form: URLSearchParams
  /** The account that has this object: a page knows no API key. */
  readonly find: (kind: Kind, id: string) => Account | undefined
}

export interface HostedResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The pages below one address: an object's id follows the prefix, and then what is asked of it. */
export interface PageRoom {
  readonly prefix: string
  readonly answer: (request: PageRequest) => HostedResponse | Promise<HostedResponse>
}

export interface Target {
  readonly id: string
  /** `/` for the object itself. */
  readonly rest: string
}

export function targetOf(path: string, prefix: string): Target {
  const [id = '', ...below] = path.slice(prefix.length).split('/')
  return { id: decodeURIComponent(id), rest: `/${below.join('/')}` }
}
