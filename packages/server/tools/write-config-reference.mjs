// Writes docs/reference/config.md from the built table of keys; a test fails when they part.
import { writeFileSync } from 'node:fs'
import { renderReference } from '../dist/config/keys.js'

writeFileSync(new URL('../../../docs/reference/config.md', import.meta.url), renderReference())
