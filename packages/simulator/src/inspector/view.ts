/** What every view of the inspector is given. */
import type { Account } from '../world/account.ts'
import type { Place } from './place.ts'

export interface View {
  readonly account: Account
  readonly place: Place
  /** The wall clock, unix seconds. */
  readonly wall: number
}
