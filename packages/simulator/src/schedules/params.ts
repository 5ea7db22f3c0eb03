/** The phases of a request, which older clients size by `iterations` of their prices. */

import type { FormNode, FormValue } from '../http/form.ts'
import { generatedFields, type ParamsOf } from '../http/generated-params.ts'
import { integer, list, type Spec } from '../http/params.ts'

type Sent = NonNullable<ParamsOf<'POST /v1/subscription_schedules'>['phases']>[number]

export interface PhaseEntry extends Omit<Sent, 'end_date' | 'trial_end'> {
  readonly iterations?: number | undefined
  readonly end_date?: 'now' | number | undefined
  /** Of updates, which name the phases that they keep. */
  readonly start_date?: 'now' | number | undefined
  readonly trial_end?: 'now' | number | undefined
}

/** The generated spec of the route's phases, and `iterations` beside it. */
export function phasesSpec(key: string): Spec<PhaseEntry[]> {
  const generated = generatedFields(key)?.phases
  if (!generated) throw new Error(`${key} has no phases.`)
  const iterations = integer(1)
  return {
    read(value, path) {
      const counts: (number | undefined)[] = []
      const raw: Spec<FormValue> = { read: (item) => item }
      const stripped = new Map<string, FormValue>()
      list(raw)
        .read(value, path)
        .forEach((item, index) => {
          const [count, rest] = withoutIterations(item)
          counts.push(
            count === undefined
              ? undefined
              : iterations.read(count, `${path}[${index}][iterations]`),
          )
          stripped.set(String(index), rest)
        })
      // Read by the very spec from which PhaseEntry's type was generated.
      const phases = generated.read(stripped.size === 0 ? '' : stripped, path) as PhaseEntry[]
      return phases.map((phase, index) => ({ ...phase, iterations: counts[index] }))
    },
  }
}

function withoutIterations(item: FormValue): readonly [FormValue | undefined, FormValue] {
  if (typeof item === 'string' || !item.has('iterations')) return [undefined, item]
  const rest: FormNode = new Map(item)
  rest.delete('iterations')
  return [item.get('iterations'), rest]
}
