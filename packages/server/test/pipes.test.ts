// Goal: output whose reader has gone ends no process; any other failure of a stream still does.
// Method: emitters for the rule; the real executable with its reader gone for the wiring.
import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { outliveReaders } from '../src/pipes.ts'

const fail = (code: string) => Object.assign(new Error(code), { code })

describe('a stream', () => {
  it('whose reader has gone is let be', () => {
    const stream = new EventEmitter()
    expect(() => stream.emit('error', fail('EPIPE'))).toThrow()
    outliveReaders([stream])
    expect(() => stream.emit('error', fail('EPIPE'))).not.toThrow()
  })
  it('that fails otherwise is heard', () => {
    const stream = new EventEmitter()
    outliveReaders([stream])
    expect(() => stream.emit('error', fail('ENOSPC'))).toThrow('ENOSPC')
  })
})

it('the executable says nothing when nobody reads its answer', async () => {
  const main = fileURLToPath(new URL('../bin/quittance.js', import.meta.url))
  const child = spawn(process.execPath, [main, 'help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let told = ''
  child.stderr.on('data', (chunk: Buffer) => {
    told += chunk.toString('utf8')
  })
  expect(await once(child, 'close')).toEqual([0, null])
  expect(told).toBe('')
})
