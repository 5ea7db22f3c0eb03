/** Decides what goes wrong with a delivery, as a function of the chaos seed and its place alone. */
import { seededRandom } from '../ports.ts'
import type { Chaos } from '../types.ts'

export type Fate = 'sent' | 'dropped' | 'fails_before' | 'fails_after'

/** Where a delivery stands: ordinals, not ids, so that the same seed decides alike in every run. */
export interface Place {
  readonly endpoint: number
  readonly event: number
  readonly attempt: number
}

export interface Announcement {
  readonly copies: number
  /** Added to the event's place in the queue. */
  readonly shift: number
  readonly delayMs: number
}

const calm: Announcement = { copies: 1, shift: 0, delayMs: 0 }

export function announcementOf(chaos: Chaos | null, place: Place): Announcement {
  if (!chaos) return calm
  const random = at(chaos, 'announce', place)
  const duplicate = random.next()
  const shift = random.next()
  const delay = random.next()
  const [least, most] = chaos.delayMs ?? [0, 0]
  return {
    copies: duplicate < (chaos.duplicate ?? 0) ? 2 : 1,
    shift: Math.floor(shift * ((chaos.reorderWindow ?? 0) + 1)),
    delayMs: Math.round(least + delay * (most - least)),
  }
}

export function fateOf(chaos: Chaos | null, place: Place): Fate {
  if (!chaos) return 'sent'
  const random = at(chaos, 'attempt', place)
  if (random.next() < (chaos.drop ?? 0)) return 'dropped'
  if (random.next() < (chaos.errorBefore ?? 0)) return 'fails_before'
  if (random.next() < (chaos.errorAfter ?? 0)) return 'fails_after'
  return 'sent'
}

function at(chaos: Chaos, step: string, place: Place) {
  return seededRandom(`${chaos.seed}:${step}:${place.endpoint}:${place.event}:${place.attempt}`)
}
