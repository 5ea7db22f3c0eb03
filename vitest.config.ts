import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const report = process.env.TEST_REPORT ?? ''

const FILES = [
  'packages/*/test/**/*.test.ts',
  'demo/test/**/*.test.ts',
  'e2e/**/*.test.ts',
  'docs/**/*.test.ts',
]
/** What `vi.mock` replaces stays replaced for the files that come after. */
const MOCKING = ['packages/simulator/test/account/faults.test.ts']

// Tests run against the sources, so that a red test never hides behind a stale build.
export default defineConfig({
  resolve: {
    alias: [
      // Whoever takes a simulator in a test gets the one that checks what it says.
      {
        find: /^@quittance\/simulator$/,
        replacement: source('./packages/simulator/test/schema/checked-index.ts'),
      },
      {
        find: /^@quittance\/(engine|simulator)$/,
        replacement: source('./packages/$1/src/index.ts'),
      },
      {
        find: /^@quittance\/(engine|simulator)\/(.+)$/,
        replacement: source('./packages/$1/src/$2.ts'),
      },
      { find: /^quittance$/, replacement: source('./packages/server/src/index.ts') },
    ],
  },
  test: {
    // Loading the sources anew for each file takes longer than most files; who replaces a module is alone.
    projects: [
      { extends: true, test: { name: 'all', isolate: false, include: FILES, exclude: MOCKING } },
      { extends: true, test: { name: 'mocking', include: MOCKING } },
    ],
    // Most tests wait for a database or a process: a small machine's default would run one file at a time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    setupFiles: [source('./packages/simulator/test/invariants/after-every-test.ts')],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The report is what .ci/run and the acceptance command count.
    reporters: report === '' ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
})
