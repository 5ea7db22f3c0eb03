/** The public vocabulary of the simulator: its options, its handles, and what they report. */

import type { BillingRules } from './rules.ts'
import type { Snapshot } from './world/snapshots.ts'

export type { BillingRules } from './rules.ts'
export type { Snapshot } from './world/snapshots.ts'

export interface ApiAnswer {
  /** As in the `Request-Id` header, and in the `request.id` of the events that it caused. */
  readonly requestId: string
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
  /** Names beside localhost, 127.0.0.1 and NAME.dev.stripe.me by which clients come here. */
  allowedHosts?: readonly string[]
  /** `auto` sends webhooks as events happen; `manual` only on `drain()` and `advance()`. */
  delivery?: 'auto' | 'manual'
  /** Seconds of virtual time between the attempts of one delivery. */
  retrySchedule?: readonly number[]
  /** Virtual days without a single success after which an endpoint is disabled; Infinity for never. */
  disableAfterDays?: number
  /** Wall clock in milliseconds. */
  now?: () => number
  /** Settings of Stripe's Dashboard that differ from the defaults. */
  billing?: Partial<BillingRules>
  /** Sees every API answer. */
  onResponse?: (answer: ApiAnswer) => void
  /** Sees every event when it is emitted. */
  onEvent?: (event: unknown) => void
  /** Hears of what threw where no caller waits for it: a due job, `onEvent`, `onResponse`. Time goes on. */
  onFault?: (fault: Fault) => void
}

export interface Fault {
  /** The account's id; null for what belongs to none. */
  readonly account: string | null
  /** Such as `job finalize_invoice` or `onEvent`. */
  readonly work: string
  /** What was thrown. A job that throws has changed nothing, and is not tried again. */
  readonly error: unknown
  /** Virtual unix seconds. */
  readonly at: number
}

/** What may go wrong on purpose; every decision is a function of `seed` alone. */
export interface Chaos {
  seed: string | number
  /** Limits everything below, except `api`, to some events and one endpoint. */
  only?: ChaosLimit
  /** Probability that an event is sent twice. */
  duplicate?: number
  /** Probability that one fact is told by two events, both real: another id, the same type and object. */
  twin?: number
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

export interface ChaosLimit {
  /** Event types; `invoice.*` names a group. */
  events?: readonly string[]
  /** An endpoint's id. It does not limit `twin`: an event is the account's. */
  endpoint?: string
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
  /** By hand; absent for Stripe's own attempts. */
  readonly trigger?: 'resend' | 'test'
  /** In which the event was rendered; thin events have none. */
  readonly apiVersion?: string
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
  /**
   * Gives the endpoint a new secret and answers it, as "Roll secret" in Stripe's Dashboard does. The old one signs
   * beside it for `overlapSeconds` of virtual time (at most a day; 0 ends it at once).
   */
  rollWebhookSecret(endpointId: string, options?: { overlapSeconds?: number }): string
  /** As "Send test webhook" in the Dashboard: a fixed event id, and an object that the API does not have. */
  sendTestWebhook(endpointId: string, type: string): void
  /** The endpoints there are, oldest first, each with the secret that signs its deliveries now. */
  webhookEndpoints(): readonly { id: string; url: string; secret: string }[]
  events(): readonly unknown[]
  deliveries(): readonly DeliveryAttempt[]
  /** The newest of what `onFault` hears of this account, newest first. */
  faults(): readonly Fault[]
  /** Virtual unix seconds of this account. */
  now(): number
  /** Moves the virtual clock forward, at most to the year 2100; everything that becomes due happens in order. */
  advance(seconds: number): void
  /** Changes settings of Stripe's Dashboard, such as the retries of failed payments. */
  billing(rules: Partial<BillingRules>): void
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
  /** Every account so far, the oldest first. */
  accounts(): readonly SimulatedAccount[]
  chaos(chaos: Chaos | null): void
  /** Resolves when every due delivery of every account has been attempted; advances nothing. */
  drain(options?: { timeoutMs?: number }): Promise<void>
  /**
   * Everything there is, as plain data: rows, clocks, what waits, ids to come. A view, and at once: it shares its rows
   * with the simulator, which replaces rows and never changes them. Do not change them, either: copy, or write JSON.
   */
  snapshot(): Snapshot
  /** Goes back to a snapshot, of this simulator or another; throws a RangeError, and changes nothing, when it is none. */
  restore(snapshot: Snapshot): void
  reset(): void
  close(): Promise<void>
}
