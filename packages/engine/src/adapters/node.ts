// Owns the adapter for node:http, and for every framework that hands over Node's own objects.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Engine } from '../api.ts'
import { EngineError } from '../errors.ts'
import { createFetchHandler, type FetchOptions } from './fetch.ts'
import { problem } from './http/answer.ts'
import { linger, toRequest } from './http/node-request.ts'

type AnyFetchHandler = (request: Request) => Promise<Response> | Response

/** The web's own Request cannot have these methods, and none of our routes does. */
const UNSPEAKABLE = new Set(['CONNECT', 'TRACE', 'TRACK'])

async function write(response: Response, res: ServerResponse): Promise<void> {
  res.statusCode = response.status
  for (const [name, value] of response.headers) {
    if (name !== 'set-cookie') res.setHeader(name, value)
  }
  // Appended, because a session middleware may have set its own.
  for (const cookie of response.headers.getSetCookie()) res.appendHeader('set-cookie', cookie)
  if (response.body === null) res.end()
  else if (response.headers.has('content-length')) {
    res.end(new Uint8Array(await response.arrayBuffer()))
  } else {
    // A reader that hangs up is no error of ours: what had to be done is done.
    await pipeline(Readable.fromWeb(response.body), res).catch(() => undefined)
  }
}

/** Answers one request. Rejects only with what the fetch handler itself rejects with. */
export async function answerNode(
  handler: AnyFetchHandler,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  if (UNSPEAKABLE.has(req.method ?? '')) {
    const message = 'this server does not know the method'
    return await write(problem(new EngineError('METHOD_NOT_ALLOWED', message)), res)
  }
  const request = toRequest(req, { path: req.url ?? '/' })
  try {
    await write(await handler(request), res)
  } finally {
    linger(req, request)
  }
}

/**
 * A listener for `node:http`. Give it the engine, or a fetch handler of your own that has the
 * engine's inside. Mount it before anything that reads the body; after one, webhooks are answered
 * with BODY_PARSED unless `req.rawBody` or `req.body` holds the bytes.
 */
export function toNodeHandler(
  source: Engine | AnyFetchHandler,
  options: FetchOptions = {},
): (req: IncomingMessage, res: ServerResponse) => void {
  const handler = typeof source === 'function' ? source : createFetchHandler(source, options)
  return (req, res) => {
    answerNode(handler, req, res).catch((error: unknown) => {
      // The engine's own handler resolves for every error, so this one is the app's.
      const name = error instanceof Error ? error.name : typeof error
      process.emitWarning(`a fetch handler rejected (${name})`, { code: 'QUITTANCE_HANDLER' })
      if (res.headersSent) res.destroy()
      else {
        const failure = problem(new EngineError('INTERNAL', 'the handler of this request failed'))
        void write(failure, res)
      }
    })
  }
}
