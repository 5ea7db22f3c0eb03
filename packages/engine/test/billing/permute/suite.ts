// Owns the tests of some sections: each flow undisturbed, then in its orders, and what is judged of each run.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backends } from '../../support/databases.ts'
import { FLOWS, type Flow, stateOf } from '../flows/index.ts'
import { faultsOfAccess } from './access.ts'
import { faultsOfObservations } from './agreement.ts'
import { differences } from './compare.ts'
import { Dice } from './dice.ts'
import { faultsByStripe } from './expected.ts'
import { isReplay, isWhole, type Planned, plan, replayOf } from './plan.ts'
import { drawFaults, type Outcome, playDisturbed, playUndisturbed } from './play.ts'
import { Rig } from './rig.ts'
import { factsOf, faultsOfFacts, observationsOf } from './told.ts'
import { openWorld, type RunDatabase, type World } from './world.ts'

/** One seed for all: a flow's objects have the same names in every run. */
const STAGE_SEED = 'permutations'
const RUN_MS = 30_000
const FAULTS_SHOWN = 12
const STORY_LINES = 60

const FIGURES = fileURLToPath(new URL('../../../../../artifacts/figures/', import.meta.url))

/** PGlite takes twice the time: where there is a PostgreSQL, it has the most of many runs. */
const PGLITE_EVERY = 10

const databaseOf = ({ databases }: World, seed: number): RunDatabase => {
  const [embedded, served] = databases
  if (embedded === undefined) throw new TypeError('there is no database')
  return Math.floor(seed / 2) % PGLITE_EVERY === 0 ? embedded : (served ?? embedded)
}

/** Halves: all of the news afterwards, or while the flow still runs. */
const isDuring = (seed: number): boolean => seed % 2 === 1

class Figures {
  flows = 0
  runs = 0
  events = 0
  requests = 0
  facts = 0
  observations = 0

  count(rig: Rig, outcome: Outcome): void {
    this.runs += 1
    this.events += rig.deliveries
    this.requests += rig.requests
    this.facts += factsOf(outcome.told).length
    this.observations += observationsOf(outcome.told).length
  }

  write(part: string): void {
    mkdirSync(FIGURES, { recursive: true })
    writeFileSync(`${FIGURES}billing-orders.${part}.json`, `${JSON.stringify(this)}\n`)
  }
}

/** What must hold of any run, by itself. */
function faultsOfRun(outcome: Outcome, undisturbed: Outcome): string[] {
  const { rows, stripe, told, events, lanesLeft } = outcome
  const fresh = { name: 'Stripe', rows: stripe, stripe, also: undisturbed.rows }
  return [
    ...differences(rows, fresh),
    ...faultsOfObservations(told, rows),
    ...faultsOfFacts(told, undisturbed.told),
    ...faultsByStripe(told, stripe, events),
    ...(lanesLeft === 0 ? [] : [`${lanesLeft} lanes are left`]),
  ]
}

function faultsOfDisturbed(outcome: Outcome, undisturbed: Outcome): string[] {
  const { stripe } = outcome
  const reference = {
    name: 'the undisturbed run',
    rows: undisturbed.rows,
    stripe,
    also: stripe,
  }
  const ends = new Set(undisturbed.ends)
  const mine = new Set(outcome.ends)
  if (JSON.stringify(stripe) !== JSON.stringify(undisturbed.stripe)) {
    return ['another history was played: what Stripe says in the end is not what it said before']
  }
  return [
    ...differences(outcome.rows, reference),
    ...outcome.ends.filter((end) => !ends.has(end)).map((end) => `ended otherwise: ${end}`),
    ...undisturbed.ends.filter((end) => !mine.has(end)).map((end) => `did not end so: ${end}`),
    ...faultsOfRun(outcome, undisturbed),
  ]
}

function assertNone(faults: readonly string[], about: string, story: readonly string[]): void {
  if (faults.length === 0) return
  const shown = faults.slice(0, FAULTS_SHOWN)
  const more = faults.length > FAULTS_SHOWN ? [`… and ${faults.length - FAULTS_SHOWN} more`] : []
  const lines = isReplay ? story : story.slice(-STORY_LINES)
  throw new Error([about, ...shown, ...more, '', ...lines].join('\n'))
}

