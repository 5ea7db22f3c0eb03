// Owns the step from proven bytes to a row: what is usable, what is ignored, what is held.
import { createHash } from 'node:crypto'
import type {
  DispatchState,
  IgnoreReason,
  Mode,
  QuarantineReason,
  VerifiedEvent,
} from '../../types.ts'
import { isId, isJsonObject, type JsonObject, laneOf } from './lanes.ts'

/** One delivery, ready to be stored. */
export interface Admission {
  readonly account: string
  readonly eventId: string
  readonly type: string
  readonly objectId: string | null
  readonly lane: string
  readonly endpoint: string
  readonly secretIndex: number | null
  readonly source: 'webhook' | 'question'
  readonly apiVersion: string | null
  readonly livemode: boolean | null
  /** Stripe's `created`, unix seconds. Shown, never used to order. */
  readonly created: number | null
  readonly format: 'text' | 'base64'
  readonly body: string
  readonly state: Extract<DispatchState, 'ready' | 'ignored' | 'quarantined'>
  readonly reason: IgnoreReason | QuarantineReason | null
}

interface Origin {
  readonly endpoint: string
  readonly secretIndex: number | null
  readonly source: Admission['source']
}

/** Type of what could not be read as an event. */
export const UNUSABLE_TYPE = 'unusable'

const SECONDS_MAX = 253_402_300_799

/** Keeps a byte order mark, refuses what is not UTF-8. */
function decode(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return text.includes('\0') ? null : text
  } catch {
    return null
  }
}

function parse(text: string | null): JsonObject | null {
  if (text === null) return null
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : null
  } catch {
    return null
  }
}

const secondsOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= SECONDS_MAX
    ? value
    : null

/** Rows that no event id names are found again by the hash of their bytes. */
const unusableId = (bytes: Uint8Array): string =>
  `${UNUSABLE_TYPE}:${createHash('sha256').update(bytes).digest('hex')}`

/** Signed, and yet not an event that we can read: nothing is guessed, everything is kept. */
function judge(
  event: JsonObject | null,
  mode: Mode,
): Pick<Admission, 'state' | 'reason'> & { readonly object: JsonObject | null } {
  if (event === null || !isId(event.id) || !isId(event.type)) {
    return { state: 'quarantined', reason: 'unusable_payload', object: null }
  }
  if (event.object === 'v2.core.event') {
    return { state: 'ignored', reason: 'thin_event', object: null }
  }
  const object = isJsonObject(event.data) ? event.data.object : undefined
  if (event.object !== 'event' || !isJsonObject(object) || typeof event.livemode !== 'boolean') {
    return { state: 'quarantined', reason: 'unusable_payload', object: null }
  }
  // Connect delivers events of both modes to live endpoints: genuine, and not ours to touch.
  if (event.livemode !== (mode === 'live')) return { state: 'ignored', reason: 'mode', object }
  return { state: 'ready', reason: null, object }
}

function classify(bytes: Uint8Array, origin: Origin, mode: Mode): Admission {
  const text = decode(bytes)
  const event = parse(text)
  const { state, reason, object } = judge(event, mode)
  const eventId = isId(event?.id) ? event.id : unusableId(bytes)
  const objectId = object !== null && isId(object.id) ? object.id : null
  return {
    ...origin,
    account: isId(event?.account) ? event.account : '',
    eventId,
    type: isId(event?.type) ? event.type : UNUSABLE_TYPE,
    objectId,
    lane: object === null ? eventId : laneOf(eventId, object),
    apiVersion: isId(event?.api_version) ? event.api_version : null,
    livemode: typeof event?.livemode === 'boolean' ? event.livemode : null,
    created: secondsOf(event?.created),
    format: text === null ? 'base64' : 'text',
    body: text ?? Buffer.from(bytes).toString('base64'),
    state,
    reason,
  }
}

/** A delivery whose signature was verified. */
export function classifyDelivery(verified: VerifiedEvent, mode: Mode): Admission {
  const { endpoint, secretIndex, bytes } = verified
  return classify(bytes, { endpoint, secretIndex, source: 'webhook' }, mode)
}

/** An event that Stripe's API answered with: the connection to Stripe is the proof. */
export function classifyAnswer(event: object, endpoint: string, mode: Mode): Admission {
  const bytes = new TextEncoder().encode(JSON.stringify(event, null, 2))
  return classify(bytes, { endpoint, secretIndex: null, source: 'question' }, mode)
}
