// Owns telling something after something else: what follows is worked out first, and heard of last.
import type { Happening } from '../../events.ts'
import type { Scope } from './projector.ts'

export interface Held {
  /** As the given one, but what is emitted waits. */
  readonly scope: Scope
  /** Emits it, in the order in which it was. */
  release(): void
}

/** A fact's handler comes before those of what follows from it, and is given rows that know of it. */
export function hold(scope: Scope): Held {
  const waiting: Happening[] = []
  return {
    scope: { ...scope, emit: (happening) => waiting.push(happening) },
    release() {
      for (const happening of waiting.splice(0)) scope.emit(happening)
    },
  }
}
