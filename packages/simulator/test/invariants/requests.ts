// Watches that every event belongs to a request that went through: what was refused has left no trace.
export interface RequestWatch {
  sawEvent(event: unknown): void
  sawAnswer(answer: { readonly requestId: string; readonly status: number }): void
  /** Events of requests that were refused. */
  violations(): readonly string[]
  /** Events of requests that were never answered; to be asked when nothing is under way. */
  orphans(): readonly string[]
}

/** A declined payment is an outcome, not a refusal: what it wrote stays. */
const goesThrough = (status: number) => status < 400 || status === 402

export function watchRequests(): RequestWatch {
  const unanswered = new Map<string, string[]>()
  const found: string[] = []
  return {
    sawEvent(event) {
      const { id, type, request } = recordOf(event)
      const requestId = recordOf(request).id
      if (typeof requestId !== 'string') return
      unanswered.set(requestId, [...(unanswered.get(requestId) ?? []), `${type} ${id}`])
    },
    sawAnswer({ requestId, status }) {
      const events = unanswered.get(requestId) ?? []
      unanswered.delete(requestId)
      if (goesThrough(status)) return
      for (const event of events) found.push(`${event} is of ${requestId}, answered ${status}`)
    },
    violations: () => found,
    orphans: () =>
      [...unanswered].flatMap(([requestId, events]) =>
        events.map((event) => `${event} is of ${requestId}, which was not answered`),
      ),
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
