#!/usr/bin/env node
// Owns the executable `quittance`: this process's words, streams and exit code.
import { readFileSync } from 'node:fs'
import { runCli } from './cli/main.ts'
import { outliveReaders } from './pipes.ts'

outliveReaders([process.stdout, process.stderr])

const manifest: unknown = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
)
const version =
  typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'

process.exitCode = await runCli(
  process.argv.slice(2),
  {
    environment: process.env,
    directory: process.cwd(),
    terminal: process.stderr.isTTY === true,
    print: (text) => process.stdout.write(text),
    complain: (text) => process.stderr.write(text),
  },
  version,
)
