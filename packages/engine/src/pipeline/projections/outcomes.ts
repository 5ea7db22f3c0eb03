// Owns the ends that projections of different objects have in common.
import type { Apply, Outcome, Plan } from './projector.ts'

export const DONE: Outcome = { kind: 'done' }

export const UNUSABLE: Outcome = { kind: 'quarantined', reason: 'unusable_payload', holds: null }

/** A key of another account or mode sees nothing: nobody may lose anything by that. */
export const OBJECT_MISSING: Outcome = { kind: 'not_yet', reason: 'object_missing' }

export const ends =
  (outcome: Outcome): Apply =>
  async () =>
    outcome

export const apply = (run: Apply): Plan => ({ kind: 'apply', apply: run })
