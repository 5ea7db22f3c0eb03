/** Makes one HTTP attempt at an endpoint: no redirects, a time limit, nothing kept of the answer. */
import { Agent, type ClientRequest, request as httpRequest } from 'node:http'
import { request as httpsRequest, Agent as SecureAgent } from 'node:https'
import type { Ports } from '../ports.ts'

export type AttemptResult = { readonly status: number } | { readonly error: string }

const timeoutMs = 10_000
/**
 * The deliveries of a burst share connections: to open one costs more than to send an event. One that is idle for so
 * long is closed, sooner than servers do it.
 */
const pooled = { keepAlive: true, timeout: 1000 }
const pools = { http: new Agent(pooled), https: new SecureAgent(pooled) }

export function send(
  url: string,
  body: Buffer,
  signature: string,
  ports: Ports,
): Promise<AttemptResult> {
  return new Promise((resolve) => {
    let request: ClientRequest
    let isFinished = false
    const finish = (result: AttemptResult) => {
      isFinished = true
      cancel()
      resolve(result)
    }
    const start = (connection: 'pooled' | 'fresh') => {
      request = post(url, body, signature, connection)
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (!isFinished && wasStale(request, error)) start('fresh')
        else finish({ error: error.code?.toLowerCase() ?? 'connection_error' })
      })
      request.on('response', (response) => {
        finish({ status: response.statusCode ?? 0 })
        response.resume()
        response.on('error', () => request.destroy())
      })
      request.end(body)
    }
    // A URL that cannot be asked for throws here, before there is a limit that would outlive this attempt.
    start('pooled')
    const cancel = ports.later(timeoutMs, () => {
      finish({ error: 'timed_out' })
      request.destroy()
    })
  })
}

function post(
  url: string,
  body: Buffer,
  signature: string,
  connection: 'pooled' | 'fresh',
): ClientRequest {
  const secure = url.startsWith('https:')
  const pool = secure ? pools.https : pools.http
  return (secure ? httpsRequest : httpRequest)(url, {
    method: 'POST',
    agent: connection === 'pooled' ? pool : false,
    headers: {
      accept: '*/*',
      'cache-control': 'no-cache',
      'content-type': 'application/json; charset=utf-8',
      'content-length': body.length,
      'stripe-signature': signature,
      'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
    },
  })
}

/** A connection that the endpoint, restarted perhaps, closed since its last delivery is no failure of this one. */
function wasStale(request: ClientRequest, { code }: NodeJS.ErrnoException): boolean {
  return request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE')
}
