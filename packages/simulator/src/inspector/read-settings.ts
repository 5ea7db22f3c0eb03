/** Reads what is set in an account: chaos, billing rules, test clocks. */

import type { BillingRules } from '../rules.ts'
import type { ApiChaos, Chaos } from '../types.ts'
import type { Account } from '../world/account.ts'

interface ChaosSeen {
  /** Whether anything can go wrong. */
  readonly isOn: boolean
  readonly deliveries: Chaos | null
  readonly api: Required<ApiChaos>
}

export function chaosSeen({ dispatcher, trouble }: Account): ChaosSeen {
  const { chaos } = dispatcher
  const api = trouble.state
  const risks = [
    chaos?.duplicate,
    chaos?.twin,
    chaos?.drop,
    chaos?.errorBefore,
    chaos?.errorAfter,
    chaos?.reorderWindow,
    chaos?.delayMs?.[1],
    api.failNext,
    api.latencyMs,
    api.dropResponse,
  ]
  // The API's part is spent request by request, so what was asked for once is no news.
  const { api: _, ...deliveries } = chaos ?? { seed: 0 }
  return { isOn: risks.some((risk = 0) => risk > 0), deliveries: chaos && deliveries, api }
}

/** As `POST /_sim/billing` takes it: JSON has no Infinity. */
export function rulesSeen({ rules }: Account): Record<keyof BillingRules, unknown> {
  const shown: Record<string, unknown> = { ...rules }
  for (const [name, value] of Object.entries(shown)) {
    if (value === Number.POSITIVE_INFINITY) shown[name] = null
  }
  return { ...rules, ...shown }
}

export interface ClockSeen {
  readonly id: string
  readonly name: string | null
  readonly frozenTime: number
  readonly status: string
  readonly customers: number
}

export function testClocksSeen({ db }: Account): ClockSeen[] {
  return db.all('test_helpers.test_clock').map(({ id, name, frozen_time, status }) => ({
    id,
    name,
    frozenTime: frozen_time,
    status,
    customers: db.where('customer', 'test_clock', id).length,
  }))
}
