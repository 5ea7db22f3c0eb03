// Owns the simulator's state between two starts of the demo: a file in the data directory.
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Timers } from '@quittance/engine'
import type { Simulator } from '@quittance/simulator'

export interface KeptState {
  /** Takes up what an earlier run left. What cannot be is a fresh start: answers why, else null. */
  takeUp(): Promise<string | null>
  /** Something has changed: it is written soon, so that a killed process forgets little. */
  changed(): void
  /** Writes the last state. */
  close(): Promise<void>
}

const SAVE_AFTER_MS = 400

/** Stripe never forgets a customer, and an app whose Stripe did would be at odds with it for ever. */
export function keptState(simulator: Simulator, dataDir: string, timers: Timers): KeptState {
  const file = join(dataDir, 'simulator.json')
  let cancel: (() => void) | null = null
  let saving: Promise<void> = Promise.resolve()

  /** One after another, and beside the file first: a crash leaves the old state whole. */
  function save(): Promise<void> {
    saving = saving.then(async () => {
      await writeFile(`${file}.new`, JSON.stringify(simulator.snapshot()), { mode: 0o600 })
      await rename(`${file}.new`, file)
    })
    return saving
  }

  return {
    async takeUp() {
      const text = await readFile(file, 'utf8').catch(() => null)
      if (text === null) return null
      try {
        simulator.restore(JSON.parse(text))
        return null
      } catch (error) {
        return error instanceof Error ? error.message : String(error)
      }
    },
    changed() {
      cancel ??= timers.after(SAVE_AFTER_MS, () => {
        cancel = null
        // A full disk must not end the demo; the last word is `close`.
        save().catch(() => undefined)
      })
    },
    async close() {
      cancel?.()
      cancel = null
      await saving.catch(() => undefined)
      saving = Promise.resolve()
      await save()
    },
  }
}
