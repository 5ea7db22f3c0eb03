// Goal: a directory that an app has open, or that nobody can write, is named with its own cure.
// Method: the CLI in this process, beside an embedded database that this test opened itself.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pglite } from '@quittance/engine/storage/pglite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../src/cli/main.ts'
import { claimDataDir } from '../src/data-dir.ts'

const isRoot = process.getuid?.() === 0
/** The user that owns nothing, by custom. */
const NOBODY = 65_534
const hasProc = existsSync('/proc/self')
if (!hasProc) process.stderr.write('skipped: DATA_DIR in /proc (there is none)\n')

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'quittance-dir-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

async function run(words: string, environment: Record<string, string>) {
  let out = ''
  let err = ''
  const code = await runCli(
    words.split(' '),
    {
      environment,
      directory,
      terminal: false,
      print: (text) => {
        out += text
      },
      complain: (text) => {
        err += text
      },
    },
    '1.2.3',
  )
  return { code, out, err }
}

describe('a directory that an app has open', () => {
  for (const below of ['', 'db']) {
    it(`is told from one without a server, at DATA_DIR/${below}`, async () => {
      const DATA_DIR = join(directory, `open-${below}`)
      mkdirSync(DATA_DIR)
      const database = await pglite({ dataDir: join(DATA_DIR, below) })
      try {
        const { code, err } = await run('events list', { DATA_DIR })
        expect(code).toBe(1)
        expect(err).toMatch(/an app has the directory .*open \(STORE_LOCKED\)/)
        expect(err).toMatch(/engine\.events and engine\.orders.*DATABASE_URL/)
        expect(err).not.toMatch(/quittance serve/)
      } finally {
        await database.close()
      }
      expect((await run('events list', { DATA_DIR })).err).toMatch(/no server is running/)
      const left = readdirSync(join(DATA_DIR, below)).filter((name) =>
        name.startsWith('engine.lock'),
      )
      expect(left).toEqual([])
    })
  }
  it('stays unmade when nobody made it', async () => {
    const DATA_DIR = join(directory, 'never')
    expect((await run('events list', { DATA_DIR })).err).toMatch(/no server is running/)
    expect(existsSync(DATA_DIR)).toBe(false)
  })
})

describe('a directory that cannot be written', () => {
  const keys = { STRIPE_API_KEY: 'sk_test_abcdef123456', STRIPE_WEBHOOK_SECRET: 'whsec_default' }
  for (const words of ['migrate', 'serve']) {
    it(`${words} names a file in the way, and the one below it`, async () => {
      const file = join(directory, `file-${words}`)
      writeFileSync(file, '')
      for (const DATA_DIR of [file, join(file, 'data')]) {
        expect(await run(words, { ...keys, DATA_DIR, PORT: '0' })).toEqual({
          code: 1,
          out: '',
          err: `quittance: DATA_DIR: ${DATA_DIR} cannot be written (EEXIST). Name another directory.\n`,
        })
      }
    })
  }
  it.skipIf(!hasProc)('is refused at once where Node would try for ever', async () => {
    const { code, err } = await run('migrate', { DATA_DIR: '/proc/quittance/data' })
    expect(code).toBe(1)
    expect(err).toMatch(/DATA_DIR: \/proc\/quittance\/data cannot be written \(ENOENT\)/)
  })
  it('names permissions', async () => {
    const closed = join(directory, 'closed')
    mkdirSync(closed, { mode: 0o555 })
    chmodSync(directory, 0o755)
    // Permissions do not hold root back, so root steps down for the moment.
    if (isRoot) process.seteuid?.(NOBODY)
    try {
      await expect(claimDataDir(join(closed, 'data'))).rejects.toThrow(/EACCES/)
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })
})

it('a new one is its owner’s alone, with those above it', async () => {
  const deep = join(directory, 'a', 'b')
  await claimDataDir(deep)
  await claimDataDir(deep)
  for (const each of [deep, join(deep, '..')]) expect(statSync(each).mode & 0o077).toBe(0)
})
