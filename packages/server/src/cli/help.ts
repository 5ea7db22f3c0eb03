// Owns the texts of help, and what to suggest for a word that is no command.
import type { Command } from './command.ts'
import { COMMANDS, STRIPE_SUMMARY } from './registry.ts'

export function usageOf(command: Command): string {
  const words = command.arguments.map((name) => ` <${name}>`).join('')
  return `quittance ${command.name}${words} [options]`
}

export function helpOf(command: Command): string {
  const options = Object.entries({
    ...command.options,
    help: { type: 'boolean', short: 'h', description: 'Print this help.' } as const,
  }).map(([name, option]): [string, string] => {
    const short = 'short' in option && option.short !== undefined ? `-${option.short}, ` : ''
    const value = 'value' in option && option.value !== undefined ? ` <${option.value}>` : ''
    return [`${short}--${name}${value}`, option.description]
  })
  return [
    `${command.summary}.`,
    '',
    `Usage: ${usageOf(command)}`,
    '',
    'Options:',
    ...aligned(options),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
    '',
  ].join('\n')
}

export function generalHelp(): string {
  const rows = [...COMMANDS, STRIPE_SUMMARY].map(({ name, summary }): [string, string] => [
    name,
    summary,
  ])
  return [
    'Quittance: Stripe payments, taken exactly once.',
    '',
    'Usage: quittance <command> [options]',
    '',
    'Commands:',
    ...aligned([...rows, ['help <command>', 'Help for a command'], ['--version', 'The version']]),
    '',
    'Exit codes: 0 done, 1 failed, 2 wrong command line or configuration.',
    '',
  ].join('\n')
}

function aligned(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}

/** Further than this, a suggestion is a guess that sends people astray. */
const DISTANCE_MAX = 3

export function suggestionFor(words: string): string | null {
  const names = [...COMMANDS.map((command) => command.name), 'stripe', 'help']
  return nearestOf(words, names, DISTANCE_MAX)
}

/** The name that takes the fewest changes, if there are at most `max`. */
export function nearestOf(words: string, names: readonly string[], max: number): string | null {
  const ranked = names
    .map((name) => ({ name, distance: distance(words, name) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best !== undefined && best.distance <= max ? best.name : null
}

/** Levenshtein's distance, a row at a time. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= to.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
