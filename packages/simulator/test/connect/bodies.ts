// What an endpoint received, decoded.
import type { Endpoint } from '../support.ts'

export function jsonBodies({ received }: Endpoint): unknown[] {
  return received.map(({ body }): unknown => JSON.parse(body))
}
