// Starts the system's Chromium for tests, and keeps screenshots where they can be looked at.
import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

/** Why no browser can be started here; undefined when one can. */
export const browserMissing = existsSync(executablePath)
  ? undefined
  : `no Chromium at ${executablePath} (set CHROMIUM_PATH)`

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}

const folder = fileURLToPath(new URL('../../../../artifacts/screenshots/', import.meta.url))

export async function keep(page: Page, name: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: `${folder}hosted-${name}.png`, fullPage: true })
}
