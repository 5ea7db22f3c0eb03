// Owns the browser of the tests: the system's own Chromium, its pictures, and when to do without.
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'

const PATHS = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

const found = PATHS.find((path) => path !== '' && existsSync(path))

/** Why the browser tests cannot run here; null when they can. In CI this is a failure instead. */
export const noBrowser: string | null =
  found === undefined ? 'no Chromium found; set CHROMIUM_PATH or install it' : null

if (noBrowser !== null) {
  if (process.env.CI === 'true') throw new Error(noBrowser)
  process.stderr.write(`skipped: browser tests (${noBrowser})\n`)
}

/** Without its calls home, which would hang where there is no network. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
]

export async function launch(): Promise<Browser> {
  if (found === undefined) throw new Error(noBrowser ?? 'no browser')
  return await chromium.launch({ executablePath: found, args: ARGUMENTS })
}

const SCREENSHOTS = fileURLToPath(new URL('../../artifacts/screenshots/', import.meta.url))

/** Kept as artefacts of the run, for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true })
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true })
}

export const DESKTOP = { width: 1280, height: 860 }
export const PHONE = { width: 390, height: 844 }
