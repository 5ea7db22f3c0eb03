/** What can be searched for in each resource, and whether a row answers a clause. */
import type { Kind } from '../account/tables.ts'
import { refuse } from '../http/errors.ts'
import type { Clause, Query } from './query.ts'

/** Tokens are matched whole, text in part, too; numbers are compared. */
type FieldType = 'token' | 'text' | 'number'

interface Field {
  readonly type: FieldType
  /** Where the value stands in the row, when not under the field's own name. */
  readonly at?: string
}

const token: Field = { type: 'token' }
const text: Field = { type: 'text' }
const number: Field = { type: 'number' }

export interface Searchable {
  /** Stripe's name in paths and messages. */
  readonly resource: string
  readonly kind: Kind
  readonly fields: Readonly<Record<string, Field>>
}

export const searchables: readonly Searchable[] = [
  {
    resource: 'charges',
    kind: 'charge',
    fields: {
      amount: number,
      'billing_details.address.postal_code': token,
      created: number,
      currency: token,
      customer: token,
      disputed: token,
      'payment_method_details.card.brand': token,
      'payment_method_details.card.exp_month': number,
      'payment_method_details.card.exp_year': number,
      'payment_method_details.card.fingerprint': token,
      'payment_method_details.card.last4': token,
      'payment_method_details.sepa_debit.last4': token,
      'payment_method_details.us_bank_account.last4': token,
      refunded: token,
      status: token,
    },
  },
  {
    resource: 'customers',
    kind: 'customer',
    fields: { created: number, email: text, name: text, phone: text },
  },
  {
    resource: 'invoices',
    kind: 'invoice',
    fields: {
      created: number,
      currency: token,
      customer: token,
      last_finalization_error_code: { type: 'token', at: 'last_finalization_error.code' },
      last_finalization_error_type: { type: 'token', at: 'last_finalization_error.type' },
      number: text,
      receipt_number: text,
      status: token,
      subscription: { type: 'token', at: 'parent.subscription_details.subscription' },
      total: number,
    },
  },
  {
    resource: 'payment_intents',
    kind: 'payment_intent',
    fields: { amount: number, created: number, currency: token, customer: token, status: token },
  },
  {
    resource: 'prices',
    kind: 'price',
    fields: { active: token, currency: token, lookup_key: token, product: token, type: token },
  },
  {
    resource: 'products',
    kind: 'product',
    fields: { active: token, description: text, name: text, shippable: token, url: text },
  },
  {
    resource: 'subscriptions',
    kind: 'subscription',
    fields: { canceled_at: number, created: number, status: token },
  },
]

const substringLeast = 3

/** Refuses what Stripe would not search for. */
export function checkQuery({ resource, fields }: Searchable, { clauses }: Query): void {
  for (const clause of clauses) {
    const type = clause.field === 'metadata' ? 'token' : fieldOf(fields, clause)?.type
    if (type === undefined || (clause.field === 'metadata') !== (clause.key !== undefined)) {
      throw wrong(
        `Field \`${clause.field}\` is an unsupported search field for resource \`${resource}\`. See http://stripe.com/docs/search#query-fields-for-${resource.replaceAll('_', '-')} for a list of supported fields.`,
      )
    }
    checkOperator(clause, type)
  }
}

function checkOperator({ field, operator, value }: Clause, type: FieldType): void {
  if (operator === ':') return
  const allowed: FieldType = operator === '~' ? 'text' : 'number'
  if (type !== allowed || value === null) {
    throw wrong(`Field \`${field}\` does not support the operator \`${operator}\`.`)
  }
  if (operator === '~' && String(value).length < substringLeast) {
    throw wrong(`A substring match needs at least ${substringLeast} characters.`)
  }
}

/** Queries come from outside: what every object inherits is no field. */
function fieldOf(fields: Searchable['fields'], { field }: Clause): Field | undefined {
  return Object.hasOwn(fields, field) ? fields[field] : undefined
}

function wrong(message: string) {
  return refuse(message, { param: 'query' })
}

export function answers(row: object, { fields }: Searchable, { join, clauses }: Query): boolean {
  const holds = (clause: Clause) => {
    const path = fieldOf(fields, clause)?.at ?? clause.field
    const steps = clause.key === undefined ? path.split('.') : ['metadata', clause.key]
    return matches(valueAt(row, steps), clause) !== clause.isNegated
  }
  return join === 'OR' ? clauses.some(holds) : clauses.every(holds)
}

function valueAt(row: object, steps: readonly string[]): unknown {
  return steps.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? Reflect.get(value, step)
        : undefined,
    row,
  )
}

/** Text is compared without regard to case, as at Stripe. */
function matches(found: unknown, { operator, value }: Clause): boolean {
  if (found === null || found === undefined) return value === null
  if (value === null) return false
  switch (operator) {
    case ':':
      return String(found).toLowerCase() === String(value).toLowerCase()
    case '~':
      return String(found).toLowerCase().includes(String(value).toLowerCase())
    case '>':
      return Number(found) > Number(value)
    case '<':
      return Number(found) < Number(value)
    case '>=':
      return Number(found) >= Number(value)
    case '<=':
      return Number(found) <= Number(value)
  }
}
