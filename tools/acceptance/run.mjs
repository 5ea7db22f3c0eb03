// Runs one proof as a process of its own and reads its outcome; nothing is counted that did not run.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

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
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, output })
    })
  })
}

/** Runs test files; ok only if all of them passed, some ran, and none was skipped. */
export async function vitest(files, { cwd = process.cwd(), env = {}, timeoutMs = 600_000 } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'quittance-acceptance-'))
  const reportFile = join(directory, 'report.json')
  const started = Date.now()
  const { code, output } = await command(
    process.execPath,
    [join(cwd, 'node_modules/vitest/vitest.mjs'), 'run', ...files],
    { cwd, env: { ...env, TEST_REPORT: reportFile }, timeoutMs },
  )
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
