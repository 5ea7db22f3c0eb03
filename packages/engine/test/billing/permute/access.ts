// Owns holding a run's access against a brute-force reading of Stripe's objects: every buyer, every feature, at every turn.
import { disagreements, turnsOf } from '../brute-access.ts'
import { readBuyer } from '../buyer-at-stripe.ts'
import { billingOf, CATALOGUE, type House } from './offers.ts'
import type { Rig } from './rig.ts'

interface BuyerKey extends Record<string, unknown> {
  readonly userId: string | null
  readonly customerId: string | null
}

const BUYERS = 'select user_id as "userId", customer_id as "customerId" from quittance.buyers'

/** A second before a moment at which something ends by time, at it, and a second after. */
const around = (turn: number): readonly number[] => [turn - 1, turn, turn + 1]

/** `now` is the moment that the run is looked at, in unix seconds. */
export async function faultsOfAccess(rig: Rig, house: House, now: number): Promise<string[]> {
  const buyers = await rig.database.database.query<BuyerKey>(BUYERS)
  const faults: string[] = []
  for (const buyer of buyers) faults.push(...(await faultsOfBuyer(rig, house, buyer, now)))
  return faults
}

async function faultsOfBuyer(
  { engine, stage, visits }: Rig,
  house: House,
  { userId, customerId }: BuyerKey,
  now: number,
): Promise<readonly string[]> {
  const who = userId === null ? { customerId: customerId ?? '' } : { userId }
  const mine = visits.filter((visit) => userId !== null && visit.userId === userId)
  const purchases = await Promise.all(
    mine.map(async (visit) => ({
      ...visit,
      fulfilledAt: (await engine.orders.get(visit.orderId))?.fulfilledAt ?? null,
    })),
  )
  const customers = customerId === null ? [] : [customerId]
  const buyer = await readBuyer(stage.stripe, { customers, purchases })
  const rules = { catalogue: CATALOGUE, policies: billingOf(house).policies ?? {} }
  const known = await engine.access.get(who)
  const turns = known.flatMap(({ feature }) => turnsOf(buyer, feature, rules))
  const ask = (at: Date) => engine.access.get(who, { at })
  return await disagreements(ask, buyer, rules, [now, ...turns.flatMap(around)])
}
