// Goal: no test talks to a simulator that nobody checks. Method: the sources of all tests, read for the ways to get one.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as named from '@quittance/simulator'
import { expect, test } from 'vitest'
import { checkedSimulator } from '../schema/checked-simulator.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

function testFiles(): string[] {
  const folders = ['e2e', 'demo/test', 'docs']
  for (const name of readdirSync(join(root, 'packages'))) folders.push(`packages/${name}/test`)
  return folders
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap(walk)
    .map((file) => relative(root, file).split(sep).join('/'))
}

function walk(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.m?ts$/.test(name))
    .map((name) => join(folder, name))
}

test('the name of the package stands for the checked simulator in tests', () => {
  expect(named.createSimulator).toBe(checkedSimulator)
})

test('only the checked simulator takes the unchecked one from the sources', () => {
  const takers = testFiles().filter((file) =>
    /import\s[^;]*?\bcreateSimulator\b[^;]*?from '[^']*\/src\/(index|simulator)\.ts'/s.test(
      readFileSync(join(root, file), 'utf8'),
    ),
  )
  expect(takers).toEqual(['packages/simulator/test/schema/checked-simulator.ts'])
})
