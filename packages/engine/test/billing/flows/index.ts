// Owns the list of all flows: every history of `reference/stripe.md`, sections 3.1 to 3.17, in its order.
import { CHANGE_FLOWS } from './changes.ts'
import { DUNNING_FLOWS } from './dunning.ts'
import { ENDING_FLOWS } from './endings.ts'
import { ENTITLEMENT_FLOWS } from './entitlements.ts'
import type { Flow } from './flow.ts'
import { INVOICE_FLOWS } from './invoices.ts'
import { ONE_OFF_FLOWS } from './one-off.ts'
import { REFUND_FLOWS } from './refunds.ts'
import { RENEWAL_FLOWS } from './renewal.ts'
import { SIGNUP_FLOWS } from './signup.ts'
import { API_SIGNUP_FLOWS } from './signup-api.ts'
import { TRIAL_FLOWS } from './trials.ts'

export type { Flow, Step } from './flow.ts'
export { stateOf } from './flow.ts'
export type { FlowStage } from './stage.ts'
export { openStage } from './stage.ts'

export const FLOWS: readonly Flow[] = [
  ...ONE_OFF_FLOWS,
  ...REFUND_FLOWS,
  ...SIGNUP_FLOWS,
  ...API_SIGNUP_FLOWS,
  ...RENEWAL_FLOWS,
  ...DUNNING_FLOWS,
  ...TRIAL_FLOWS,
  ...CHANGE_FLOWS,
  ...ENDING_FLOWS,
  ...INVOICE_FLOWS,
  ...ENTITLEMENT_FLOWS,
]
