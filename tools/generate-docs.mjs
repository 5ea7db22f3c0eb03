// Writes the generated parts of docs/reference from the built engine, so that a page cannot say
// what the code does not. `--check` fails when a committed page is stale.
import { readFileSync, writeFileSync } from 'node:fs'
import { BOUNDS } from '../packages/engine/dist/check-options.js'
import {
  DEFAULT_CHECKOUT,
  DEFAULT_LIMITS,
  defaultProcessor,
} from '../packages/engine/dist/config.js'
import { ERRORS } from '../packages/engine/dist/errors.js'
import { ORDER_STATES } from '../packages/engine/dist/pipeline/projections/orders/states.js'

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
const code = (text) => `\`${text}\``

const states = Object.entries(ORDER_STATES).sort(([, a], [, b]) => a.rank - b.rank)

const errorTable = () =>
  table(
    ['code', 'status', 'retry may help', 'cure'],
    Object.entries(ERRORS)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, row]) => [code(name), row.status, row.retryable ? 'yes' : 'no', row.cure]),
  )

const stateTable = () =>
  table(
    ['rank', 'status', 'meaning', 'set by', 'fact for handlers', 'end'],
    states.map(([name, { rank, meaning, setBy, fact, ended }]) => [
      rank,
      code(name),
      meaning,
      setBy,
      fact === null ? '–' : code(fact),
      ended ? 'yes' : 'no',
    ]),
  )

/** Every move goes up. Between two open states, and between two ends, each pair is an arrow. */
function statePicture() {
  const climb = (rows) =>
    rows.flatMap(([from], at) => rows.slice(at + 1).map(([to]) => `${from} --> ${to}`))
  const open = states.filter(([, state]) => !state.ended)
  const ends = states.filter(([, state]) => state.ended)
  const lines = [
    `[*] --> ${states[0][0]}`,
    'state open {',
    ...climb(open).map((line) => `  ${line}`),
    '}',
    ...ends.map(([name]) => `open --> ${name}`),
    ...climb(ends),
  ]
  return ['```mermaid', 'stateDiagram-v2', ...lines.map((line) => `  ${line}`), '```'].join('\n')
}

/** What each option means; an option without a row here, or a row without an option, fails. */
const MEANINGS = {
  'limits.bodyBytesMax': 'Largest webhook body in bytes; reading stops there.',
  'limits.requestBytesMax': 'Largest body of create-session in bytes.',
  'limits.toleranceSeconds': 'How old a signature may be, and how far in the future.',
  'limits.groupCommitMs': 'How long the first delivery of a batch waits for company.',
  'limits.groupCommitMax': 'Deliveries in one statement.',
  'limits.questionsPerMinute': 'Questions to Stripe about stale deliveries.',
  'checkout.publicUrl': 'Where buyers reach the routes. Live mode demands https.',
  'checkout.timeoutMs': 'How long Stripe may take to make a session.',
  'checkout.successWaitMs': 'How long `/success` waits for Stripe’s answer.',
  'checkout.sessionSeconds': 'How long a session can be paid.',
  'processor.mode': '`resident`, `inline` or `manual`: see [serverless](../guides/serverless.md).',
  'processor.workers': 'Lanes that one process works at a time.',
  'processor.inlineBudgetMs': 'How long an inline answer may wait for its work.',
  'processor.leaseMs': 'How long a lane stays with a worker that says nothing.',
  'processor.pollMs': 'How often workers look without being woken.',
  'processor.laneEventsMax': 'Events of one lane before a worker looks at others.',
  'processor.handlerTimeoutMs': 'How long a transaction with handlers may take.',
  'processor.attemptsMax': 'Runs until an event is a dead letter.',
  'processor.backoffBaseMs': 'The first pause between runs; it doubles, with jitter.',
  'processor.backoffCapMs': 'The longest pause.',
  'processor.drainMs': 'How long `stop()` waits for handlers that run.',
}

function boundsOf(key) {
  const [group, name] = key.split('.')
  const bounds = BOUNDS[group]?.[name]
  return bounds === undefined ? '–' : bounds.map(shown).join(' to ')
}

const shown = (value) => (typeof value === 'number' ? value.toLocaleString('en') : code(value))

function optionTable() {
  const groups = (kind) =>
    Object.entries({
      limits: DEFAULT_LIMITS,
      checkout: DEFAULT_CHECKOUT,
      processor: defaultProcessor(kind),
    }).flatMap(([group, values]) =>
      Object.entries(values).map(([name, value]) => [`${group}.${name}`, value]),
    )
  const embedded = new Map(groups('pglite'))
  const served = groups('postgres')
  const unknown = [
    ...served.map(([key]) => key).filter((key) => MEANINGS[key] === undefined),
    ...Object.keys(MEANINGS).filter((key) => !embedded.has(key)),
  ]
  if (unknown.length > 0) throw new Error(`options and their meanings differ: ${unknown}`)
  return table(
    ['option', 'default', 'allowed', 'meaning'],
    served.map(([key, value]) => {
      const other = embedded.get(key)
      const both = value === other ? shown(value) : `${shown(value)}; embedded ${shown(other)}`
      return [code(key), both, boundsOf(key), MEANINGS[key]]
    }),
  )
}

const PAGES = {
  'docs/reference/options.md': { options: optionTable },
  'docs/reference/errors.md': { errors: errorTable },
  'docs/reference/orders.md': { 'order-states': stateTable, 'order-picture': statePicture },
}

const check = process.argv.includes('--check')
const stale = []
for (const [path, parts] of Object.entries(PAGES)) {
  const before = readFileSync(path, 'utf8')
  let after = before
  for (const [name, render] of Object.entries(parts)) {
    const part = new RegExp(`(<!-- generated: ${name} -->\n)[\\s\\S]*?(<!-- /generated -->)`)
    if (!part.test(after)) throw new Error(`${path} has no part <!-- generated: ${name} -->`)
    // A function, because a replacement string would give `$1` in the text a meaning.
    after = after.replace(part, (_, open, close) => `${open}\n${render()}\n\n${close}`)
  }
  if (after === before) continue
  if (check) stale.push(path)
  else writeFileSync(path, after)
}

if (stale.length > 0) {
  console.error(`${stale.join(', ')}: stale, run node tools/generate-docs.mjs after a build`)
  process.exit(1)
}
