/** Decides what goes wrong with a delivery, as a function of the chaos seed and its place alone. */
import { randomText, seededRandom } from '../ports.ts'
import type { Chaos } from '../types.ts'
import { matchesType } from './event-names.ts'

export type Fate = 'sent' | 'dropped' | 'fails_before' | 'fails_after'

/** Where a delivery stands: ordinals, not ids, so that the same seed decides alike in every run. */
export interface Place {
  readonly endpoint: number
  readonly event: number
  readonly attempt: number
}

/** What is on its way to whom: chaos may be limited to some of it. */
export interface Parcel {
  readonly type: string
  readonly endpointId: string
}

export interface Announcement {
  readonly copies: number
  /** Added to the event's place in the queue. */
  readonly shift: number
  readonly delayMs: number
  /** Others may overtake it, so it waits for them. */
  readonly reorders: boolean
}

const calm: Announcement = { copies: 1, shift: 0, delayMs: 0, reorders: false }

export function announcementOf(chaos: Chaos | null, parcel: Parcel, place: Place): Announcement {
  if (!chaos || !concerns(chaos, parcel)) return calm
  const random = at(chaos, 'announce', place)
  const duplicate = random.next()
  const shift = random.next()
  const delay = random.next()
  const [least, most] = chaos.delayMs ?? [0, 0]
  const window = chaos.reorderWindow ?? 0
  return {
    copies: duplicate < (chaos.duplicate ?? 0) ? 2 : 1,
    shift: Math.floor(shift * (window + 1)),
    delayMs: Math.round(least + delay * (most - least)),
    reorders: window > 0,
  }
}

export function fateOf(chaos: Chaos | null, parcel: Parcel, place: Place): Fate {
  if (!chaos || !concerns(chaos, parcel)) return 'sent'
  const random = at(chaos, 'attempt', place)
  if (random.next() < (chaos.drop ?? 0)) return 'dropped'
  if (random.next() < (chaos.errorBefore ?? 0)) return 'fails_before'
  if (random.next() < (chaos.errorAfter ?? 0)) return 'fails_after'
  return 'sent'
}

/**
 * The id of a second event that tells of the same fact, if there is to be one. It comes from the chaos seed:
 * taken from the account's ids it would change every id that follows.
 */
export function twinIdOf(
  chaos: Chaos | null,
  event: { readonly id: string; readonly type: string },
  ordinal: number,
): string | undefined {
  if (!chaos?.twin || !concernsType(chaos, event.type)) return undefined
  const random = at(chaos, 'twin', { endpoint: 0, event: ordinal, attempt: 0 })
  if (random.next() >= chaos.twin) return undefined
  return `evt_1${randomText(seededRandom(`${chaos.seed}:twin:${event.id}`), 24)}`
}

function concerns(chaos: Chaos, { type, endpointId }: Parcel): boolean {
  const endpoint = chaos.only?.endpoint
  return concernsType(chaos, type) && (endpoint === undefined || endpoint === endpointId)
}

function concernsType({ only }: Chaos, type: string): boolean {
  return only?.events?.some((pattern) => matchesType(pattern, type)) ?? true
}

function at(chaos: Chaos, step: string, place: Place) {
  return seededRandom(`${chaos.seed}:${step}:${place.endpoint}:${place.event}:${place.attempt}`)
}
