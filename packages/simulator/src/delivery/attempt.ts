/** One attempt: renders the event as its target wants it, signs it afresh, sends it, unless chaos is in the way. */
import type { Store } from '../account/store.ts'
import type { Ports } from '../ports.ts'
import type { Chaos } from '../types.ts'
import { defaultApiVersion } from '../wire.ts'
import { fateOf } from './chaos.ts'
import type { Delivery } from './queue.ts'
import { secretsAt } from './secrets.ts'
import { type AttemptResult, send } from './send.ts'
import { signatureHeader } from './signature.ts'
import { type Target, targetOf } from './targets.ts'
import { testEventOf } from './test-event.ts'
import { findThin, notificationOf } from './thin-events.ts'

export interface Outcome {
  readonly result: AttemptResult
  /** Of the body; thin events have none. */
  readonly apiVersion: string | undefined
  readonly durationMs: number
}

/** What could not even be sent has failed like any other attempt, and is tried again. */
export function broken(error: unknown): Outcome {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'not_sent'
  return { result: { error: code.toLowerCase() }, apiVersion: undefined, durationMs: 0 }
}

/** Undefined when there is nobody to send it to any more: Stripe then gives the delivery up. */
export async function attempt(
  db: Store,
  ports: Ports,
  chaos: Chaos | null,
  delivery: Delivery,
): Promise<Outcome | undefined> {
  const target = targetOf(db, delivery.endpointId)
  const event = target && eventFor(db, delivery, target)
  const moment = Math.floor(delivery.dueMs / 1000)
  const secrets = secretsAt(db, delivery.endpointId, moment)
  if (!target?.enabled || !event || secrets.length === 0) return undefined
  const started = ports.now()
  const sent = () => {
    // Encoded once: it is measured, signed twice and sent.
    const body = Buffer.from(JSON.stringify(event, null, 2))
    return send(target.url, body, signatureHeader(body, secrets, ports.now()), ports)
  }
  const result = await throughChaos(chaos, delivery, sent)
  const apiVersion = 'api_version' in event ? event.api_version : undefined
  return { result, apiVersion, durationMs: ports.now() - started }
}

async function throughChaos(
  chaos: Chaos | null,
  delivery: Delivery,
  sent: () => Promise<AttemptResult>,
): Promise<AttemptResult> {
  // What a person sends by hand is for looking at, so nothing gets in its way.
  if (delivery.trigger !== 'automatic') return sent()
  const fate = fateOf(chaos, delivery, {
    endpoint: delivery.endpointOrdinal,
    event: delivery.eventOrdinal,
    attempt: delivery.attempt * 2 + delivery.copy,
  })
  if (fate === 'dropped') return { error: 'chaos_dropped' }
  if (fate === 'fails_before') return { error: 'chaos_before' }
  const result = await sent()
  return fate === 'fails_after' ? { error: 'chaos_after' } : result
}

function eventFor(db: Store, { eventId, type, trigger, dueMs }: Delivery, target: Target) {
  if (target.payload === 'thin') {
    const thin = findThin(db, eventId)
    return thin && notificationOf(thin)
  }
  const version = target.apiVersion ?? defaultApiVersion
  if (trigger === 'test') return testEventOf(type, version, Math.floor(dueMs / 1000))
  const event = db.find('event', eventId)
  return event && { ...event, api_version: target.apiVersion ?? event.api_version }
}
