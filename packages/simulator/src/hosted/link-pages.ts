/** Answers `/b/…` and `/c/recover/…`: addresses that lead to a fresh session's page. */

import { type Opened, openPaymentLink, recoverSession } from '../checkout/open-session.ts'
import { applyPromotionCode } from '../checkout/revise.ts'
import {
  type HostedResponse,
  type PageRequest,
  type PageRoom,
  targetOf,
} from '../http/hosted-port.ts'
import type { Account } from '../world/account.ts'
import { seeOther } from './layout.ts'
import { goneLinkPage, unknownPage } from './notice-pages.ts'

const linkPrefix = '/b/'
const recoveryPrefix = '/c/recover/'

export const linkPages: readonly PageRoom[] = [
  { prefix: linkPrefix, answer: followLink },
  { prefix: recoveryPrefix, answer: comeBack },
]

/** Every visitor of a payment link gets a session of their own, with what its address tells of them. */
function followLink(request: PageRequest): HostedResponse {
  const { id } = targetOf(request.path, linkPrefix)
  const account = request.find('payment_link', id)
  if (!account || !isVisit(request)) return unknownPage()
  const { query } = request
  const reference = query.get('client_reference_id')
  const opened = openPaymentLink(account, id, isReference(reference) ? reference : undefined)
  const code = query.get('prefilled_promo_code')
  if (opened.ok && code !== null) applyPromotionCode(account, opened.session.id, code)
  const email = query.get('prefilled_email')
  return follow(opened, email === null ? '' : `?${new URLSearchParams({ email })}`)
}

const referencePattern = /^[\w-]{1,200}$/

/** One that Stripe would not take is left out there, too. */
function isReference(reference: string | null): reference is string {
  return reference !== null && referencePattern.test(reference)
}

function comeBack(request: PageRequest): HostedResponse {
  const { id } = targetOf(request.path, recoveryPrefix)
  const account: Account | undefined = request.find('session', id)
  if (!account || !isVisit(request)) return unknownPage()
  return follow(recoverSession(account, id), '')
}

/** Looking whether something is there makes no session. */
function isVisit({ method }: PageRequest): boolean {
  return method === 'GET'
}

function follow(opened: Opened, query: string): HostedResponse {
  if (!opened.ok) return goneLinkPage(opened.message)
  return seeOther(`/c/pay/${opened.session.id}${query}`)
}
