// Owns what is said when the database refuses a statement: its SQLSTATE, what that means, and the cure.

interface Refusal {
  /** A SQLSTATE, or the class that its first two characters name. */
  readonly state: string
  readonly what: string
  readonly cure: string
  /** The server's message for these names roles and objects; others may quote a row's values. */
  readonly isQuotable: boolean
}

const REFUSALS: readonly Refusal[] = [
  {
    state: '42501',
    what: 'the role may not do this',
    cure:
      'Run `quittance migrate` as a role that may create in this database (`grant create on database … to …`) ' +
      'or that owns the schema quittance, and let that same role serve.',
    isQuotable: true,
  },
  {
    state: '28',
    what: 'the role may not log in',
    cure: 'Check the user and the password in DATABASE_URL, and that the server’s pg_hba.conf admits them.',
    isQuotable: true,
  },
  {
    state: '3D000',
    what: 'the database does not exist',
    cure: 'Create it (`createdb …`), or correct its name in DATABASE_URL.',
    isQuotable: true,
  },
  {
    state: '3F000',
    what: 'the schema does not exist',
    cure: 'Run `quittance migrate` first.',
    isQuotable: true,
  },
  {
    state: '42P01',
    what: 'a table does not exist',
    cure: 'Run `quittance migrate` first, as the role that owns the schema.',
    isQuotable: true,
  },
  {
    state: '25006',
    what: 'the database takes no writes',
    cure: 'Name the primary server in DATABASE_URL, not a replica.',
    isQuotable: true,
  },
  {
    state: '55P03',
    what: 'a lock was not to be had in time',
    cure: 'Something else holds it, such as a long transaction or another migration; try again when it has ended.',
    isQuotable: true,
  },
  {
    state: '57014',
    what: 'the statement was cancelled',
    cure: 'It ran into a time limit (statement_timeout); try again when the database has less to do, or raise the limit of this role.',
    isQuotable: true,
  },
]

const UNLISTED = {
  what: 'the database refused a statement',
  cure: 'The PostgreSQL manual lists this SQLSTATE; the words are in the log of the database server.',
  isQuotable: false,
}

interface DriverError {
  readonly sqlState: string
  readonly message: string
}

/** The text to print, or null when this error did not come from a database. */
export function databaseRefusal(error: unknown, mask: (text: string) => string): string | null {
  const found = driverErrorOf(error)
  if (found === null) return null
  const { sqlState, message } = found
  const { what, cure, isQuotable } = rowOf(sqlState)
  const quoted = isQuotable ? `: ${mask(message)}` : ''
  return `${what}${quoted} (DATABASE_REFUSED, SQLSTATE ${sqlState}). ${cure}`
}

/** The state itself before its class. */
function rowOf(sqlState: string): Omit<Refusal, 'state'> {
  const find = (state: string) => REFUSALS.find((each) => each.state === state)
  return find(sqlState) ?? find(sqlState.slice(0, 2)) ?? UNLISTED
}

/** Both drivers mark their errors so; five letters alone would take EPIPE for a SQLSTATE. */
function driverErrorOf(error: unknown): DriverError | null {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return null
  const { code, message } = error
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? { sqlState: code, message } : null
}
