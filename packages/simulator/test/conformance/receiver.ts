// A merchant for tests: keeps each webhook delivery's exact bytes and signature, and serves pages to return to.
import { createServer, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Delivery {
  readonly path: string
  readonly body: string
  readonly signature: string
}

export interface Receiver {
  readonly url: string
  at(path: string): readonly Delivery[]
  close(): Promise<void>
}

const bodyBytesMax = 1_048_576

/** A delivery counts once it is answered, which a slow endpoint does `answerAfterMs` later. */
export async function startReceiver({ answerAfterMs = 0 } = {}): Promise<Receiver> {
  const deliveries: Delivery[] = []
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      const headers = { 'content-type': 'text/html; charset=utf-8' }
      response
        .writeHead(200, headers)
        .end(`<h1>Shop</h1><p>${deliveries.length} events before you</p>`)
      return
    }
    bodyOf(request).then(
      async (body) => {
        if (answerAfterMs > 0) await sleep(answerAfterMs)
        const signature = String(request.headers['stripe-signature'] ?? '')
        deliveries.push({ path: request.url ?? '/', body, signature })
        response.writeHead(200).end()
      },
      () => response.writeHead(400).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    at: (path) => deliveries.filter((delivery) => delivery.path === path),
    close: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections()
        server.close((error) => (error ? reject(error) : resolve()))
      }),
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > bodyBytesMax) throw new Error('the body is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
