// Set-up of every test file: after each test the books of each open simulator balance, and in the end none is left open.
import { afterAll, afterEach } from 'vitest'
import { openSimulators } from './open-simulators.ts'

afterEach(() => {
  for (const simulator of openSimulators) simulator.assertBooks()
})

afterAll(() => {
  const left = openSimulators.size
  openSimulators.clear()
  // Only closing reports what deviated.
  if (left > 0) throw new Error(`${left} simulators were not closed, so nobody read their report.`)
})
