/** What all accounts of one simulator share. */
import type { DeliveryPolicy } from '../delivery/policy.ts'
import type { Ports } from '../ports.ts'
import type { BillingRules } from '../rules.ts'
import type { Fault } from '../types.ts'

export interface World {
  readonly ports: Ports
  readonly seed: string
  readonly baseUrl: string
  readonly delivery: 'auto' | 'manual'
  readonly policy: DeliveryPolicy
  readonly rules: BillingRules
  readonly onEvent: ((event: unknown) => void) | undefined
  readonly onFault: ((fault: Fault) => void) | undefined
}
