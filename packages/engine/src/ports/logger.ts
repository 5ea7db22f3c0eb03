// Owns the logger contract: four methods, one allow-list of fields.

/**
 * The only fields that may reach a log. Ids, types, states and codes: never a payload, header,
 * secret, personal datum or session URL.
 */
export interface LogFields {
  readonly eventId?: string
  readonly type?: string
  readonly endpoint?: string
  readonly seq?: string
  readonly lane?: string
  readonly duplicate?: boolean
  readonly state?: string
  readonly reason?: string
  readonly code?: string
  readonly stripeCode?: string
  readonly requestId?: string
  readonly sqlState?: string
  readonly cure?: string
  readonly orderId?: string
  readonly subscriptionId?: string
  readonly invoiceId?: string
  readonly from?: string
  readonly to?: string
  readonly cause?: string
  readonly handler?: string
  readonly attempt?: number
  readonly attemptsMax?: number
  readonly retryInMs?: number
  readonly durationMs?: number
  readonly count?: number
  readonly worker?: string
  readonly apiVersion?: string
  readonly pinnedVersion?: string
  readonly secretIndex?: number
  readonly itemId?: string
  readonly priceId?: string
  readonly error?: string
}

export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}
