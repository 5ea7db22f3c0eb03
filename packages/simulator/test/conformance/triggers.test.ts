// Goal: the official CLI works unchanged. Method: every trigger that it knows, each with an account of its own; exit 0
// alone proves nothing, so the named event must arrive, signed and of Stripe's shape.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { cliMissing } from './stripe-cli.ts'
import { transports, triggerNames, whyNot } from './trigger-names.ts'
import { runTriggers, type TriggerRun } from './triggers.ts'

/** `tcp`, `socket` or `tcp,socket`; the command `npm run triggers` sets these three. */
const chosen = (process.env.TRIGGERS_TRANSPORT ?? 'socket').split(',')
/** Patterns such as `invoice.*`. */
const only = process.env.TRIGGERS_ONLY?.split(',') ?? ['*']
const report = process.env.TRIGGERS_REPORT

const runMsMax = 600_000

const matches = (name: string) =>
  only.some((pattern) =>
    new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(name),
  )

if (cliMissing) console.log(`skipped: the CLI's triggers, because ${cliMissing}`)
const names = cliMissing ? [] : triggerNames().filter(matches)
const runs = new Map<string, TriggerRun>()

describe.skipIf(cliMissing).each(transports.filter((name) => chosen.includes(name)))(
  'the official CLI over %s',
  (transport) => {
    const possible = names.filter((name) => whyNot(name, transport) === undefined)

    beforeAll(async () => {
      runs.set(transport, await runTriggers(transport, possible))
      if (report === undefined) return
      mkdirSync(dirname(report), { recursive: true })
      writeFileSync(report, JSON.stringify(Object.fromEntries(runs)))
    }, runMsMax)

    test.each(possible)('trigger %s', (trigger) => {
      const result = runs.get(transport)?.results.find((row) => row.trigger === trigger)
      expect(result, result?.hint).toMatchObject({
        exit: 0,
        received: true,
        signed: true,
        violations: [],
      })
    })

    test('every answer and event of all triggers has the shape of the official types', () => {
      const run = runs.get(transport)
      expect(run?.violations).toEqual([])
      expect(run?.checked).toBeGreaterThan(possible.length * 2)
    })
  },
)
