// Owns the tables and pictures of states: each is drawn from the one table that the engine runs on.
import { INVOICE_STATES } from '../../packages/engine/dist/pipeline/projections/invoices/states.js'
import { ORDER_STATES } from '../../packages/engine/dist/pipeline/projections/orders/states.js'
import {
  DISPUTE_STATES,
  REFUND_STATES,
} from '../../packages/engine/dist/pipeline/projections/payments/states.js'
import { SUBSCRIPTION_STATES } from '../../packages/engine/dist/pipeline/projections/subscriptions/states.js'
import { code, picture, table } from './table.mjs'

const orders = Object.entries(ORDER_STATES).sort(([, a], [, b]) => a.rank - b.rank)

export const orderTable = () =>
  table(
    ['rank', 'status', 'meaning', 'set by', 'tells handlers', 'end'],
    orders.map(([name, { rank, meaning, setBy, tells, ended }]) => [
      rank,
      code(name),
      meaning,
      setBy,
      tells === null ? '–' : code(tells),
      ended ? 'yes' : 'no',
    ]),
  )

/** Every move goes up. Between two open states, and between two ends, each pair is an arrow. */
export function orderPicture(...marked) {
  assertKnown('order', ORDER_STATES, marked)
  const climb = (rows) =>
    rows.flatMap(([from], at) => rows.slice(at + 1).map(([to]) => `${from} --> ${to}`))
  const open = orders.filter(([, state]) => !state.ended)
  const ends = orders.filter(([, state]) => state.ended)
  const lines = [
    `[*] --> ${orders[0][0]}`,
    'state open {',
    ...climb(open).map((line) => `  ${line}`),
    '}',
    ...ends.map(([name]) => `open --> ${name}`),
    ...climb(ends),
  ]
  return picture(lines, marked)
}

/** By what a status means and which may follow. */
const TABLES = {
  subscription: SUBSCRIPTION_STATES,
  invoice: INVOICE_STATES,
  refund: REFUND_STATES,
  dispute: DISPUTE_STATES,
}

export function statusTable(what) {
  const states = TABLES[what]
  if (states === undefined) throw new Error(`no table of the states of ${what}`)
  const rows = Object.entries(states)
  const withAccess = rows.every(([, { access }]) => access !== undefined)
  return table(
    ['status', 'meaning', ...(withAccess ? ['access'] : []), 'may become'],
    rows.map(([name, { meaning, access, follows }]) => [
      code(name),
      meaning,
      ...(withAccess ? [access] : []),
      follows.length === 0 ? '–' : follows.map(code).join(', '),
    ]),
  )
}

/** So many arrows into one end are drawn as one, from all that they come from. */
const SHARED_MIN = 3
/** So many marked states make a picture of their own. */
const ENOUGH = 3

/**
 * All of a table; or, where a flow marks the states that it touches, these and the arrows between
 * them. Of few, also what may follow.
 */
export const statusPicture =
  (what) =>
  (...marked) => {
    const states = TABLES[what]
    assertKnown(what, states, marked)
    const rows = Object.entries(states).filter(
      ([name]) => marked.length === 0 || marked.includes(name),
    )
    const isShown = (to) => marked.length < ENOUGH || marked.includes(to)
    const going = rows.filter(([, { follows }]) => follows.length > 0)
    const isShared = (to) =>
      going.length >= SHARED_MIN && going.every(([, { follows }]) => follows.includes(to))
    const ends = Object.keys(states).filter((name) => states[name].follows.length === 0)
    const shared = ends.filter((to) => isShown(to) && isShared(to))
    const arrows = going.flatMap(([from, { follows }]) =>
      follows.filter((to) => isShown(to) && !shared.includes(to)).map((to) => `${from} --> ${to}`),
    )
    const lines = [
      ...rows.filter(([, { starts }]) => starts).map(([to]) => `[*] --> ${to}`),
      ...(shared.length === 0
        ? arrows
        : ['state live {', ...going.map(([name]) => `  ${name}`), '}', ...arrows]),
      ...shared.map((to) => `live --> ${to}`),
      ...rows.filter(([name]) => ends.includes(name)).map(([from]) => `${from} --> [*]`),
    ]
    return picture(lines, marked)
  }

function assertKnown(what, states, marked) {
  const unknown = marked.filter((name) => !Object.hasOwn(states, name))
  if (unknown.length > 0) throw new Error(`no ${what} has the status ${unknown}`)
}
