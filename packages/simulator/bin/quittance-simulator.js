#!/usr/bin/env node
// Owns the executable's name: committed, so that npm can link it before the package is built.
import { existsSync } from 'node:fs'

const built = new URL('../dist/cli.js', import.meta.url)
if (existsSync(built)) {
  await import(built.href)
} else {
  process.stderr.write(
    'quittance-simulator: not built yet. Run `npm run build` in the repository first.\n',
  )
  process.exitCode = 1
}
