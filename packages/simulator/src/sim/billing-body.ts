/** Reads the billing rules of `/_sim/billing`. */
import { type BillingRules, defaultRules } from '../rules.ts'
import { BadSimRequest, type Json } from './bodies.ts'

const choices = {
  afterRetries: ['cancel', 'unpaid', 'past_due', 'pause'],
  invoiceAfterRetries: ['open', 'uncollectible'],
} as const

/** The rules that were given, each of its kind; null lifts a limit, which JSON cannot say otherwise. */
export function billingOf(body: Json): Partial<BillingRules> {
  const rules: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(body)) {
    if (!Object.hasOwn(defaultRules, name)) {
      throw new BadSimRequest(
        `There is no rule '${name}'; there is: ${Object.keys(defaultRules).join(', ')}.`,
      )
    }
    rules[name] = value === null ? Number.POSITIVE_INFINITY : value
    const fault = faultOf(name, rules[name])
    if (fault !== undefined) throw new BadSimRequest(`${name} must be ${fault}.`)
  }
  return rules
}

function faultOf(name: string, value: unknown): string | undefined {
  const allowed: readonly string[] | undefined = Reflect.get(choices, name)
  if (allowed) {
    return allowed.some((choice) => choice === value) ? undefined : `one of ${allowed.join(', ')}`
  }
  const isAmount = (amount: unknown) => typeof amount === 'number' && amount >= 0
  if (name === 'retryDays') {
    return Array.isArray(value) && value.every(isAmount) ? undefined : 'a list of days'
  }
  return isAmount(value) ? undefined : 'a number, 0 or more'
}
