// A simulator whose every answer and event is held against Stripe's own types; closing it reports what was not.
import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/index.ts'
import { stripeShapeViolations } from './validate.ts'

export interface CheckedSimulator extends Simulator {
  /** Every deviation so far, each once, with the call or event that showed it. */
  violations(): readonly string[]
  /** How many answers and events were judged: a check that saw nothing proves nothing. */
  checkedCount(): number
  /** Closes, then throws when anything deviated, so that the hook which closes fails the run. */
  close(): Promise<void>
}

/** Paths that Stripe's API reference does not describe; the official CLI uses them, the SDK has no type. */
const undescribed = /^\/(v1\/(payment_pages|stripecli)\b|_sim\b|c\/)/

export async function checkedSimulator(options: SimulatorOptions = {}): Promise<CheckedSimulator> {
  const found = new Set<string>()
  let checked = 0
  const check = (label: string, body: unknown) => {
    checked += 1
    for (const violation of stripeShapeViolations(body)) found.add(`${label}: ${violation}`)
  }
  const simulator = await createSimulator({
    ...options,
    onResponse(answer) {
      options.onResponse?.(answer)
      if (undescribed.test(answer.path)) return
      check(`${answer.method} ${withoutIds(answer.path)} ${answer.status}`, answer.body)
    },
    onEvent(event) {
      options.onEvent?.(event)
      check('event', event)
    },
  })
  return {
    ...simulator,
    violations: () => [...found],
    checkedCount: () => checked,
    async close() {
      await simulator.close()
      if (found.size === 0) return
      throw new Error(`the simulator deviates from Stripe's types:\n${[...found].join('\n')}`)
    },
  }
}

/** `/v1/charges/ch_123?expand=…` → `/v1/charges/:id`, so that one deviation is one line. */
function withoutIds(path: string): string {
  return path
    .replace(/\?.*$/, '')
    .replace(/\/[a-z]+_[A-Za-z0-9_]+/g, (part) => (/\d/.test(part) ? '/:id' : part))
}
