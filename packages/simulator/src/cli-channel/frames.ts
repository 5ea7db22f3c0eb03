/** The frames of the CLI's websocket: what is sent to `stripe listen` and `logs tail`, and what they answer. */
import type { StripeEvent, ThinEvent } from '../account/tables.ts'
import { signatureHeader } from '../delivery/signature.ts'
import { notificationOf } from '../delivery/thin-events.ts'

/** Who the CLI takes an event to come from. */
export interface Sender {
  readonly endpointId: string
  readonly secret: string
  readonly wallMs: number
}

export interface WebhookFrame extends Sender {
  readonly event: StripeEvent
  readonly conversationId: string
  /** Null: the account's default version. The CLI drops the one of the two that it did not ask for. */
  readonly apiVersion: string | null
}

export function webhookFrame(frame: WebhookFrame): string {
  const { body, headers } = signed(frame.event, frame)
  return JSON.stringify({
    type: 'webhook_event',
    webhook_id: frame.endpointId,
    webhook_conversation_id: frame.conversationId,
    event_payload: body,
    http_headers: headers,
    endpoint: { api_version: frame.apiVersion },
  })
}

export function thinFrame(frame: Sender & { readonly event: ThinEvent }): string {
  const { body, headers } = signed(notificationOf(frame.event), frame)
  return JSON.stringify({
    type: 'v2_event',
    destination_id: frame.endpointId,
    payload: body,
    http_headers: headers,
  })
}

/** The CLI forwards payload and headers untouched, so they are those of a delivery. */
function signed(event: unknown, { secret, wallMs }: Sender) {
  const body = JSON.stringify(event, null, 2)
  return {
    body,
    headers: {
      Accept: '*/*',
      'Cache-Control': 'no-cache',
      'Content-Type': 'application/json; charset=utf-8',
      'Stripe-Signature': signatureHeader(body, [secret], wallMs),
      'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
    },
  }
}

export interface AnsweredRequest {
  readonly id: string
  readonly method: string
  readonly path: string
  /** The connected account that the request was made for. */
  readonly onBehalfOf: string | null
  readonly status: number
  readonly body: unknown
}

export function requestLogFrame(
  request: AnsweredRequest,
  logId: string,
  createdAt: number,
): string {
  return JSON.stringify({
    type: 'request_log_event',
    request_log_id: logId,
    event_payload: JSON.stringify({
      created_at: createdAt,
      livemode: false,
      method: request.method,
      request_id: request.id,
      status: request.status,
      url: request.path,
      error: errorOf(request.body),
    }),
  })
}

const errorFields = ['type', 'charge', 'code', 'decline_code', 'message', 'param'] as const

/** Text alone: the CLI reads nothing else there. */
function errorOf(body: unknown): Record<string, string> {
  const error = memberOf(body, 'error')
  const found: Record<string, string> = {}
  for (const field of errorFields) {
    const value = memberOf(error, field)
    if (typeof value === 'string') found[field] = value
  }
  return found
}

export type ClientFrame =
  /** Snapshot events are known by their conversation; what has none is known by its own id. */
  | { readonly kind: 'ack'; readonly key: string }
  | { readonly kind: 'response'; readonly eventId: string; readonly status: number }

/** Undefined for what no CLI sends. */
export function readClientFrame(text: string): ClientFrame | undefined {
  const frame = parsed(text)
  const type = memberOf(frame, 'type')
  if (type === 'event_ack') {
    const key = memberOf(frame, 'webhook_conversation_id') || memberOf(frame, 'event_id')
    return typeof key === 'string' ? { kind: 'ack', key } : undefined
  }
  if (type !== 'webhook_response') return undefined
  const eventId = memberOf(frame, 'notification_id')
  const status = memberOf(frame, 'status')
  if (typeof eventId !== 'string' || typeof status !== 'number') return undefined
  return { kind: 'response', eventId, status }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? new Map(Object.entries(value)).get(name)
    : undefined
}
