/** Every page that people see, by the beginning of its address. */
import { handleDecision, isDecisionPath } from '../hosted/decision-pages.ts'
import { invoicePages } from '../hosted/invoice-pages.ts'
import { linkPages } from '../hosted/link-pages.ts'
import { checkoutPages } from '../hosted/pages.ts'
import type { HostedResponse, PageRequest, PageRoom } from '../http/hosted-port.ts'
import { portalPages } from '../portal/pages.ts'

const rooms: readonly PageRoom[] = [checkoutPages, ...linkPages, invoicePages, portalPages]

export type PageAnswer = (request: PageRequest) => HostedResponse | Promise<HostedResponse>

export function pageAt(path: string): PageAnswer | undefined {
  const room = rooms.find(({ prefix }) => path.startsWith(prefix))
  if (room) return room.answer
  return isDecisionPath(path) ? handleDecision : undefined
}
