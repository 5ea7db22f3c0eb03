// Runs one proof as a process of its own and reads its outcome; nothing is counted that did not run.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/** Resolves to the exit code and the output's end; a process past its time is killed and failed. */
export function command(file, args, { cwd, env = {}, timeoutMs }) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    let output = ''
    const keep = (chunk) => {
      output = `${output}${chunk}`.slice(-2_000_000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), timeoutMs)
    child.on('error', (error) => {
      clearTimeout(timer)
      resolve({ code: null, output: String(error) })
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, output })
    })
  })
}

/**
 * Runs test files; ok only if all of them passed, some ran, and none was skipped. `before` is a command that is given
 * the whole command line to run.
 */
export async function vitest(
  files,
  { cwd = process.cwd(), env = {}, timeoutMs = 600_000, before = [] } = {},
) {
  const directory = mkdtempSync(join(tmpdir(), 'quittance-acceptance-'))
  const reportFile = join(directory, 'report.json')
  const started = Date.now()
  const run = [process.execPath, join(cwd, 'node_modules/vitest/vitest.mjs'), 'run', ...files]
  const [file, ...args] = [...before, ...run]
  const { code, output } = await command(file, args, {
    cwd,
    env: { ...env, TEST_REPORT: reportFile },
    timeoutMs,
  })
  const seconds = Math.round((Date.now() - started) / 1000)
  try {
    const report = JSON.parse(readFileSync(reportFile, 'utf8'))
    const { numPassedTests: passed, numFailedTests: failed } = report
    const skipped = report.numPendingTests + report.numTodoTests
    const ok = code === 0 && failed === 0 && skipped === 0 && passed > 0
    return { ok, passed, failed, skipped, seconds, output }
  } catch {
    return { ok: false, passed: 0, failed: 0, skipped: 0, seconds, output }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

export const summary = ({ passed, failed, skipped, seconds }) =>
  `${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds} s`

const REASON_CHARACTERS = 2_000

/** Of a proof that failed: its first failure, by which it can be played again. Of another one nothing. */
export function reason({ ok, output }) {
  if (ok) return ''
  const plain = stripVTControlCharacters(output)
  const from = plain.indexOf(' FAIL ')
  return from < 0 ? plain.slice(-REASON_CHARACTERS) : plain.slice(from, from + REASON_CHARACTERS)
}
