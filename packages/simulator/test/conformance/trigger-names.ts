// Names the triggers of the installed CLI and the event that each must make arrive.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { cliBinary } from './stripe-cli.ts'

export const transports = ['tcp', 'socket'] as const
export type Transport = (typeof transports)[number]

export const cliVersion: string = JSON.parse(
  readFileSync(
    new URL('../../../../node_modules/@stripe/cli/package.json', import.meta.url),
    'utf8',
  ),
).version

/** Asked of the CLI itself, so that a new version brings its new triggers along. */
export function triggerNames(): string[] {
  const help = execFileSync(cliBinary, ['trigger', '--help'], {
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      HOME: tmpdir(),
      STRIPE_CLI_TELEMETRY_OPTOUT: '1',
      HTTPS_PROXY: 'http://127.0.0.1:1',
    },
  })
  return [...help.matchAll(/^ {2}([a-z0-9_]+(?:\.[a-z0-9_]+)+)$/gm)].map(([, name = '']) => name)
}

/** Some triggers are named after a variant of the case and not after an event. */
export function eventOf(trigger: string): string {
  return trigger
    .replace(/^(issuing_.*)\.(eu|gb)$/, '$1')
    .replace(/^subscription\.(payment_(failed|succeeded))$/, 'invoice.$1')
}

/** Events of a connected account: its platform hears of them at the endpoints that are for such. */
export const isConnected = (event: string) => event.startsWith('account.')

/** Events without a snapshot: they reach event destinations of the v2 API only. */
export const isThin = (event: string) => event.startsWith('v1.')

/** The CLI sends the usage of a meter to https://meter-events.stripe.com: only the socket leads elsewhere. */
export function whyNot(trigger: string, transport: Transport): string | undefined {
  return transport === 'tcp' && trigger.startsWith('v1.billing.meter.')
    ? 'the CLI has the host meter-events.stripe.com fixed'
    : undefined
}
