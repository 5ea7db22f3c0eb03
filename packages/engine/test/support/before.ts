// Owns a database that does something of a test's before single statements: what comes between look and claim.
import type { Database, Row } from '../../src/ports/database.ts'

/** The same database; statements outside of transactions wait for `look`. */
export function before(
  database: Database,
  look: (sql: string, values: readonly unknown[]) => Promise<void>,
): Database {
  return {
    kind: database.kind,
    connectionsMax: database.connectionsMax,
    transaction: (work, options) => database.transaction(work, options),
    script: (tx, sql) => database.script(tx, sql),
    listen: (channel, wake) => database.listen(channel, wake),
    close: () => database.close(),
    async query<R extends Row>(sql: string, values: readonly unknown[] = []) {
      await look(sql, values)
      return await database.query<R>(sql, values)
    },
  }
}
