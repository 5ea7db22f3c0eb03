// Goal: deliveries share connections, and what befalls a connection between two of them is no failure of the next.
// Method: an endpoint that counts its connections, and one that cuts a connection at its second request.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { bench } from '../support.ts'

async function urlOf(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  return `http://127.0.0.1:${address.port}/hook`
}

async function deliver(b: Awaited<ReturnType<typeof bench>>, products: number): Promise<void> {
  for (let index = 0; index < products; index += 1) {
    await b.stripe.products.create({ name: `product ${index}` })
    await b.account.drain()
  }
}

test('one delivery after the other takes one connection', async () => {
  const b = await bench()
  let connections = 0
  const server = createServer((_, response) => response.end())
  server.on('connection', () => {
    connections += 1
  })
  b.account.addWebhookEndpoint({ url: await urlOf(server) })
  await deliver(b, 4)
  expect(b.account.deliveries()).toHaveLength(4)
  expect(connections).toBe(1)
})

test('a reused connection that is cut is no failure: the delivery takes a fresh one', async () => {
  const b = await bench()
  const met = new WeakSet<object>()
  const server = createServer((request, response) => {
    if (met.has(request.socket)) request.socket.destroy()
    else response.end()
    met.add(request.socket)
  })
  b.account.addWebhookEndpoint({ url: await urlOf(server) })
  await deliver(b, 4)
  expect(b.account.deliveries()).toMatchObject(
    Array.from({ length: 4 }, () => ({ attempt: 1, status: 200 })),
  )
})

test('a fresh connection that is cut is a failure', async () => {
  const b = await bench()
  let requests = 0
  const server = createServer((request) => {
    requests += 1
    request.socket.destroy()
  })
  b.account.addWebhookEndpoint({ url: await urlOf(server) })
  await deliver(b, 1)
  expect(b.account.deliveries()).toMatchObject([{ attempt: 1, error: 'econnreset' }])
  expect(requests).toBe(1)
})
