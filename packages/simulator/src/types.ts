/** The public vocabulary of the simulator: its options, its handles, and what they report. */

export interface ApiAnswer {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly body: unknown
}

export interface SimulatorOptions {
  /** Ids, secrets and chaos are a function of it; random when absent. */
  seed?: string | number
  /** TCP port on 127.0.0.1; 0 or absent takes any free one. */
  port?: number
  /** Also listen on this unix socket (the official CLI's STRIPE_CLI_UNIX_SOCKET). */
  socketPath?: string
  /** `auto` sends webhooks as events happen; `manual` only on `drain()` and `advance()`. */
  delivery?: 'auto' | 'manual'
  /** Seconds of virtual time between the attempts of one delivery. */
  retrySchedule?: readonly number[]
  /** Wall clock in milliseconds. */
  now?: () => number
  /** Sees every API answer. */
  onResponse?: (answer: ApiAnswer) => void
  /** Sees every event when it is emitted. */
  onEvent?: (event: unknown) => void
}

/** What may go wrong on purpose; every decision is a function of `seed` alone. */
export interface Chaos {
  seed: string | number
  /** Probability that an event is sent twice. */
  duplicate?: number
  /** Bounds of an extra delay before an attempt. */
  delayMs?: readonly [number, number]
  /** Events up to this far apart may change places. */
  reorderWindow?: number
  /** Probability that an attempt vanishes on the way (it is retried as a time-out). */
  drop?: number
  /** Probability that an attempt fails before the endpoint sees it. */
  errorBefore?: number
  /** Probability that the endpoint sees it and its answer is lost. */
  errorAfter?: number
  api?: ApiChaos | null
}

export interface ApiChaos {
  /** This many API requests fail before they are executed. */
  failNext?: number
  /** With this status (500 when absent). */
  status?: number
  /** Every API request waits this long before it is executed. */
  latencyMs?: number
  /** This many API requests are executed, then the connection is cut without an answer. */
  dropResponse?: number
}

export interface DeliveryAttempt {
  readonly eventId: string
  readonly type: string
  readonly endpointId: string
  /** 1 for the first attempt. */
  readonly attempt: number
  /** HTTP status, when there was an answer. */
  readonly status?: number
  /** Why there was none. */
  readonly error?: string
  /** Virtual unix seconds. */
  readonly at: number
}

export interface SimulatedAccount {
  readonly apiKey: string
  addWebhookEndpoint(options: { url: string; enabledEvents?: string[]; secret?: string }): {
    id: string
    secret: string
  }
  events(): readonly unknown[]
  deliveries(): readonly DeliveryAttempt[]
  /** Virtual unix seconds of this account. */
  now(): number
  /** Moves the virtual clock forward; everything that becomes due happens in order. */
  advance(seconds: number): void
  chaos(chaos: Chaos | null): void
  drain(options?: { timeoutMs?: number }): Promise<void>
  reset(): void
}

export interface Simulator {
  readonly url: string
  readonly port: number
  readonly socketPath: string | undefined
  /** The isolated account of this API key, created on first use. */
  account(apiKey: string): SimulatedAccount
  chaos(chaos: Chaos | null): void
  /** Resolves when every due delivery of every account has been attempted; advances nothing. */
  drain(options?: { timeoutMs?: number }): Promise<void>
  reset(): void
  close(): Promise<void>
}
