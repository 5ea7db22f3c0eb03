// Goal: what docs/reference/schema.md promises to other languages holds in a real schema.
// Method: a role with exactly the grants of the page runs every SQL block of all documents, on the
// embedded database; the columns of the page are compared with the catalogue of the database.
import { readdirSync, readFileSync } from 'node:fs'
import type { Database, Transaction } from '@quittance/engine'
import { migrate } from '@quittance/engine/storage/migrate'
import { pglite } from '@quittance/engine/storage/pglite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = new URL('..', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const page = read('docs/reference/schema.md')

interface Statement {
  readonly path: string
  readonly sql: string
}

const paths = readdirSync(new URL('docs', root), { recursive: true })
  .map(String)
  .filter((path) => path.endsWith('.md') && !path.includes('decisions'))
  .map((path) => `docs/${path}`)

const withoutNotes = (sql: string) => sql.replaceAll(/--.*$/gm, '').trim()

const statements: readonly Statement[] = paths.flatMap((path) =>
  [...read(path).matchAll(/^```sql\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
    withoutNotes(block)
      .split(';')
      .map((sql) => ({ path, sql: sql.trim() }))
      .filter(({ sql }) => sql !== ''),
  ),
)

const isGrant = ({ sql }: Statement) => sql.startsWith('grant ')

let database: Database

beforeAll(async () => {
  database = await pglite()
  await migrate(database)
  await database.query('create role app')
  for (const { sql } of statements.filter(isGrant)) await database.query(sql)
})
afterAll(() => database.close())

/** As an app in any language would, with the rights that the page gives it. */
async function asApp<T>(run: (tx: Transaction) => Promise<T>): Promise<T> {
  return await database.transaction(async (tx) => {
    await tx.query('set local role app')
    return await run(tx)
  })
}

describe('SQL in the documents', () => {
  it('is there to be tried', () => {
    expect(statements.filter(isGrant).length).toBeGreaterThanOrEqual(2)
    expect(statements.length).toBeGreaterThanOrEqual(10)
  })

  it.each(statements.filter((each) => !isGrant(each)))('$path: $sql', async ({ sql }) => {
    await asApp((tx) => tx.query(sql))
  })

  it('could be refused: the app may write nothing, and read no payload', async () => {
    const refused = [
      'delete from quittance.buyers',
      "update quittance.orders set status = 'fulfilled'",
      'select * from quittance.payloads',
    ]
    for (const sql of refused) {
      await expect(asApp((tx) => tx.query(sql))).rejects.toThrow('permission denied')
    }
  })
})

const sections = [...page.matchAll(/^## quittance\.(\w+)\n([\s\S]*?)(?=^## )/gm)]
  .map(([, name = '', text = '']) => ({
    name,
    text,
    columns: [...text.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, column = '']) => column),
    ),
  }))
  .filter(({ columns }) => columns.length > 0)

interface Column extends Record<string, unknown> {
  readonly name: string
  readonly type: string
}

const COLUMNS = `
select column_name as name, data_type as type from information_schema.columns
where table_schema = 'quittance' and table_name = $1`

describe.each(sections)('quittance.$name', ({ name, text, columns }) => {
  const real = () => database.query<Column>(COLUMNS, [name])

  it('has the columns that the page names', async () => {
    const names = (await real()).map((column) => column.name)
    expect(names).toEqual(expect.arrayContaining(columns))
    // A view is for the app, and so all of it is on the page.
    if (/^A view/m.test(text)) expect([...columns].sort()).toEqual([...names].sort())
  })

  it('has them in the types that the page names', async () => {
    const types = new Map((await real()).map((column) => [column.name, column.type]))
    const rows = [...text.matchAll(/^\| (`[^|]+) \| ([\w, ]+) \|/gm)]
    for (const [, cell = '', given = ''] of rows) {
      const named = [...cell.matchAll(/`(\w+)`/g)].map(([, column = '']) => column)
      const shown = given.split(',').map((type) => type.trim())
      for (const [index, column] of named.entries()) {
        const type = types.get(column)?.replace(' with time zone', 'tz')
        expect({ column, type }).toEqual({
          column,
          type: shown[index] ?? shown[0],
        })
      }
    }
  })
})
