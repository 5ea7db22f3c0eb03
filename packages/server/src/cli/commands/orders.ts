// Owns `orders list` and `orders show`: the orders, and the history of one.
import { LIST_LIMIT_MAX, ORDER_STATUSES } from '../../control/app.ts'
import { toJson } from '../../control/json.ts'
import { type Command, countTo, oneOf } from '../command.ts'
import { askOnce, OPERATOR_OPTIONS, queryOf } from '../operator.ts'
import { cellOf, field, isObject, moneyOf, renderFields, renderTable, rowsOf } from '../output.ts'

export const ordersList: Command = {
  name: 'orders list',
  summary: 'Orders, newest first',
  arguments: [],
  options: {
    status: {
      type: 'string',
      value: 'status',
      description:
        'pending, confirmed, awaiting_payment, expired, canceled, payment_failed or fulfilled.',
      refuse: oneOf(ORDER_STATUSES),
    },
    user: { type: 'string', value: 'id', description: 'Your app’s user id.' },
    limit: {
      type: 'string',
      value: 'n',
      description: `How many at most (1 to ${LIST_LIMIT_MAX}).`,
      refuse: countTo(LIST_LIMIT_MAX),
    },
    ...OPERATOR_OPTIONS,
  },
  examples: ['quittance orders list --status fulfilled', 'quittance orders list --limit 5 --json'],
  async run(invocation) {
    const query = queryOf(invocation, { status: 'status', user: 'userId', limit: 'limit' })
    const orders = await askOnce(invocation, 'GET', `/orders${query}`)
    if (invocation.options.json === true) invocation.print(`${toJson(orders, 2)}\n`)
    else {
      const columns = [
        field('id', 'order'),
        {
          title: 'status',
          cell: (row: Parameters<typeof isObject>[0]) =>
            isObject(row) ? [cellOf(row.status), ...overlaysOf(row)].join(', ') : '–',
        },
        field('itemId', 'item'),
        field('quantity', 'qty'),
        {
          title: 'amount',
          cell: (row: Parameters<typeof isObject>[0]) =>
            isObject(row) ? moneyOf(row.amountTotal ?? row.expectedSubtotal, row.currency) : '–',
        },
        field('createdAt', 'created'),
      ]
      invocation.print(renderTable(columns, rowsOf(orders), 'No orders.'))
    }
    return 0
  },
}

function overlaysOf(order: Readonly<Record<string, unknown>>): readonly string[] {
  return [
    ...(order.failed === true ? ['failed'] : []),
    ...(order.held === true ? ['held'] : []),
    ...(order.paidAfterEnd === true ? ['paid after its end'] : []),
  ]
}

export const ordersShow: Command = {
  name: 'orders show',
  summary: 'One order with its history',
  arguments: ['order'],
  options: OPERATOR_OPTIONS,
  examples: ['quittance orders show 5f1c… --json'],
  async run(invocation) {
    const id = encodeURIComponent(invocation.positionals[0] ?? '')
    const order = await askOnce(invocation, 'GET', `/orders/${id}`)
    if (invocation.options.json === true || !isObject(order)) {
      invocation.print(`${toJson(order, 2)}\n`)
      return 0
    }
    const { history, ...rest } = order
    const shown = Object.entries(rest).map(([key, value]): [string, string] =>
      /^(amount|unitAmount|expectedSubtotal)/.test(key)
        ? [key, moneyOf(value, order.currency)]
        : [key, cellOf(value)],
    )
    invocation.print(renderFields(shown))
    const columns = [
      field('at'),
      field('from'),
      field('to'),
      field('cause'),
      field('eventId', 'event'),
      field('note'),
    ]
    invocation.print(`\n${renderTable(columns, rowsOf(history), 'No history.')}`)
    return 0
  },
}
