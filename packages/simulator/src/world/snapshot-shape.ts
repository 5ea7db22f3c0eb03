/** The shape of a snapshot, as far as taking it up relies on it: after this nothing of it can fail half way. */
import { having, listOf, number, orNull, record, type Shape, text, tuple } from '../shape.ts'

const generator = tuple(number, number, number, number)

const clock = having({
  offsetMs: number,
  order: number,
  frozen: listOf(tuple(text, number)),
  waiting: listOf(
    having({ timeline: orNull(text), dueMs: number, order: number, job: having({ kind: text }) }),
  ),
})

const deliveries = having({
  waiting: listOf(
    having({
      trigger: text,
      eventId: text,
      type: text,
      endpointId: text,
      endpointOrdinal: number,
      eventOrdinal: number,
      attempt: number,
      copy: number,
      dueMs: number,
      rank: number,
    }),
  ),
  log: listOf(having({ eventId: text, endpointId: text, attempt: number, at: number })),
  chaos: orNull(having({})),
  ordinals: having({ events: number, endpoints: listOf(tuple(text, number)) }),
})

const account: Shape = having({
  apiKey: text,
  rows: record(listOf(having({ id: text }))),
  clock,
  rules: having({}),
  ids: having({ objects: generator, requests: generator }),
  idempotency: listOf(
    having({
      key: text,
      fingerprint: text,
      at: number,
      answer: having({ status: number, requestId: text }),
    }),
  ),
  deliveries,
  trouble: having({ failNext: number, status: number, latencyMs: number, dropResponse: number }),
  // It holds itself, so it cannot be named before it is made.
  connected: (value, at) => listOf(tuple(text, account))(value, at),
})

export const accountsShape: Shape = listOf(account)
export const chaosShape: Shape = orNull(having({}))
