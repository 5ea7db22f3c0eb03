// Owns the shape of `catalogue` and `billing` in the configuration file; what the values mean is the engine's.
import { z } from 'zod'

const text = z.string().min(1)
const keepOrRevoke = z.enum(['keep', 'revoke']).optional()

const policies = z.strictObject({
  pastDueGraceDays: z.int().optional(),
  partialRefund: keepOrRevoke,
  fullRefund: keepOrRevoke,
  inquiry: keepOrRevoke,
  chargeback: keepOrRevoke,
  disputeLost: keepOrRevoke,
  canceledNow: z.enum(['ends_now', 'paid_through']).optional(),
  collectionVoided: keepOrRevoke,
})

const shared = {
  price: text.optional(),
  lookupKey: text.optional(),
  formerPrices: z.array(text).optional(),
  quantity: z.strictObject({ min: z.int().optional(), max: z.int().optional() }).optional(),
  allow: z
    .strictObject({
      discount: z.boolean().optional(),
      tax: z.boolean().optional(),
      shipping: z.boolean().optional(),
    })
    .optional(),
  features: z.array(text).optional(),
  policies: policies.optional(),
  define: z
    .strictObject({
      name: text,
      description: text.optional(),
      unitAmount: z.int(),
      currency: text,
    })
    .optional(),
  session: z.record(text, z.unknown()).optional(),
}

const oneTime = z.strictObject({
  kind: z.literal('one_time').optional(),
  ...shared,
  accessDays: z.int().optional(),
})

const plan = z.strictObject({
  kind: z.literal('plan'),
  ...shared,
  interval: z.enum(['day', 'week', 'month', 'year']),
  intervalCount: z.int().optional(),
  trialDays: z.int().optional(),
  trialEnd: z.enum(['cancel', 'create_invoice', 'pause']).optional(),
  group: text.optional(),
})

export const CATALOGUE = z.record(text, z.discriminatedUnion('kind', [oneTime, plan]))

export const BILLING = z.strictObject({
  policies: policies.optional(),
  groups: z
    .record(
      text,
      z.strictObject({
        second: z.enum(['refuse', 'allow']).optional(),
        trials: z.enum(['once', 'always']).optional(),
      }),
    )
    .optional(),
  portalConfiguration: text.nullable().optional(),
})

/** The names that an object at this path may have; null where any name goes. */
export function namesAt(schema: unknown, path: readonly PropertyKey[]): readonly string[] | null {
  if (schema instanceof z.ZodOptional) return namesAt(schema.unwrap(), path)
  const [first, ...rest] = path
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const names = schema.options.flatMap((option) => namesAt(option, path) ?? [])
    return [...new Set(names)]
  }
  if (schema instanceof z.ZodRecord)
    return first === undefined ? null : namesAt(schema.valueType, rest)
  if (!(schema instanceof z.ZodObject)) return null
  return first === undefined
    ? Object.keys(schema.shape)
    : namesAt(new Map<PropertyKey, unknown>(Object.entries(schema.shape)).get(first), rest)
}
