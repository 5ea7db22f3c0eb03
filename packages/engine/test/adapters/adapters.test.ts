// Goal: every adapter keeps the whole HTTP contract, on a real server of its framework.
// Method: one suite (contract.ts) over real HTTP; Next, which has no server here, is called.
import { createServer, type RequestListener, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { quittanceExpress } from '../../src/adapters/express.ts'
import { quittanceFastify } from '../../src/adapters/fastify.ts'
import { createFetchHandler } from '../../src/adapters/fetch.ts'
import { quittanceHono } from '../../src/adapters/hono.ts'
import { createNextRoute } from '../../src/adapters/next.ts'
import { toNodeHandler } from '../../src/adapters/node.ts'
import { type Harness, httpContract } from './contract.ts'
import { sendByCall, sendOverHttp } from './send.ts'
import { HOST, listen } from './servers.ts'

async function listening(server: Server): Promise<Harness> {
  const { origin, close } = await listen(server)
  return { send: sendOverHttp(origin), close }
}

const onNode = (listener: RequestListener) => listening(createServer(listener))

httpContract('fetch', async (engine) => ({
  send: sendByCall(createFetchHandler(engine)),
  close: async () => undefined,
}))

httpContract('node', (engine) => onNode(toNodeHandler(engine)))

httpContract('express, before express.json()', (engine) => {
  const app = express()
  app.use(quittanceExpress(engine))
  app.use(express.json())
  return onNode(app)
})

httpContract('fastify, whose root parses JSON', async (engine) => {
  const app = fastify()
  await app.register(quittanceFastify, { engine })
  const address = await app.listen({ port: 0, host: HOST })
  return { send: sendOverHttp(address), close: () => app.close() }
})

httpContract('hono', (engine) => {
  const app = new Hono()
  app.use(quittanceHono(engine))
  return onNode(getRequestListener(app.fetch))
})

httpContract('next', async (engine) => {
  const route = createNextRoute(engine)
  const refused = async () => new Response(null, { status: 405 })
  const handlers = new Map(Object.entries(route))
  return {
    send: sendByCall((request) => (handlers.get(request.method) ?? refused)(request)),
    close: async () => undefined,
  }
})
