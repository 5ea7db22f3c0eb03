// Owns how many orders each flow is played in, and which of them one is asked to play again.
import { FLOWS, type Flow } from '../flows/index.ts'
import { HOUSES, type House } from './offers.ts'

export interface Planned {
  readonly flow: Flow
  readonly house: House
  /** The runs' numbers; a run's seed is the flow's name and its number. */
  readonly seeds: readonly number[]
}

const GIVEN = process.env.BILLING_ORDERS
/** Orders of each section of `reference/stripe.md`; `npm run acceptance` asks for 200. */
const ORDERS = Number(GIVEN ?? 1)
/** Unless told how many, `npm test` has time for one order of each eighth flow. */
const SAMPLED = 8
/** However many flows share a section, each is played in a tenth of its orders. */
const SHARE = 10

const ONLY_FLOW = process.env.BILLING_FLOW
const ONLY_SEED = process.env.BILLING_SEED

const isChosen = ({ name }: Flow, index: number): boolean =>
  ONLY_FLOW === undefined ? GIVEN !== undefined || index % SAMPLED === 0 : ONLY_FLOW === name

/** The flows of these sections, each with its share of the orders. */
export function plan(sections: readonly string[]): readonly Planned[] {
  return FLOWS.flatMap((flow, index): Planned[] => {
    if (!sections.includes(flow.section) || !isChosen(flow, index)) return []
    const house = HOUSES[index % HOUSES.length] ?? 'kind'
    const mates = FLOWS.filter(({ section }) => section === flow.section).length
    const runs = Math.max(Math.ceil(ORDERS / mates), Math.ceil(ORDERS / SHARE))
    // Which half a run is of follows from its number: flows that are played once begin with either.
    const seeds = Array.from({ length: runs }, (_, n) => n + (index % 4))
    return [{ flow, house, seeds: ONLY_SEED === undefined ? seeds : [Number(ONLY_SEED)] }]
  })
}

export const isReplay = ONLY_SEED !== undefined
/** All flows are played: only then are there figures to tell. */
export const isWhole = GIVEN !== undefined && ONLY_FLOW === undefined && !isReplay

/** How one run is played again, by itself. */
export const replayOf = ({ name }: Flow, seed: number): string =>
  `BILLING_FLOW='${name.replaceAll("'", "'\\''")}' BILLING_SEED=${seed} npx vitest run packages/engine/test/billing/permutations`
