// Owns holding a run's rows against another run's and against Stripe, and what Stripe changes without saying so.
import { keyOf, type Rows, type StoredRow, TABLES } from './rows.ts'

/**
 * A column that Stripe changes without an event: the row keeps what Stripe said last, unless it is
 * asked about something else meanwhile. Either value is right then, and no third one.
 */
interface Silent {
  readonly table: string
  readonly column: string
  readonly why: string
  readonly when: (row: StoredRow, stripe: Rows) => boolean
}

const find = (rows: readonly StoredRow[] | undefined, id: unknown): StoredRow | undefined =>
  rows?.find((row) => row.id === id)

export const SILENT: readonly Silent[] = [
  {
    table: 'invoices',
    column: 'next_payment_attempt',
    why: 'an ended subscription’s open invoices are not tried again, and no invoice.updated says so',
    when: ({ status, subscription_id: id }, stripe) =>
      (status === 'open' || status === 'draft') &&
      find(stripe.subscriptions, id)?.status === 'canceled',
  },
]

const tableOf = (name: string) => TABLES.find((table) => table.name === name)

function isForgiven(name: string, column: string, row: StoredRow, stripe: Rows): boolean {
  return SILENT.some(
    (silent) => silent.table === name && silent.column === column && silent.when(row, stripe),
  )
}

const short = (value: unknown): string => JSON.stringify(value) ?? 'nothing'

export interface Against {
  readonly name: string
  readonly rows: Rows
  /** Where it is silent, what else may stand in the row. */
  readonly stripe: Rows
  readonly also: Rows
}

function faultsOfRow(
  name: string,
  key: string,
  row: StoredRow,
  expected: StoredRow,
  { name: who, stripe, also }: Against,
): string[] {
  const table = tableOf(name)
  const sameOf = (rows: Rows) =>
    rows[name]?.find((each) => table !== undefined && keyOf(table, each) === key)
  return Object.entries(expected).flatMap(([column, value]) => {
    if (short(row[column]) === short(value)) return []
    const isSilent = isForgiven(name, column, sameOf(stripe) ?? row, stripe)
    if (isSilent && short(row[column]) === short(sameOf(also)?.[column])) return []
    return [`${name} ${key}: ${column} is ${short(row[column])}, by ${who} ${short(value)}`]
  })
}

/** A draft that was thrown away: we remember it, Stripe does not. */
const isForgotten = (name: string, row: StoredRow): boolean =>
  name === 'invoices' && row.status === 'deleted'

/** What differs from `against`, in the columns that it has. */
export function differences(rows: Rows, against: Against): string[] {
  const faults: string[] = []
  for (const [name, expected] of Object.entries(against.rows)) {
    const table = tableOf(name)
    if (table === undefined) throw new TypeError(`there is no table ${name}`)
    const found = new Map((rows[name] ?? []).map((row) => [keyOf(table, row), row]))
    for (const row of expected) {
      const key = keyOf(table, row)
      const mine = found.get(key)
      if (mine === undefined) faults.push(`${name} ${key}: missing, by ${against.name} there`)
      else faults.push(...faultsOfRow(name, key, mine, row, against))
      found.delete(key)
    }
    for (const [key, row] of found) {
      const known = against.rows === against.stripe && isForgotten(name, row)
      if (!known) faults.push(`${name} ${key}: there, by ${against.name} not`)
    }
  }
  return faults
}
