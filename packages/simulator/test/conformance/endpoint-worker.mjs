// An endpoint on a thread of its own, as a shop is a process of its own: verifies each event and counts its type.
import { createServer } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'
import Stripe from 'stripe'

const types = new Map()
const seen = new Set()

const server = createServer((request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const signature = String(request.headers['stripe-signature'])
    const event = Stripe.webhooks.constructEvent(
      Buffer.concat(chunks),
      signature,
      workerData.secret,
    )
    if (!seen.has(event.id)) types.set(event.type, (types.get(event.type) ?? 0) + 1)
    seen.add(event.id)
    response.writeHead(200).end()
  })
})
server.listen(0, '127.0.0.1', () => parentPort.postMessage({ port: server.address().port }))
parentPort.on('message', () => parentPort.postMessage({ types: Object.fromEntries(types) }))
