// Owns the index of the flows: it is read out of their pages, so that it names what they tell.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { code, table } from './table.mjs'

const DIRECTORY = join('docs', 'flows')

/** In the order of Stripe's reference, which is the order of a buyer's life. */
const ORDER = [
  'one-time-payment',
  'decline-and-3d-secure',
  'delayed-payment',
  'expiry',
  'refunds',
  'disputes',
  'subscription-sign-up',
  'renewal',
  'failed-renewal',
  'authentication-needed',
  'trials',
  'plan-change',
  'cancellation',
  'pauses',
  'entitlements',
  'customer-deleted',
]

/** The events that a page has a row about: those that its flow tells. */
export const toldOn = (text) =>
  [...text.matchAll(/^\| `((?:order|subscription|invoice|access)\.\w+)` \|/gm)].map(
    (match) => match[1],
  )

export function flowTable() {
  const pages = readdirSync(DIRECTORY).filter((name) => name !== 'README.md')
  const missing = pages.filter((name) => !ORDER.includes(name.replace(/\.md$/, '')))
  if (missing.length > 0) throw new Error(`tools/docs/flows.mjs does not place ${missing}`)
  return table(
    ['flow', 'facts and observations'],
    ORDER.map((name) => {
      const text = readFileSync(join(DIRECTORY, `${name}.md`), 'utf8')
      const title = /^# (.+)$/m.exec(text)?.[1] ?? name
      return [`[${title}](${name}.md)`, toldOn(text).map(code).join(', ') || '–']
    }),
  )
}
