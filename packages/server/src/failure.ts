// Owns how a failure is told to the person who started a process, and its exit code.
import { isEngineError } from '@quittance/engine'
import { ConfigError } from './config/problem.ts'
import { DataDirError } from './data-dir.ts'
import { mask } from './log.ts'

export interface Failure {
  /** What happened and the cure; without secrets. */
  readonly text: string
  /** 1: it failed. 2: the command line or the configuration is wrong. */
  readonly exitCode: 1 | 2
}

export function tellFailure(error: unknown): Failure {
  if (error instanceof ConfigError) return { text: error.message, exitCode: 2 }
  if (error instanceof DataDirError) return { text: error.message, exitCode: 1 }
  if (isEngineError(error)) {
    const text = `${mask(error.message)} (${error.code}). ${error.cure}`
    return { text, exitCode: error.code === 'CONFIG_INVALID' ? 2 : 1 }
  }
  const text = error instanceof Error ? `${error.name}: ${mask(error.message)}` : 'unknown error'
  return { text: `unexpected failure. ${text}`, exitCode: 1 }
}