const ENDS_WELL = /: (done|ignored (unhandled|not_ours))$/

async function reference(world: World, { flow, house }: Planned): Promise<Outcome> {
  const [database] = world.databases
  if (database === undefined) throw new TypeError('there is no database')
  const options = { world, database, names: flow.name, seed: 'undisturbed', house }
  const rig = await Rig.open({ ...options, faulty: new Set() })
  const outcome = await playUndisturbed(rig, flow)
  expect(await stateOf(rig.stage, flow)).toMatchObject(flow.ends)
  const badly = outcome.ends.filter((end) => !ENDS_WELL.test(end))
  const faults = [
    ...badly.map((end) => `ended badly: ${end}`),
    ...faultsOfRun(outcome, outcome),
    // Those of the other runs are compared with these.
    ...(await faultsOfAccess(rig, house, outcome.lookedAt)),
  ]
  assertNone(faults, `${flow.section} ${flow.name}, undisturbed`, rig.logger.lines.map(lineOf))
  return outcome
}

const lineOf = ({ level, message, fields }: Rig['logger']['lines'][number]): string =>
  `${level} ${message} ${JSON.stringify(fields)}`

async function disturbed(
  world: World,
  { flow, house }: Planned,
  seed: number,
): Promise<{ rig: Rig; outcome: Outcome; story: string[] }> {
  const text = `${flow.name} ${seed}`
  const dice = new Dice(text)
  const faulty = drawFaults(dice)
  const story: string[] = []
  if (faulty.size > 0) story.push(`first calls fail: ${[...faulty].join(', ')}`)
  const database = databaseOf(world, seed)
  const rig = await Rig.open({ world, database, names: flow.name, seed: text, house, faulty })
  const tell = (line: string) => {
    story.push(line)
  }
  const outcome = await playDisturbed(rig, flow, { dice, during: isDuring(seed), tell })
  return { rig, outcome, story }
}

/** Plays a flow in all of its orders. */
async function playAll(world: World, planned: Planned, figures: Figures): Promise<void> {
  const { flow, seeds } = planned
  const undisturbed = await reference(world, planned)
  figures.flows += 1
  for (const seed of seeds) {
    const { rig, outcome, story } = await disturbed(world, planned, seed)
    const about = [
      `${flow.section} ${flow.name}, seed ${seed} on ${rig.database.name}`,
      `again: ${replayOf(flow, seed)}`,
    ]
    const lines = isReplay ? [...story, '', ...rig.logger.lines.map(lineOf)] : story
    assertNone(faultsOfDisturbed(outcome, undisturbed), about.join('\n'), lines)
    figures.count(rig, outcome)
  }
}

const nameOf = ({ name, section }: Flow): string => `${section} ${name}`

/** The tests of a file; `part` names its figures. */
export function suite(part: string, sections: readonly string[]): void {
  const planned = plan(sections)
  describe(`flows of ${sections.join(', ')}, in any order`, () => {
    const figures = new Figures()
    let world: World | undefined
    beforeAll(async () => {
      world = await openWorld(STAGE_SEED, backends)
    })
    afterAll(async () => {
      await world?.close()
      if (isWhole) figures.write(part)
    })
    const opened = (): World => {
      if (world === undefined) throw new TypeError('the world is open only while tests run')
      return world
    }

    // Also when one flow of another file is asked for: a file without a test is an error.
    test('there are flows of each of these sections', () => {
      const played = FLOWS.map(({ section }) => section)
      expect(sections.filter((section) => !played.includes(section))).toEqual([])
    })

    for (const each of planned) {
      const timeout = RUN_MS * (each.seeds.length + 1)
      test(nameOf(each.flow), { timeout }, async () => {
        await playAll(opened(), each, figures)
        expect(figures.runs).toBeGreaterThanOrEqual(each.seeds.length)
      })
    }
  })
}
