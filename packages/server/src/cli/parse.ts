// Owns reading a command's options, and saying in our words which one is wrong and what to give.
import { parseArgs } from 'node:util'
import { ENVIRONMENT_KEYS } from '../config/keys.ts'
import { type Command, type OptionValues, parseOptionsOf, UsageError } from './command.ts'
import { nearestOf } from './help.ts'

export interface Parsed {
  readonly values: OptionValues
  readonly positionals: readonly string[]
}

/** @throws UsageError naming the option. */
export function parseWords(command: Command, words: readonly string[]): Parsed {
  const parsed = parse(command, words)
  for (const [name, option] of Object.entries(command.options)) {
    const value = parsed.values[name]
    const wrong = typeof value === 'string' ? option.refuse?.(value) : undefined
    if (wrong !== undefined && wrong !== null) {
      throw new UsageError(`--${name}: ${JSON.stringify(value)} ${wrong}`, command.name)
    }
  }
  return parsed
}

function parse(command: Command, words: readonly string[]): Parsed {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      options: parseOptionsOf(command),
      allowPositionals: true,
    })
    const single = Object.entries(values).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.at(-1) : value,
    ])
    return { values: Object.fromEntries(single), positionals }
  } catch (error) {
    throw new UsageError(reworded(error, command, words), command.name)
  }
}

/** Node's advice is for whoever wrote the parser, so only the option's name is taken from it. */
function reworded(error: unknown, command: Command, words: readonly string[]): string {
  if (!(error instanceof Error) || !('code' in error)) return String(error)
  const option = /'(?:-\w, )?(--?[^' ]+)/.exec(error.message)?.[1] ?? ''
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return unknownOption(option, command, words)
  if (error.code !== 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') return error.message
  return error.message.includes('does not take')
    ? `${option} takes no value`
    : `${option} needs a value`
}

/** Further than this, a suggestion is a guess: the names are short. */
const OPTION_DISTANCE_MAX = 2

function unknownOption(option: string, command: Command, words: readonly string[]): string {
  const variable = option.replace(/^-+/, '').replaceAll('-', '_').toUpperCase()
  const row = ENVIRONMENT_KEYS.find(({ key }) => key === variable)
  if (row !== undefined) {
    const shown = row.secret ? '' : `=${valueGiven(option, words) ?? '…'}`
    return `unknown option ${option}; it is an environment variable: set ${variable}${shown}`
  }
  const names = [...Object.keys(command.options), 'help'].map((name) => `--${name}`)
  const near = nearestOf(option, names, OPTION_DISTANCE_MAX)
  return `unknown option ${option}${near === null ? '' : `, did you mean ${near}?`}`
}

/** `--port=5000` and `--port 5000`. */
function valueGiven(option: string, words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word === option || word.startsWith(`${option}=`))
  const inline = words[at]?.slice(option.length + 1) ?? ''
  const next = words[at + 1]
  if (inline !== '') return inline
  return next?.startsWith('-') === true ? undefined : next
}
