// Owns what must hold of observations: pairs alternate, changes follow on each other, and the last agrees with the row.
import type { ObservationName } from '../../../src/events.ts'
import type { Rows, StoredRow } from './rows.ts'
import { observationsOf, type Told } from './told.ts'

interface Pair {
  readonly began: ObservationName
  readonly ended: ObservationName
  /** Whether the last one must be `began`; null where the row says nothing of it. */
  readonly holds: (row: StoredRow) => boolean | null
  /** The rows that speak, with the subject under which they are told. */
  readonly rows: (rows: Rows) => readonly StoredRow[]
  readonly subjectOf: (row: StoredRow) => string
}

const ENDED = ['canceled', 'incomplete_expired']
const OVERDUE = ['past_due', 'unpaid']
const SOUND = ['active', 'trialing']

const has = (list: readonly string[], value: unknown): boolean =>
  typeof value === 'string' && list.includes(value)

const ofSubscriptions = {
  rows: (rows: Rows) => rows.subscriptions ?? [],
  subjectOf: ({ id }: StoredRow) => String(id),
}

/** What ended tells its end alone: it neither recovers, resumes nor is reactivated by it. */
const whileLive = (holds: (row: StoredRow) => boolean) => (row: StoredRow) =>
  has(ENDED, row.status) ? null : holds(row)

const PAIRS: readonly Pair[] = [
  {
    ...ofSubscriptions,
    began: 'subscription.past_due',
    ended: 'subscription.recovered',
    // A paused one may or may not be overdue.
    holds: ({ status }) => (has(OVERDUE, status) ? true : has(SOUND, status) ? false : null),
  },
  {
    ...ofSubscriptions,
    began: 'subscription.cancel_scheduled',
    ended: 'subscription.reactivated',
    holds: whileLive(({ cancel_at }) => cancel_at !== null),
  },
  {
    ...ofSubscriptions,
    began: 'subscription.paused',
    ended: 'subscription.resumed',
    holds: whileLive(
      ({ status, pause_behavior }) => status === 'paused' || pause_behavior !== null,
    ),
  },
  {
    began: 'access.granted',
    ended: 'access.revoked',
    rows: (rows) => rows.access ?? [],
    subjectOf: ({ buyer, feature }) => `${buyer} ${feature}`,
    holds: ({ told }) => told === true,
  },
]

function faultsOfPair(pair: Pair, told: readonly Told[], rows: Rows): string[] {
  const faults: string[] = []
  const speaks = new Map(pair.rows(rows).map((row) => [pair.subjectOf(row), row]))
  const mine = told.filter(({ name }) => name === pair.began || name === pair.ended)
  const subjects = new Set([...speaks.keys(), ...mine.map(({ subject }) => subject)])
  for (const subject of subjects) {
    const names = mine.filter((each) => each.subject === subject).map(({ name }) => name)
    names.forEach((name, index) => {
      const expected = index % 2 === 0 ? pair.began : pair.ended
      if (name !== expected) faults.push(`${subject}: ${names.join(', ')} do not alternate`)
    })
    const row = speaks.get(subject)
    const holds = row === undefined ? false : pair.holds(row)
    const last = names.at(-1) === pair.began
    if (holds !== null && holds !== last) {
      faults.push(`${subject}: the last is ${names.at(-1) ?? 'none'}, the row says ${holds}`)
    }
  }
  return faults
}

const itemsOf = (rows: Rows, id: string): string =>
  (rows.subscription_items ?? [])
    .filter(({ subscription_id }) => subscription_id === id)
    .map(({ price_id, quantity }) => `${price_id}×${quantity}`)
    .sort()
    .join(' + ')

/** Each change begins where the one before it ended, and the last ends at the rows. */
function faultsOfChanges(told: readonly Told[], rows: Rows): string[] {
  const faults: string[] = []
  const changes = told.filter(({ name }) => name === 'subscription.changed')
  for (const id of new Set(changes.map(({ subject }) => subject))) {
    const steps = changes.filter(({ subject }) => subject === id).map(({ detail }) => detail)
    let at = steps[0]?.before
    for (const step of steps) {
      if (step === null || step.before !== at || step.before === step.after) {
        faults.push(`${id}: changed from ${step?.before} to ${step?.after}, and was ${at}`)
      }
      at = step?.after
    }
    if (at !== itemsOf(rows, id)) faults.push(`${id}: the last change ends at ${at}`)
  }
  return faults
}

/** An order waits once: no state after it leads back. */
function faultsOfWaiting(told: readonly Told[], rows: Rows): string[] {
  const waited = told
    .filter(({ name }) => name === 'order.awaiting_payment')
    .map(({ subject }) => subject)
  const waits = (rows.orders ?? []).filter(({ status }) => status === 'awaiting_payment')
  return [
    ...waited.filter((id, n) => waited.indexOf(id) < n).map((id) => `${id}: waits twice`),
    ...waits
      .map(({ id }) => String(id))
      .filter((id) => !waited.includes(id))
      .map((id) => `${id}: waits, and it is not told`),
  ]
}

export function faultsOfObservations(told: readonly Told[], rows: Rows): string[] {
  const observations = observationsOf(told)
  return [
    ...PAIRS.flatMap((pair) => faultsOfPair(pair, observations, rows)),
    ...faultsOfChanges(observations, rows),
    ...faultsOfWaiting(observations, rows),
  ]
}
