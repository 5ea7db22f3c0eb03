/** Tells those who follow an account's requests that one was answered: `stripe logs tail`, and the request log. */

import type { LoggedRequest } from '../account/request-log.ts'
import type { Account } from '../world/account.ts'

/** A connected account sees what was done for it, and its platform what it did. */
export function requestAnswered(caller: Account, answered: Omit<LoggedRequest, 'at'>): void {
  caller.cli.requestAnswered(answered)
  const request = { ...answered, at: caller.now() }
  caller.requests.add(request)
  const { onBehalfOf } = request
  if (onBehalfOf !== null && caller.db.find('account', onBehalfOf)) {
    caller.connections.of(onBehalfOf).requests.add(request)
  }
}
