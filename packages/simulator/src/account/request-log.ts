/** The newest API requests of an account with what was sent and answered, for whoever looks on. */

export interface LoggedRequest {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly query: string
  /** The body as it came. */
  readonly sent: string
  readonly contentType: string
  readonly version: string | null
  readonly idempotencyKey: string | null
  /** The connected account that the request was made for. */
  readonly onBehalfOf: string | null
  readonly status: number
  /** The answer. */
  readonly body: unknown
  /** Virtual unix seconds. */
  readonly at: number
}

const requestsMax = 200

export class RequestLog {
  #requests: LoggedRequest[] = []

  add(request: LoggedRequest): void {
    if (this.#requests.length >= requestsMax) this.#requests.shift()
    this.#requests.push(request)
  }

  /** Newest first. */
  all(): LoggedRequest[] {
    return this.#requests.slice().reverse()
  }

  find(id: string): LoggedRequest | undefined {
    return this.#requests.find((request) => request.id === id)
  }

  clear(): void {
    this.#requests = []
  }
}
