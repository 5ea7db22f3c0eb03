/** Replaces ids by their objects where `expand[]` asks for it. */
import type { Store } from '../account/store.ts'
import type { Kind } from '../account/tables.ts'
import { refuse } from './errors.ts'
import { page } from './route.ts'

const depthMax = 4

type Json = Record<string, unknown>
type Include = (object: Json, db: Store) => unknown

/** Which fields hold an id of which table, by the object that has them. */
const links: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  product: { default_price: 'price' },
  price: { product: 'product' },
  payment_method: { customer: 'customer' },
  payment_intent: {
    customer: 'customer',
    latest_charge: 'charge',
    payment_method: 'payment_method',
  },
  charge: {
    balance_transaction: 'balance_transaction',
    customer: 'customer',
    failure_balance_transaction: 'balance_transaction',
    payment_intent: 'payment_intent',
  },
  refund: {
    balance_transaction: 'balance_transaction',
    charge: 'charge',
    customer: 'customer',
    failure_balance_transaction: 'balance_transaction',
    payment_intent: 'payment_intent',
    payment_method: 'payment_method',
  },
  balance_transaction: { source: 'charge' },
  'checkout.session': { customer: 'customer', payment_intent: 'payment_intent' },
}

/** Expandable, but of a kind that the simulator has no objects of: always null here. */
const empty: Readonly<Record<string, readonly string[]>> = {
  product: ['tax_code'],
  payment_intent: ['application', 'on_behalf_of', 'review', 'source', 'payment_record'],
  charge: ['application', 'application_fee', 'on_behalf_of', 'review', 'source_transfer'],
  refund: ['source_transfer_reversal', 'transfer_reversal'],
  customer: ['default_source', 'test_clock', 'discount'],
  'checkout.session': ['invoice', 'payment_link', 'setup_intent', 'subscription'],
}

const list = (url: string) => page([], url, {})

/** Fields that are absent until they are asked for. */
const includes: Readonly<Record<string, Readonly<Record<string, Include>>>> = {
  'checkout.session': {
    line_items: (session, db) => {
      const id = String(session.id)
      const rows = db.find('session_secret', id)?.lineItems ?? []
      return page(rows, `/v1/checkout/sessions/${id}/line_items`, {})
    },
  },
  charge: {
    refunds: (charge, db) => {
      const rows = db.all('refund').filter((refund) => refund.charge === charge.id)
      return page(rows, `/v1/charges/${String(charge.id)}/refunds`, {})
    },
  },
  customer: {
    sources: ({ id }) => list(`/v1/customers/${String(id)}/sources`),
    subscriptions: ({ id }) => list(`/v1/customers/${String(id)}/subscriptions`),
    tax_ids: ({ id }) => list(`/v1/customers/${String(id)}/tax_ids`),
    tax: () => ({
      automatic_tax: 'unrecognized_location',
      ip_address: null,
      location: null,
      provider: 'stripe',
    }),
  },
  price: { currency_options: () => ({}), tiers: () => undefined },
}

/** Objects inside an object that carry their own links. */
const nested: Readonly<Record<string, readonly string[]>> = {
  item: ['price'],
}

export function expand(body: unknown, paths: readonly string[], db: Store): unknown {
  return paths.reduce((whole, path) => {
    const steps = path.split('.')
    if (steps.length > depthMax) {
      throw refuse(
        `You cannot expand more than ${depthMax} levels of a property. Property: ${path}`,
        {
          param: 'expand',
        },
      )
    }
    return follow(whole, steps, db, path)
  }, body)
}

function follow(value: unknown, steps: readonly string[], db: Store, path: string): unknown {
  const [step, ...rest] = steps
  if (step === undefined || value === null || value === undefined) return value
  if (!isJson(value)) throw cannot(path)
  if (value.object === 'list') {
    if (step !== 'data' || !Array.isArray(value.data)) throw cannot(path, value.object)
    if (rest.length === 0) throw cannot(path)
    return { ...value, data: value.data.map((row: unknown) => follow(row, rest, db, path)) }
  }
  const name = String(value.object)
  const next = follow(resolve(value, name, step, db, path), rest, db, path)
  return next === undefined ? value : { ...value, [step]: next }
}

function resolve(value: Json, name: string, step: string, db: Store, path: string): unknown {
  const present = value[step]
  const include = includes[name]?.[step]
  if (include) return present ?? include(value, db)
  const kind = links[name]?.[step]
  if (kind === undefined) {
    const known = nested[name]?.includes(step) || empty[name]?.includes(step)
    if (known) return present
    throw cannot(path, name)
  }
  if (typeof present !== 'string') return present
  return db.find(linked(kind, present), present) ?? db.find('tombstone', present) ?? present
}

/** A ledger row's source is a charge or a refund: the id tells. */
function linked(kind: Kind, id: string): Kind {
  return kind === 'charge' && /^(re|pyr)_/.test(id) ? 'refund' : kind
}

function cannot(path: string, inside?: string) {
  const advice = inside === 'list' ? ` You may want to try expanding 'data.${path}' instead.` : ''
  return refuse(`This property cannot be expanded (${path}).${advice}`, { param: 'expand' })
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
