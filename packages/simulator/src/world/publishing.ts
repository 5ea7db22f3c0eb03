/** Makes the events of what a transaction emitted, and brings them to the account, its platform and their listeners. */

import type { StripeEvent, ThinEvent } from '../account/tables.ts'
import type { Emission, RequestInfo } from '../account/transaction.ts'
import type { CliSessions } from '../cli-channel/sessions.ts'
import type { Dispatcher } from '../delivery/dispatcher.ts'

/** Of an account: what hears of its events. */
export interface Teller {
  readonly id: string
  readonly platform: Teller | undefined
  readonly connections: { of(id: string): Teller }
  readonly dispatcher: Dispatcher
  readonly cli: CliSessions
}

export type AnyEvent = StripeEvent | ThinEvent

/** The events that `emission` became; with chaos it may be two. */
export function publish(
  by: Teller,
  emission: Emission,
  request: RequestInfo | null,
): readonly AnyEvent[] {
  const { account } = emission
  const isOwn = account === undefined || by.platform !== undefined
  return tell(isOwn ? by : by.connections.of(account), emission, request)
}

/** A connected account's event is its own and its platform's; both bring it to whom it concerns. */
function tell(
  { id, platform, dispatcher, cli }: Teller,
  emission: Emission,
  request: RequestInfo | null,
): readonly AnyEvent[] {
  const named = platform ? { ...emission, account: id } : emission
  const events = dispatcher.publisher.publish([named], request)
  for (const event of events) {
    cli.announce(event)
    platform?.cli.announce(platform.dispatcher.publisher.relay(event))
  }
  dispatcher.pump()
  platform?.dispatcher.pump()
  return events
}
