// Owns `access`, `subscriptions list|show` and `customers show`: who may use what, and what gives it.
import { LIST_LIMIT_MAX, SUBSCRIPTION_STATUSES } from '../../control/app.ts'
import { type Json, type JsonObject, toJson } from '../../control/json.ts'
import { type Command, countTo, oneOf } from '../command.ts'
import { askOnce, OPERATOR_OPTIONS, queryOf } from '../operator.ts'
import {
  type Column,
  cellOf,
  field,
  isObject,
  moneyOf,
  renderFields,
  renderTable,
  rowsOf,
} from '../output.ts'

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/

const refuseTime = (text: string): string | null =>
  TIME.test(text) && !Number.isNaN(Date.parse(text))
    ? null
    : 'is not a time such as 2026-12-08T12:00:00Z'

const isYes = (value: Json | undefined): string => (value === true ? 'yes' : 'no')

const ACCESS_COLUMNS: readonly Column[] = [
  field('feature'),
  { title: 'access', cell: (row) => isYes(row.granted) },
  field('because'),
  {
    title: 'from',
    cell: ({ source }) =>
      isObject(source) ? `${cellOf(source.kind)} ${cellOf(source.id)}` : cellOf(null),
  },
]

const NO_FEATURES = 'The catalogue names no features.'

const itemsOf = (subscription: JsonObject): string =>
  rowsOf(subscription.items)
    .map(({ itemId, priceId, quantity }) => {
      const name = cellOf(itemId ?? priceId)
      return typeof quantity === 'number' && quantity !== 1 ? `${name} × ${quantity}` : name
    })
    .join(', ')

const SUBSCRIPTION_COLUMNS: readonly Column[] = [
  field('id', 'subscription'),
  {
    title: 'status',
    cell: ({ status, pauseBehavior }) =>
      pauseBehavior === null ? cellOf(status) : `${cellOf(status)}, collection paused`,
  },
  { title: 'items', cell: itemsOf },
  field('customerId', 'customer'),
  field('periodEnd', 'period ends'),
  { title: 'ends', cell: ({ endedAt, cancelAt }) => cellOf(endedAt ?? cancelAt) },
]

const INVOICE_COLUMNS: readonly Column[] = [
  field('id', 'invoice'),
  field('status'),
  { title: 'amount', cell: ({ total, currency }) => moneyOf(total, currency) },
  field('periodEnd', 'pays until'),
  field('attemptCount', 'attempts'),
]

const ORDER_COLUMNS: readonly Column[] = [
  field('id', 'order'),
  field('status'),
  field('itemId', 'item'),
  field('createdAt', 'created'),
]

const HISTORY_COLUMNS: readonly Column[] = [
  field('at'),
  field('from'),
  field('to'),
  field('cause'),
  field('eventId', 'event'),
  field('note'),
]

/** One thing's own fields; what is a list has a table of its own. */
const plainFields = (object: JsonObject): readonly (readonly [string, string])[] =>
  Object.entries(object)
    .filter(([, value]) => typeof value !== 'object' || value === null)
    .map(([name, value]) => [name, cellOf(value)])

const BUYER = 'user-or-customer'
const pathOf = (room: string, id: string | undefined) => `/${room}/${encodeURIComponent(id ?? '')}`

export const access: Command = {
  name: 'access',
  summary: 'What a buyer may use, until when, and why',
  arguments: [BUYER],
  options: {
    at: {
      type: 'string',
      value: 'time',
      description: 'As it is known now for that moment, such as 2026-12-08T12:00:00Z.',
      refuse: refuseTime,
    },
    ...OPERATOR_OPTIONS,
  },
  examples: ['quittance access user_1', 'quittance access cus_1 --at 2026-12-08T12:00:00Z --json'],
  async run(invocation) {
    const path = pathOf('access', invocation.positionals[0])
    const found = await askOnce(invocation, 'GET', `${path}${queryOf(invocation, { at: 'at' })}`)
    if (invocation.options.json === true) invocation.print(`${toJson(found, 2)}\n`)
    else invocation.print(renderTable(ACCESS_COLUMNS, rowsOf(found), NO_FEATURES))
    return 0
  },
}

