// Owns what a command is: its words, its options, its help, and how it reports.
import type { ParseArgsConfig } from 'node:util'
import type { Environment } from '../config/environment.ts'

/** Everything a command touches of the world, so that tests can run it in this process. */
export interface CliContext {
  readonly environment: Environment
  readonly directory: string
  readonly terminal: boolean
  /** Standard output: answers only. */
  print(text: string): void
  /** Standard error: everything else. */
  complain(text: string): void
}

export type OptionValues = Readonly<Record<string, string | boolean | undefined>>

export interface Invocation extends CliContext {
  readonly options: OptionValues
  readonly positionals: readonly string[]
}

/** 0: done. 1: it failed. 2: the command line or the configuration is wrong. */
export type ExitCode = number

export interface CommandOption {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  /** How help shows the value: `--limit <n>`. */
  readonly value?: string
  readonly description: string
  /** What is wrong with a value, such as `is not a number`; null when it may be used. */
  readonly refuse?: (value: string) => string | null
}

/** For a value that is one of a few names. */
export const oneOf = (names: readonly string[]) => (value: string) =>
  names.includes(value) ? null : `is not one of ${names.join(', ')}`

/** For a count from 1 to `max`. */
export const countTo = (max: number) => (value: string) =>
  /^\d{1,9}$/.test(value) && Number(value) >= 1 && Number(value) <= max
    ? null
    : `is not a whole number from 1 to ${max}`

export interface Command {
  /** One or two words: `serve`, `events list`. */
  readonly name: string
  readonly summary: string
  /** Names of required positionals. */
  readonly arguments: readonly string[]
  readonly options: Readonly<Record<string, CommandOption>>
  readonly examples: readonly string[]
  run(invocation: Invocation): Promise<ExitCode>
}

/** Wrong use of the command line: exit code 2, with a pointer to help. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly command: string | null

  constructor(message: string, command: string | null = null) {
    super(message)
    this.command = command
  }
}

export function parseOptionsOf(command: Command): NonNullable<ParseArgsConfig['options']> {
  const entries = Object.entries(command.options).map(([name, { type, short }]) => [
    name,
    short === undefined ? { type } : { type, short },
  ])
  return { ...Object.fromEntries(entries), help: { type: 'boolean', short: 'h' } }
}

/** An option's text; undefined when it was not given. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}
