// Owns the adapter for Fastify: a plugin whose own scope leaves bodies unparsed.
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { Engine } from '../api.ts'
import { createFetchHandler, type FetchOptions, ROUTE_PATHS } from './fetch.ts'
import { linger, toRequest } from './http/node-request.ts'

interface FastifyRequestLike {
  readonly raw: IncomingMessage
  readonly url: string
  readonly body?: unknown
}

interface FastifyReplyLike {
  readonly raw: { once(event: 'finish', listener: () => void): unknown }
  code(status: number): unknown
  header(name: string, value: string | string[]): unknown
  send(payload: Uint8Array): unknown
}

/** The part of a Fastify instance that the plugin uses. */
export interface FastifyLike {
  readonly prefix: string
  removeAllContentTypeParsers(): unknown
  addContentTypeParser(
    type: string,
    parser: (
      request: unknown,
      payload: IncomingMessage,
      done: (error: Error | null, body?: unknown) => void,
    ) => void,
  ): unknown
  all(
    path: string,
    handler: (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown>,
  ): unknown
}

export interface FastifyOptions extends Pick<FetchOptions, 'pages'> {
  readonly engine: Engine
}

/**
 * `await app.register(quittanceFastify, { engine, prefix: '/pay' })`; the prefix may be left out.
 * The app's own parsers stay as they are: the ones here end at the plugin's scope.
 */
export async function quittanceFastify(
  fastify: FastifyLike,
  { engine, pages = {} }: FastifyOptions,
): Promise<void> {
  const handler = createFetchHandler(engine, { pages, basePath: fastify.prefix })
  fastify.removeAllContentTypeParsers()
  fastify.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

  async function answer(request: FastifyRequestLike, reply: FastifyReplyLike): Promise<unknown> {
    const { raw, url, body } = request
    // A hook of the app may have wrapped the stream; what it hands on is the body.
    const source = body instanceof Readable ? { path: url, body } : { path: url }
    const translated = toRequest(raw, source)
    const response = await handler(translated)
    reply.code(response.status)
    for (const [name, value] of response.headers) {
      if (name !== 'set-cookie') reply.header(name, value)
    }
    const cookies = response.headers.getSetCookie()
    if (cookies.length > 0) reply.header('set-cookie', cookies)
    reply.raw.once('finish', () => linger(raw, translated))
    return reply.send(Buffer.from(await response.arrayBuffer()))
  }

  for (const path of ROUTE_PATHS) fastify.all(path, answer)
}
