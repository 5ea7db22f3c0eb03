// Owns the way from words to an exit code: which command, which options, and how errors are told.
import { tellFailure } from '../failure.ts'
import { mask } from '../log.ts'
import { type CliContext, type Command, type ExitCode, UsageError } from './command.ts'
import { runStripe, STRIPE_HELP } from './commands/stripe.ts'
import { databaseRefusal } from './database-refusal.ts'
import { generalHelp, helpOf, suggestionFor, usageOf } from './help.ts'
import { Refused } from './operator.ts'
import { parseWords } from './parse.ts'
import { COMMANDS } from './registry.ts'

/** Runs one command line; every failure is told on standard error and becomes an exit code. */
export async function runCli(
  args: readonly string[],
  context: CliContext,
  version: string,
): Promise<ExitCode> {
  try {
    return await dispatch(args, context, version)
  } catch (error) {
    return report(error, context)
  }
}

async function dispatch(
  args: readonly string[],
  context: CliContext,
  version: string,
): Promise<ExitCode> {
  const [first, ...rest] = args
  if (first === undefined || first === '--help' || first === '-h') {
    context.print(generalHelp())
    return first === undefined ? 2 : 0
  }
  if (first === '--version' || first === '-v' || first === 'version') {
    context.print(`${version}\n`)
    return 0
  }
  if (first === 'help') {
    context.print(rest.length === 0 ? generalHelp() : helpFor(rest))
    return 0
  }
  if (first === 'stripe') return await runStripe(rest, context)
  const { command, words } = find(args)
  return await runCommand(command, words, context)
}

function helpFor(words: readonly string[]): string {
  return words[0] === 'stripe' ? STRIPE_HELP : helpOf(find(words).command)
}

/** Two words first, so that `events list` wins over a command that were named `events`. */
function find(args: readonly string[]): { command: Command; words: readonly string[] } {
  for (const count of [2, 1]) {
    const name = args.slice(0, count).join(' ')
    const command = COMMANDS.find((each) => each.name === name)
    if (command !== undefined) return { command, words: args.slice(count) }
  }
  const siblings = COMMANDS.filter((each) => each.name.startsWith(`${args[0]} `))
  const given = args.slice(0, siblings.length > 0 ? 2 : 1).join(' ')
  const suggestion = suggestionFor(args.slice(0, 2).join(' ')) ?? suggestionFor(given)
  if (siblings.length > 0 && (args.length === 1 || suggestion === null)) {
    const names = siblings.map((each) => `\`${each.name}\``).join(', ')
    throw new UsageError(`"${given}" is not a command. There is ${names}.`)
  }
  const hint = suggestion === null ? '' : ` Did you mean \`${suggestion}\`?`
  throw new UsageError(`"${given}" is not a command.${hint}`)
}

async function runCommand(
  command: Command,
  words: readonly string[],
  context: CliContext,
): Promise<ExitCode> {
  const { values, positionals } = parseWords(command, words)
  if (values.help === true) {
    context.print(helpOf(command))
    return 0
  }
  const missing = command.arguments[positionals.length]
  if (missing !== undefined) {
    throw new UsageError(`<${missing}> is missing. Usage: ${usageOf(command)}`, command.name)
  }
  const extra = positionals[command.arguments.length]
  if (extra !== undefined) {
    throw new UsageError(`"${extra}" is one word too many.`, command.name)
  }
  return await command.run({ ...context, options: values, positionals })
}

function report(error: unknown, { complain }: CliContext): ExitCode {
  if (error instanceof UsageError) {
    const help = error.command === null ? 'quittance help' : `quittance help ${error.command}`
    complain(`quittance: ${error.message}\nSee \`${help}\`.\n`)
    return 2
  }
  if (error instanceof Refused) {
    complain(`quittance: ${`${error.message} (${error.code}). ${error.cure}`.trimEnd()}\n`)
    return error.code === 'FILTER_INVALID' ? 2 : 1
  }
  const refusal = databaseRefusal(error, mask)
  if (refusal !== null) {
    complain(`quittance: ${refusal}\n`)
    return 1
  }
  const { text, exitCode } = tellFailure(error)
  complain(`quittance: ${text}\n`)
  return exitCode
}
