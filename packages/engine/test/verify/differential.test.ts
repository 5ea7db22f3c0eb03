// Goal: our verify and the official library's agree, but for differences that are written down.
// Method: seeded valid and mutated deliveries through both; a listed difference that never occurs
// is as wrong as one that is not listed.
import { expect, it } from 'vitest'
import { DIFFERENCES, type DifferentialReport, runDifferential } from './differential.ts'
import { MUTATIONS } from './differential-cases.ts'

/** The full run asks for 100,000 and reads the counts from the output. */
const ASKED = process.env.DIFFERENTIAL_COUNT
const COUNT = Number(ASKED ?? 20_000)

it(`agrees with the official library on ${COUNT} deliveries`, () => {
  const report = runDifferential(COUNT, 20_261_121)
  if (ASKED !== undefined) console.log(JSON.stringify(printable(report)))
  expect(report.unlisted).toEqual([])
  expect(report.unlistedCount).toBe(0)
  expect(report.mutations.get('valid')).toBe(COUNT * 0.4)
  // 1,000 times each in the full run.
  for (const { name } of MUTATIONS) {
    expect(report.mutations.get(name), name).toBeGreaterThanOrEqual(COUNT / 100)
  }
  for (const { name } of DIFFERENCES) expect(report.differences.get(name), name).toBeGreaterThan(0)
  expect(report.accepted).toBeGreaterThan(COUNT * 0.4)
})

/** Maps print as {} in JSON. */
function printable(report: DifferentialReport) {
  const { mutations, differences } = report
  return {
    ...report,
    mutations: Object.fromEntries(mutations),
    differences: Object.fromEntries(differences),
  }
}

it('names every mutation and difference once', () => {
  for (const rows of [MUTATIONS, DIFFERENCES]) {
    const names = rows.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  }
})

it('replays a seed exactly', () => {
  expect(runDifferential(500, 7)).toEqual(runDifferential(500, 7))
  expect(runDifferential(500, 7)).not.toEqual(runDifferential(500, 8))
})
