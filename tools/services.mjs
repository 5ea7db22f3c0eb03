// Finds the PostgreSQL that tests may use: DATABASE_URL, else one on this machine that lets us in.
import pg from 'pg'

const LOCAL = 'postgres://postgres@127.0.0.1:5432/postgres'

async function answers(url) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** A URL that answers, or null. */
export async function findDatabase() {
  const given = process.env.DATABASE_URL ?? ''
  const url = given === '' ? LOCAL : given
  return (await answers(url)) ? url : null
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const url = await findDatabase()
  if (url !== null) process.stdout.write(`${url}\n`)
}
