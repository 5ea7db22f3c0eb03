// Owns the translation of Node's request into a web Request, byte for byte.
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'

/** What an earlier middleware may have left on the request. */
interface Leftovers {
  readonly rawBody?: unknown
  readonly body?: unknown
}

/**
 * How much of a refused body is still taken in, so that its sender gets to read the answer. Well
 * over the limits of bodies: a connection that is cut after a refusal takes with it the request
 * that a proxy sends next on it, which may be anybody's.
 */
export const LINGER_BYTES_MAX = 8 * 1_048_576

/**
 * The stream as the web's, one chunk a pull, so that a body nobody reads stays with its sender.
 * Cancelling lets go of the stream without destroying it: that would close the socket before the
 * answer is on it.
 */
function webStream(source: Readable): ReadableStream<Uint8Array> {
  let letGo = () => {}
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const onData = (chunk: Uint8Array) => {
          source.pause()
          controller.enqueue(chunk)
        }
        const onEnd = () => {
          letGo()
          controller.close()
        }
        const onCut = () => {
          letGo()
          controller.error(new Error('the connection closed before the body ended'))
        }
        letGo = () => {
          source.pause()
          source.off('data', onData).off('end', onEnd).off('error', onCut).off('close', onCut)
        }
        // Gone before we came to it: its `close` has passed and would never be heard.
        if (source.destroyed) return onCut()
        // Paused first: a data listener alone would start the flow.
        source.pause()
        source.on('data', onData).on('end', onEnd).on('error', onCut).on('close', onCut)
      },
      pull() {
        source.resume()
      },
      cancel() {
        letGo()
      },
    },
    { highWaterMark: 0 },
  )
}

/** Marks a body as read, in the web's own way: the fetch handler then answers BODY_PARSED. */
function used(request: Request): Request {
  request.arrayBuffer().catch(() => undefined)
  return request
}

/** The bytes that an earlier parser has put aside, if it has. */
function bytesLeftOn({ rawBody, body }: Leftovers): Uint8Array | undefined {
  return [rawBody, body].find((value) => value instanceof Uint8Array)
}

function headersOf(req: IncomingMessage): Headers {
  const headers = new Headers()
  for (let at = 0; at + 1 < req.rawHeaders.length; at += 2) {
    const name = req.rawHeaders[at] ?? ''
    // HTTP/2 has its pseudo headers in the same list.
    if (!name.startsWith(':')) headers.append(name, req.rawHeaders[at + 1] ?? '')
  }
  return headers
}

function urlOf(req: IncomingMessage, path: string): string {
  const scheme = 'encrypted' in req.socket && req.socket.encrypted === true ? 'https' : 'http'
  const rooted = path.startsWith('/') ? path : '/'
  const url = `${scheme}://${req.headers.host ?? 'localhost'}${rooted}`
  // The Host header is the client's: what is no host must not become a path or a failure.
  return URL.canParse(url) && /^[^/?#@\\\s]+$/.test(req.headers.host ?? 'localhost')
    ? url
    : `${scheme}://localhost${rooted}`
}

export interface RequestSource {
  /** Path and query, below whatever the framework mounted us at. */
  readonly path: string
  /** Where the body comes from; the request itself by default. */
  readonly body?: Readable
}

/**
 * The request as the web knows it. A body that something has read already is taken from
 * `req.rawBody` or `req.body` where one of them holds bytes, and is marked as used otherwise.
 */
export function toRequest(req: IncomingMessage & Leftovers, source: RequestSource): Request {
  const url = urlOf(req, source.path)
  const method = req.method ?? 'GET'
  const headers = headersOf(req)
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers })
  const stream = source.body ?? req
  if (!stream.readableDidRead) {
    return new Request(url, { method, headers, body: webStream(stream), duplex: 'half' })
  }
  // Only now: some hosts parse the body in a getter of `req.body`.
  const bytes = bytesLeftOn(req)
  return bytes === undefined
    ? used(new Request(url, { method, headers, body: '' }))
    : new Request(url, { method, headers, body: Uint8Array.from(bytes) })
}

/**
 * Takes in a little of what is left of a refused body, then hangs up: closing at once would reset
 * the connection before the sender has read why, and reading on would let it send for ever.
 */
export function linger(req: IncomingMessage, request: Request): void {
  // A body that no route asked for still has its listeners, which pause the stream.
  if (!request.bodyUsed) request.body?.cancel().catch(() => undefined)
  if (req.complete || req.destroyed) return
  let left = LINGER_BYTES_MAX
  req.on('data', (chunk: Uint8Array) => {
    left -= chunk.byteLength
    if (left < 0) req.destroy()
  })
  req.resume()
}
