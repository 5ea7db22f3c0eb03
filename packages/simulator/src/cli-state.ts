/** Keeps the simulator's state in a file between runs: `--state FILE`. */
import { readFile, rename, writeFile } from 'node:fs/promises'
import type { Simulator } from './types.ts'

/** Takes up what the file holds; a file that is not there yet is a fresh start. Answers whether there was one. */
export async function loadState(simulator: Simulator, file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new TypeError(`--state cannot be read: ${String(error)}. Choose another file.`)
  })
  if (text === undefined) return false
  try {
    simulator.restore(JSON.parse(text))
    return true
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new TypeError(
      `--state ${file} cannot be taken up: ${why} Move the file away to start afresh; it is left as it is.`,
    )
  }
}

/** Beside the file first, so that a crash leaves the old state whole. */
export async function saveState(simulator: Simulator, file: string): Promise<void> {
  const beside = `${file}.new`
  await writeFile(beside, JSON.stringify(simulator.snapshot()), { mode: 0o600 })
  await rename(beside, file)
}
