// Owns the tables of domain events: names and kinds come from the engine, what a handler is given
// from the types' source, when and under which key from here.
import { readFileSync } from 'node:fs'
import { EVENT_NAMES } from '../../packages/engine/dist/events.js'
import { assertSame } from './options.mjs'
import { code, table } from './table.mjs'

const REFUND = {
  refunded: ['the refund that brings what was paid back to the whole', 'refunded:<refund>'],
  partially_refunded: ['any other refund', 'partially_refunded:<refund>'],
  refund_failed: ['a refund that was told failed or was canceled', 'refund_failed:<refund>'],
}
const DISPUTE = {
  disputed: ['a dispute was opened, an inquiry too', 'disputed:<dispute>'],
  dispute_won: ['decided for you', 'dispute_won:<dispute>'],
  dispute_lost: ['decided against you', 'dispute_lost:<dispute>'],
}

/** Name → when, and the rest of its key. A name without a row here, or the other way, fails. */
const ROWS = {
  order: {
    awaiting_payment: ['the session is complete, the money is not here yet', 'awaiting_payment'],
    fulfilled: ['paid and right; for a plan: paid, or its trial begun', 'fulfilled'],
    payment_failed: ['the delayed payment failed', 'payment_failed'],
    expired: ['the session ended unpaid', 'expired'],
    canceled: ['you expired the session', 'canceled'],
    ...REFUND,
    ...DISPUTE,
  },
  subscription: {
    activated: ['it has come to life: paid, or on trial', 'activated'],
    renewed: ['the invoice of a further period is paid', 'renewed:<invoice>'],
    trial_ending: ['Stripe announces the end of a trial that still runs', 'trial_ending:<end>'],
    canceled: ['its status is `canceled`: it has ended', 'canceled'],
    past_due: ['a payment failed: now `past_due` or `unpaid`', 'past_due:<ticket>'],
    recovered: ['paid after all: from those to `active` or `trialing`', 'recovered:<ticket>'],
    cancel_scheduled: ['an end is planned', 'cancel_scheduled:<ticket>'],
    reactivated: ['the planned end was withdrawn', 'reactivated:<ticket>'],
    paused: ['it, or its collection, was paused', 'paused:<ticket>'],
    resumed: ['it goes on', 'resumed:<ticket>'],
    changed: ['prices or quantities differ from those before', 'changed:<ticket>'],
  },
  invoice: {
    paid: ['its status is `paid`', 'paid'],
    payment_failed: ['an attempt failed', 'payment_failed:<attempt>'],
    action_required: ['an attempt waits for the buyer’s bank', 'action_required:<attempt>'],
    ...REFUND,
    ...DISPUTE,
  },
  access: {
    granted: ['a feature became the buyer’s', '<count>'],
    revoked: ['a feature is no longer the buyer’s', '<count>'],
  },
}

const SUBJECTS = { access: 'access:<buyer>:<feature>' }

/** Interface or inline type → the names of its members, those that it extends first. */
function membersFrom(source) {
  const interfaces = new Map()
  const own = (body) => [...body.matchAll(/readonly (\w+):/g)].map((match) => match[1])
  for (const [, name, base, body] of source.matchAll(
    /^interface (\w+)(?: extends (\w+))? \{\n([\s\S]*?)^\}/gm,
  )) {
    interfaces.set(name, [...(interfaces.get(base) ?? []), ...own(body)])
  }
  return (type) => {
    const [base, more = ''] = type.split('&').map((part) => part.trim())
    const members = interfaces.get(base)
    if (members === undefined) throw new Error(`events.ts: cannot read the type ${type}`)
    return [...members, ...own(more)]
  }
}

function contexts() {
  const source = readFileSync('packages/engine/src/events.ts', 'utf8')
  const membersOf = membersFrom(source)
  const rows = source.matchAll(/^ {2}'(\w+\.\w+)': (On.+)$/gm)
  return new Map([...rows].map(([, name, type]) => [name, membersOf(type)]))
}

/** The events of one subject: `order`, `subscription`, `invoice` or `access`. */
export function eventTable(subject) {
  const all = Object.entries(ROWS).flatMap(([prefix, rows]) =>
    Object.keys(rows).map((name) => `${prefix}.${name}`),
  )
  assertSame('domain events', Object.keys(EVENT_NAMES), all)
  const given = contexts()
  const keyed = SUBJECTS[subject] ?? `${subject}:<id>`
  return table(
    ['event', 'kind', 'when', 'key', 'given'],
    Object.entries(ROWS[subject]).map(([short, [when, key]]) => {
      const name = `${subject}.${short}`
      const members = given.get(name)
      if (members === undefined) throw new Error(`events.ts: no context of ${name}`)
      return [
        code(name),
        EVENT_NAMES[name],
        when,
        code(`${keyed}:${key}`),
        members.map(code).join(', '),
      ]
    }),
  )
}
