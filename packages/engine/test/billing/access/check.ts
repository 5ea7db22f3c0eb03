// Owns the form of a table test: a buyer's situation, a moment, and what is said of a feature then.
import { expect, test } from 'vitest'
import { at, look, order, type Situation, subscription } from './make.ts'

export interface Row extends Situation {
  readonly name: string
  readonly feature?: string
  /** When it is looked at: the 10th unless told. */
  readonly moment?: number
  readonly says: string
  readonly until?: number
}

/** `says` is "yes" or "no", and the reason. */
export const check = ({
  name,
  feature = 'export',
  moment = at(10),
  says,
  until,
  ...situation
}: Row): void =>
  test(name, () => {
    const found = look(situation, feature, moment)
    expect(`${found.granted ? 'yes' : 'no'}, ${found.reason}`).toBe(says)
    expect(found.until?.getTime() ?? null).toBe(until ?? null)
  })

export const sub = (over: Parameters<typeof subscription>[0]) => ({
  subscriptions: [subscription(over)],
})

export const buy = (over: Parameters<typeof order>[0]) => ({ orders: [order(over)] })
