// What must hold of an account's money at every moment, whatever a test did: judged over its rows, not by its code.
export type Row = Readonly<Record<string, unknown>>

export interface Books {
  /** What `GET /v1/balance` answers. */
  readonly balance: Row
  /** Every row of the account, of whatever kind. */
  readonly rows: readonly Row[]
}

type Ledger = ReadonlyMap<unknown, readonly Row[]>

/** Every law that is broken, each with the object that breaks it. */
export function ledgerViolations({ balance, rows }: Books): string[] {
  const ledger = groupBy(rows, (row) => row.object)
  return [
    ...balanceIsSum(ledger, balance),
    ...movementsAreBooked(ledger),
    ...invoicesArePaidByPayments(ledger),
    ...sessionsArePaidByIntents(ledger),
  ]
}

/** The sum of `balance_transactions.net` is the balance. */
function balanceIsSum(ledger: Ledger, balance: Row): string[] {
  const booked = new Map<string, number>()
  const found: string[] = []
  for (const row of all(ledger, 'balance_transaction')) {
    if (numberOf(row, 'net') !== numberOf(row, 'amount') - numberOf(row, 'fee')) {
      found.push(`${row.id}: net ${row.net} is not amount ${row.amount} less fee ${row.fee}`)
    }
    if (row.balance_type === 'issuing') continue
    add(booked, String(row.currency), numberOf(row, 'net'))
  }
  const shown = new Map<string, number>()
  for (const part of ['available', 'pending']) {
    for (const line of rowsOf(balance[part])) {
      add(shown, String(line.currency), numberOf(line, 'amount'))
    }
  }
  for (const currency of new Set([...booked.keys(), ...shown.keys()])) {
    const [sum, said] = [booked.get(currency) ?? 0, shown.get(currency) ?? 0]
    if (sum !== said) {
      found.push(`the balance says ${said} ${currency}, its transactions add up to ${sum}`)
    }
  }
  return found
}

/** Money that a charge took or a refund gave back is booked, once. */
function movementsAreBooked(ledger: Ledger): string[] {
  const booked = byId(ledger, 'balance_transaction')
  const found: string[] = []
  const expect = (row: Row, amount: number) => {
    const entry = booked.get(idOf(row.balance_transaction))
    const same = entry?.currency === row.currency
    if (entry?.source !== row.id || (same && entry && numberOf(entry, 'amount') !== amount)) {
      found.push(`${row.id}: ${amount} is not booked (${entry?.id ?? 'no transaction'})`)
    }
  }
  for (const charge of all(ledger, 'charge')) {
    if (charge.status === 'succeeded' && charge.captured === true) {
      expect(charge, numberOf(charge, 'amount_captured'))
    }
  }
  for (const refund of all(ledger, 'refund')) {
    const isMoney = refund.status === 'succeeded' && idOf(refund.balance_transaction) !== ''
    if (isMoney) expect(refund, -numberOf(refund, 'amount'))
  }
  return found
}

/** An invoice is paid exactly when its payment succeeded, nothing was due, or it was paid out of band. */
function invoicesArePaidByPayments(ledger: Ledger): string[] {
  const intents = byId(ledger, 'payment_intent')
  const charges = byId(ledger, 'charge')
  const payments = groupBy(all(ledger, 'invoice_payment'), ({ invoice }) => idOf(invoice))
  const succeeded = (payment: Row): boolean => {
    const by = recordOf(payment.payment)
    if (by.type === 'payment_record') return payment.status === 'paid'
    const row = intents.get(idOf(by.payment_intent)) ?? charges.get(idOf(by.charge))
    return row?.status === 'succeeded'
  }
  const found: string[] = []
  for (const invoice of all(ledger, 'invoice')) {
    const own = payments.get(idOf(invoice)) ?? []
    for (const payment of own.filter((one) => (one.status === 'paid') !== succeeded(one))) {
      const state = succeeded(payment) ? 'succeeded' : 'not succeeded'
      found.push(`${payment.id} of ${invoice.id} is ${payment.status}, its payment has ${state}`)
    }
    const due = numberOf(invoice, 'amount_due')
    const paid = sum(own.filter(succeeded), 'amount_paid')
    const outOfBand = numberOf(invoice, 'amount_paid_off_stripe')
    const isCovered = due <= 0 || paid + outOfBand >= due
    if (invoice.status === 'paid' && !isCovered) {
      found.push(
        `${invoice.id} is paid; due ${due}, its payments ${paid}, out of band ${outOfBand}`,
      )
    }
    if (invoice.status !== 'paid' && due > 0 && isCovered) {
      found.push(`${invoice.id} is ${invoice.status}, and its payments ${paid} cover ${due}`)
    }
  }
  return found
}

/** In payment mode a session is complete and paid exactly when its intent succeeded. */
function sessionsArePaidByIntents(ledger: Ledger): string[] {
  const intents = byId(ledger, 'payment_intent')
  const found: string[] = []
  for (const session of all(ledger, 'checkout.session')) {
    if (session.mode !== 'payment') continue
    const isPaid = session.status === 'complete' && session.payment_status === 'paid'
    const intent = intents.get(idOf(session.payment_intent))
    if (isPaid !== (intent?.status === 'succeeded')) {
      found.push(
        `${session.id} is ${session.status} and ${session.payment_status}, its intent ${intent?.id ?? '(none)'} is ${intent?.status ?? 'missing'}`,
      )
    }
  }
  return found
}

function groupBy(rows: readonly Row[], keyOf: (row: Row) => unknown): Map<unknown, Row[]> {
  const groups = new Map<unknown, Row[]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group) group.push(row)
    else groups.set(keyOf(row), [row])
  }
  return groups
}

function all(ledger: Ledger, object: string): readonly Row[] {
  return ledger.get(object) ?? []
}

function byId(ledger: Ledger, object: string): ReadonlyMap<string, Row> {
  return new Map(all(ledger, object).map((row) => [String(row.id), row]))
}

/** A link holds an id, or the object itself. */
function idOf(link: unknown): string {
  if (typeof link === 'string') return link
  const { id } = recordOf(link)
  return typeof id === 'string' ? id : ''
}

function recordOf(value: unknown): Row {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function rowsOf(value: unknown): Row[] {
  return Array.isArray(value) ? value.map(recordOf) : []
}

function numberOf(row: Row, key: string): number {
  const value = row[key]
  return typeof value === 'number' ? value : 0
}

function sum(rows: readonly Row[], key: string): number {
  return rows.reduce((total, row) => total + numberOf(row, key), 0)
}

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value)
}
