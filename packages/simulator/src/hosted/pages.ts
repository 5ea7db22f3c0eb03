/** Answers `/c/pay/…`: the page on which a person pays a session. */
import { readSession } from '../checkout/pay.ts'
import type { HostedRequest, HostedResponse } from '../http/hosted-port.ts'

export async function handleHosted(request: HostedRequest): Promise<HostedResponse> {
  const headers = { 'content-type': 'text/html; charset=utf-8' }
  const page = request.account && readSession(request.account, request.sessionId)
  if (!page) return { status: 404, headers, body: '<h1>Not found</h1>' }
  const { amount_total, currency } = page.session
  return { status: 200, headers, body: `<h1>${amount_total} ${currency}</h1>` }
}
