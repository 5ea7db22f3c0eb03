/** The names of events: which exist, which patterns mean them, which a `*` leaves out. */
import { eventTypes, thinEventTypes } from '../generated/event-types.ts'

const known = new Set(eventTypes)
const knownThin = new Set(thinEventTypes)

/** Stripe tells these only to an endpoint that names them ("Selection required" in its reference). */
const selectionRequired = new Set([
  'identity.verification_session.redacted',
  'issuing_authorization.request',
  'reporting.report_type.updated',
])

/** A snapshot type that stripe-node knows, or everything. */
export function isSnapshotName(name: string): boolean {
  return name === '*' || known.has(name)
}

/** The twin of a snapshot type, one of its finer relatives, one of API v2's own, or everything. */
export function isThinName(name: string): boolean {
  return name === '*' || knownThin.has(name)
}

/** A few snapshot types have no thin twin. */
export function hasTwin(type: string): boolean {
  return knownThin.has(`v1.${type}`)
}

/** Whether an endpoint that enabled these names hears of `type`. */
export function isEnabled(names: readonly string[], type: string): boolean {
  return names.includes(type) || (names.includes('*') && !selectionRequired.has(type))
}

/** `invoice.*` names a group, `*` everything. */
export function matchesType(pattern: string, type: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type
}
