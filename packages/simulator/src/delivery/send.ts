/** Makes one HTTP attempt at an endpoint: no redirects, a time limit, nothing kept of the answer. */
import { Agent, request as httpRequest } from 'node:http'
import { request as httpsRequest, Agent as SecureAgent } from 'node:https'
import type { Ports } from '../ports.ts'

export type AttemptResult = { readonly status: number } | { readonly error: string }

const timeoutMs = 10_000
/** A fresh connection each: a pooled one that a restarted endpoint closed would look like a failure. */
const agents = {
  http: new Agent({ keepAlive: false }),
  https: new SecureAgent({ keepAlive: false }),
}

export function send(
  url: string,
  body: string,
  signature: string,
  ports: Ports,
): Promise<AttemptResult> {
  return new Promise((resolve) => {
    const secure = url.startsWith('https:')
    const request = (secure ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      agent: secure ? agents.https : agents.http,
      headers: {
        accept: '*/*',
        'cache-control': 'no-cache',
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        'stripe-signature': signature,
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      },
    })
    const finish = (result: AttemptResult) => {
      cancel()
      resolve(result)
    }
    const cancel = ports.later(timeoutMs, () => {
      finish({ error: 'timed_out' })
      request.destroy()
    })
    request.on('error', (error: NodeJS.ErrnoException) => {
      finish({ error: error.code?.toLowerCase() ?? 'connection_error' })
    })
    request.on('response', (response) => {
      finish({ status: response.statusCode ?? 0 })
      response.resume()
      response.on('error', () => request.destroy())
    })
    request.end(body)
  })
}