export const subscriptionsList: Command = {
  name: 'subscriptions list',
  summary: 'Subscriptions, newest first',
  arguments: [],
  options: {
    status: {
      type: 'string',
      value: 'status',
      description: `${SUBSCRIPTION_STATUSES.slice(0, -1).join(', ')} or canceled.`,
      refuse: oneOf(SUBSCRIPTION_STATUSES),
    },
    buyer: {
      type: 'string',
      value: 'id',
      description: 'Your app’s user id, or cus_… of the customer.',
    },
    limit: {
      type: 'string',
      value: 'n',
      description: `How many at most (1 to ${LIST_LIMIT_MAX}).`,
      refuse: countTo(LIST_LIMIT_MAX),
    },
    ...OPERATOR_OPTIONS,
  },
  examples: [
    'quittance subscriptions list --status past_due',
    'quittance subscriptions list --buyer user_1 --json',
  ],
  async run(invocation) {
    const query = queryOf(invocation, { status: 'status', buyer: 'buyer', limit: 'limit' })
    const found = await askOnce(invocation, 'GET', `/subscriptions${query}`)
    if (invocation.options.json === true) invocation.print(`${toJson(found, 2)}\n`)
    else invocation.print(renderTable(SUBSCRIPTION_COLUMNS, rowsOf(found), 'No subscriptions.'))
    return 0
  },
}

export const subscriptionsShow: Command = {
  name: 'subscriptions show',
  summary: 'One subscription with its items and its history',
  arguments: ['subscription'],
  options: OPERATOR_OPTIONS,
  examples: ['quittance subscriptions show sub_1… --json'],
  async run(invocation) {
    const path = pathOf('subscriptions', invocation.positionals[0])
    const found = await askOnce(invocation, 'GET', path)
    if (invocation.options.json === true || !isObject(found)) {
      invocation.print(`${toJson(found, 2)}\n`)
      return 0
    }
    const { history, items } = found
    invocation.print(renderFields(plainFields(found)))
    const columns = [
      field('itemId', 'item'),
      field('priceId', 'price'),
      field('quantity', 'qty'),
      field('periodEnd', 'period ends'),
    ]
    invocation.print(`\n${renderTable(columns, rowsOf(items), 'No items.')}`)
    invocation.print(`\n${renderTable(HISTORY_COLUMNS, rowsOf(history), 'No history.')}`)
    return 0
  },
}

export const customersShow: Command = {
  name: 'customers show',
  summary: 'A buyer with access, subscriptions, invoices and orders',
  arguments: [BUYER],
  options: OPERATOR_OPTIONS,
  examples: ['quittance customers show user_1', 'quittance customers show cus_1 --json'],
  async run(invocation) {
    const path = pathOf('customers', invocation.positionals[0])
    const found = await askOnce(invocation, 'GET', path)
    if (invocation.options.json === true || !isObject(found)) {
      invocation.print(`${toJson(found, 2)}\n`)
      return 0
    }
    invocation.print(renderFields(plainFields(found)))
    const tables: readonly (readonly [readonly Column[], Json | undefined, string])[] = [
      [ACCESS_COLUMNS, found.access, NO_FEATURES],
      [SUBSCRIPTION_COLUMNS, found.subscriptions, 'No subscriptions.'],
      [INVOICE_COLUMNS, found.invoices, 'No invoices.'],
      [ORDER_COLUMNS, found.orders, 'No orders.'],
    ]
    for (const [columns, rows, empty] of tables) {
      invocation.print(`\n${renderTable(columns, rowsOf(rows), empty)}`)
    }
    return 0
  },
}
