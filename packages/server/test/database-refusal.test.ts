// Goal: a database that says no is told with its SQLSTATE and a cure, and without a secret or a row's value.
// Method: errors of the embedded database's driver; on PostgreSQL the command itself, as a role without rights.
import { tmpdir } from 'node:os'
import { PGlite } from '@electric-sql/pglite'
import { systemRandom } from '@quittance/engine'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databaseRefusal } from '../src/cli/database-refusal.ts'
import { runCli } from '../src/cli/main.ts'
import { mask } from '../src/log.ts'

class DriverError extends Error {
  readonly code: string
  readonly severity = 'ERROR'

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

const told = (error: unknown) => databaseRefusal(error, mask)

describe('what is told of a refusal', () => {
  const rows: readonly (readonly [string, RegExp])[] = [
    ['42501', /may not do this.*grant create on database/],
    ['28P01', /may not log in.*password in DATABASE_URL/],
    ['28000', /may not log in/],
    ['3D000', /does not exist.*createdb/],
    ['25006', /takes no writes.*primary/],
    ['57014', /cancelled.*statement_timeout/],
  ]
  for (const [state, expected] of rows) {
    it(`${state} with its meaning and a cure`, () => {
      const text = told(new DriverError(state, 'the words of the server')) ?? ''
      expect(text).toMatch(expected)
      expect(text).toContain(`: the words of the server (DATABASE_REFUSED, SQLSTATE ${state}). `)
    })
  }

  it('the words of the real driver, where they name objects only', async () => {
    const database = new PGlite()
    const error = await database.query('select * from nowhere').catch((thrown: unknown) => thrown)
    expect(told(error)).toMatch(/"nowhere" does not exist \(DATABASE_REFUSED, SQLSTATE 42P01\)/)
    const valued = await database.query("select 'ada'::int").catch((thrown: unknown) => thrown)
    expect(told(valued)).toMatch(/refused a statement \(DATABASE_REFUSED, SQLSTATE 22P02\)/)
    expect(told(valued)).not.toContain('ada')
    await database.close()
  })

  it('masks what a message should not have held', () => {
    const text = told(new DriverError('42501', 'permission denied for whsec_sesame'))
    expect(text).not.toContain('sesame')
  })

  it('leaves other errors to others', () => {
    const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
    for (const error of [broken, new Error('plain'), 'text', null]) expect(told(error)).toBeNull()
  })
})

const serverUrl = process.env.DATABASE_URL ?? ''
if (serverUrl === '') {
  process.stderr.write('skipped: refusals of a real PostgreSQL (no DATABASE_URL)\n')
}

describe.skipIf(serverUrl === '')('quittance migrate on PostgreSQL', () => {
  const name = `quittance_refused_${systemRandom.hex(6)}`
  const password = systemRandom.hex(12)
  let admin: Client

  beforeAll(async () => {
    admin = new Client({ connectionString: serverUrl })
    await admin.connect()
    await admin.query(`create database ${name}`)
    await admin.query(`create role ${name} login password '${password}'`)
  })
  afterAll(async () => {
    await admin.query(`drop database if exists ${name} with (force)`)
    await admin.query(`drop role if exists ${name}`)
    await admin.end()
  })

  async function migrate(change: (url: URL) => void) {
    const url = new URL(serverUrl)
    url.pathname = `/${name}`
    url.username = name
    url.password = password
    change(url)
    let err = ''
    const code = await runCli(
      ['migrate'],
      {
        environment: { DATABASE_URL: url.href },
        directory: tmpdir(),
        terminal: false,
        print: () => undefined,
        complain: (text) => {
          err += text
        },
      },
      '0.0.0',
    )
    expect(err).not.toContain(password)
    return { code, err }
  }

  it('as a role that may not create', async () => {
    const { code, err } = await migrate(() => undefined)
    expect(code).toBe(1)
    expect(err).toContain(`permission denied for database ${name}`)
    expect(err).toMatch(/\(DATABASE_REFUSED, SQLSTATE 42501\)\. .*grant create on database/)
  })

  it('on a database that is not there', async () => {
    const { code, err } = await migrate((url) => {
      url.pathname = `/${name}_elsewhere`
    })
    expect(code).toBe(1)
    expect(err).toMatch(/SQLSTATE 3D000\)\. Create it/)
  })
})
