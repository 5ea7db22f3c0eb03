// Goal: the first signal drains and exits 0, the second exits at once.
// Method: a process of our own making that only remembers.
import { expect, it } from 'vitest'
import { createLogger } from '../src/log.ts'
import { type SignalSource, stopOnSignals } from '../src/signals.ts'

const silent = createLogger({ level: 'silent', format: 'json' })

function fakeProcess() {
  const listeners = new Map<string, () => void>()
  const exits: number[] = []
  const source: SignalSource = {
    on: (signal, listener) => listeners.set(signal, listener),
    exit: (code) => {
      exits.push(code)
    },
  }
  return { source, exits, raise: (signal: string) => listeners.get(signal)?.() }
}

it('exits 0 once stopping is done, not before', async () => {
  const { source, exits, raise } = fakeProcess()
  let finish = () => {}
  const stopped = new Promise<void>((resolve) => {
    finish = resolve
  })
  stopOnSignals(source, () => stopped, silent)
  raise('SIGTERM')
  expect(exits).toEqual([])
  finish()
  await stopped
  expect(exits).toEqual([0])
})

it('exits at once on a second signal, with its number', () => {
  const { source, exits, raise } = fakeProcess()
  stopOnSignals(source, () => new Promise(() => undefined), silent)
  raise('SIGTERM')
  raise('SIGINT')
  expect(exits).toEqual([130])
})

it('exits 1 when stopping fails', async () => {
  const { source, exits, raise } = fakeProcess()
  stopOnSignals(source, async () => Promise.reject(new Error('stuck')), silent)
  raise('SIGINT')
  await new Promise((resolve) => setImmediate(resolve))
  expect(exits).toEqual([1])
})
