// Owns `events list`, `events show` and `replay`: what arrived, what became of it, and once more.
import { DISPATCH_STATES, LIST_LIMIT_MAX } from '../../control/app.ts'
import { toJson } from '../../control/json.ts'
import { type Command, countTo, oneOf } from '../command.ts'
import { askOnce, OPERATOR_OPTIONS, queryOf } from '../operator.ts'
import { cellOf, field, isObject, renderFields, renderTable, rowsOf } from '../output.ts'

const outcome = {
  title: 'state',
  cell: (row: Parameters<typeof cellOf>[0] & object) => {
    if (!isObject(row)) return '–'
    return row.reason === null ? cellOf(row.state) : `${cellOf(row.state)}: ${cellOf(row.reason)}`
  },
}

export const eventsList: Command = {
  name: 'events list',
  summary: 'Events that arrived, newest first',
  arguments: [],
  options: {
    state: {
      type: 'string',
      value: 'state',
      description: 'ready, waiting, done, ignored, quarantined or dead.',
      refuse: oneOf(DISPATCH_STATES),
    },
    type: { type: 'string', value: 'type', description: 'Stripe’s event type.' },
    limit: {
      type: 'string',
      value: 'n',
      description: `How many at most (1 to ${LIST_LIMIT_MAX}).`,
      refuse: countTo(LIST_LIMIT_MAX),
    },
    ...OPERATOR_OPTIONS,
  },
  examples: [
    'quittance events list --state quarantined',
    'quittance events list --type checkout.session.completed --limit 5 --json',
  ],
  async run(invocation) {
    const query = queryOf(invocation, { state: 'state', type: 'type', limit: 'limit' })
    const events = await askOnce(invocation, 'GET', `/events${query}`)
    if (invocation.options.json === true) invocation.print(`${toJson(events, 2)}\n`)
    else {
      const columns = [
        field('eventId', 'event'),
        field('type'),
        outcome,
        field('attempts', 'runs'),
        field('receivedAt', 'received'),
      ]
      invocation.print(renderTable(columns, rowsOf(events), 'No events.'))
    }
    return 0
  },
}

export const eventsShow: Command = {
  name: 'events show',
  summary: 'One event with its attempts; never its payload',
  arguments: ['event'],
  options: OPERATOR_OPTIONS,
  examples: ['quittance events show evt_1Q2w3e4r', 'quittance events show 17 --json'],
  async run(invocation) {
    const id = encodeURIComponent(invocation.positionals[0] ?? '')
    const event = await askOnce(invocation, 'GET', `/events/${id}`)
    if (invocation.options.json === true || !isObject(event)) {
      invocation.print(`${toJson(event, 2)}\n`)
      return 0
    }
    const { attemptRows, ...rest } = event
    invocation.print(renderFields(Object.entries(rest).map(([key, value]) => [key, cellOf(value)])))
    const columns = [
      field('generation', 'gen'),
      field('attempt'),
      field('worker'),
      field('startedAt', 'started'),
      field('endedAt', 'ended'),
      field('outcome'),
      field('code'),
    ]
    invocation.print(`\n${renderTable(columns, rowsOf(attemptRows), 'No attempts yet.')}`)
    return 0
  },
}

export const replay: Command = {
  name: 'replay',
  summary: 'Run an ended event again; what took effect once does not again',
  arguments: ['event'],
  options: OPERATOR_OPTIONS,
  examples: ['quittance replay evt_1Q2w3e4r'],
  async run(invocation) {
    const given = invocation.positionals[0] ?? ''
    const path = `/events/${encodeURIComponent(given)}/replay`
    const result = await askOnce(invocation, 'POST', path)
    if (invocation.options.json === true) invocation.print(`${toJson(result, 2)}\n`)
    else {
      const generation = isObject(result) ? cellOf(result.generation) : '–'
      invocation.print(`${given} runs again, as generation ${generation}.\n`)
    }
    return 0
  },
}
