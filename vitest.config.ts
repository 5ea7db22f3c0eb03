import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const report = process.env.TEST_REPORT ?? ''

// Tests run against the sources, so that a red test never hides behind a stale build.
export default defineConfig({
  resolve: {
    alias: [
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
    include: [
      'packages/*/test/**/*.test.ts',
      'demo/test/**/*.test.ts',
      'e2e/**/*.test.ts',
      'docs/**/*.test.ts',
    ],
    // Most tests wait for a database or a process: a small machine's default would run one file at a time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The report is what .ci/run and the acceptance command count.
    reporters: report === '' ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
})
