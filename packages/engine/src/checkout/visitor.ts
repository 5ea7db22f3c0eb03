// Owns who a visitor is to an order: its buyer, somebody else, or nobody known.
import type { Identity } from '../config.ts'
import type { OrderRow } from '../pipeline/projections/orders/row.ts'
import { hashBrowser } from './request.ts'

export interface Visitor {
  readonly identity: Identity | null
  /** The value of the browser's cookie. */
  readonly browser: string | null
}

/**
 * `buyer`: proved by the app's sign-in or by the cookie. `stranger`: brought proof of being
 * somebody else. `unknown`: brought nothing, so the session id alone speaks.
 */
export function relationOf(order: OrderRow, visitor: Visitor): 'buyer' | 'stranger' | 'unknown' {
  const hash = hashBrowser(visitor.browser)
  if (visitor.identity !== null && order.user_id !== null) {
    return visitor.identity.userId === order.user_id ? 'buyer' : 'stranger'
  }
  if (hash !== null && order.browser_hash !== null) {
    return hash === order.browser_hash ? 'buyer' : 'stranger'
  }
  return 'unknown'
}
