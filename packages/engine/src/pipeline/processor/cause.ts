// Owns what a handler is told of why it runs.
import type { Cause } from '../../types.ts'
import type { Item } from '../projections/projector.ts'

/** A replay is the operator's doing, whatever is replayed. */
export function causeOf(item: Item): Cause {
  const { seq, generation } = item
  if (generation > 1) {
    return {
      kind: 'operator',
      seq,
      generation,
      eventId: item.kind === 'event' ? item.eventId : null,
    }
  }
  return item.kind === 'event'
    ? { kind: 'event', seq, eventId: item.eventId, type: item.type }
    : { kind: 'check', seq, origin: item.origin, objectId: item.objectId }
}
