// Owns the tables of options: every default and bound comes from the engine, the meaning from here.

import { ITEM_BOUNDS, ONE_TIME, PLAN } from '../../packages/engine/dist/check-options/catalogue.js'
import { BOUNDS } from '../../packages/engine/dist/check-options.js'
import {
  DEFAULT_CHECKOUT,
  DEFAULT_LIMITS,
  defaultProcessor,
} from '../../packages/engine/dist/config.js'
import { code, table } from './table.mjs'

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

const shown = (value) => (typeof value === 'number' ? value.toLocaleString('en') : code(value))

function boundsOf(key) {
  const [group, name] = key.split('.')
  const bounds = BOUNDS[group]?.[name]
  return bounds === undefined ? '–' : bounds.map(shown).join(' to ')
}

/** @throws when the names of two tables that must go together differ. */
export function assertSame(what, names, known) {
  const differ = [
    ...names.filter((name) => !known.includes(name)),
    ...known.filter((name) => !names.includes(name)),
  ]
  if (differ.length > 0) throw new Error(`${what} and their meanings differ: ${differ}`)
}

export function optionTable() {
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
  assertSame('options', [...embedded.keys()], Object.keys(MEANINGS))
  return table(
    ['option', 'default', 'allowed', 'meaning'],
    served.map(([key, value]) => {
      const other = embedded.get(key)
      const both = value === other ? shown(value) : `${shown(value)}; embedded ${shown(other)}`
      return [code(key), both, boundsOf(key), MEANINGS[key]]
    }),
  )
}

/** What each key of an item means; which of the two kinds has it, and its bounds, the engine says. */
const ITEM_MEANINGS = {
  kind: '`plan` for a subscription; `one_time` or nothing for what is sold once',
  price: 'which price at Stripe, by its id; or',
  lookupKey: '… by its lookup key: one of the two',
  formerPrices: 'prices under which it was sold before; their subscribers keep its features',
  quantity: '`{ min, max }`; 1 to 100, of a plan 1 unless it says more: its seats',
  allow: '`{ discount, tax, shipping }`: what may stand between subtotal and total',
  features: 'what its buyer may use; names of your own',
  policies: '[policies](access.md#policies) that differ for this item',
  define: '`{ name, description, unitAmount, currency }`: how `catalog push` makes it',
  session: 'further parameters of the session',
  accessDays: 'how many days its features last; for ever by default',
  interval: 'what the price must recur by: `day`, `week`, `month`, `year`',
  intervalCount: 'every so many of them; 1 by default, within three years as at Stripe',
  trialDays: 'days of a trial; none by default',
  trialEnd: 'what its end without a card does: `create_invoice`, `cancel`, `pause`',
  group: 'plans of one group stand for each other; `default` by default',
}

export function itemTable() {
  const keys = [...new Set([...Object.keys(ONE_TIME), ...Object.keys(PLAN)])]
  assertSame('keys of an item', keys, Object.keys(ITEM_MEANINGS))
  const kindOf = (key) => (!(key in PLAN) ? 'once' : key in ONE_TIME ? 'both' : 'plan')
  return table(
    ['key', 'for', 'allowed', 'meaning'],
    keys.map((key) => [
      code(key),
      kindOf(key),
      ITEM_BOUNDS[key]?.map(shown).join(' to ') ?? '–',
      ITEM_MEANINGS[key],
    ]),
  )
}
