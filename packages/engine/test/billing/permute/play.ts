// Owns playing a flow to the engine: undisturbed, and as a seed disturbs it.
import type Stripe from 'stripe'
import { EVENT_NAMES, type EventName } from '../../../src/events.ts'
import type { Flow } from '../flows/index.ts'
import { hour } from '../flows/stage.ts'
import { Courier } from './courier.ts'
import type { Dice } from './dice.ts'
import type { Rig } from './rig.ts'
import { type Rows, readEnds, readRows } from './rows.ts'
import { askStripe } from './stripe-says.ts'
import { readTold, type Told } from './told.ts'

/** What a run comes to. */
export interface Outcome {
  readonly rows: Rows
  /** What became of each event. */
  readonly ends: readonly string[]
  readonly told: readonly Told[]
  readonly stripe: Rows
  /** Everything that Stripe told in the run. */
  readonly events: readonly Stripe.Event[]
  readonly lanesLeft: number
  /** When it was looked at, by the account's clock: unix seconds. */
  readonly lookedAt: number
}

/** All retries are over by then, and all runs of a flow are looked at at the same moment. */
const LOOKED_AT = 6 * hour
const ROUNDS_MAX = 40

const NEXT_RETRY = `
select extract(epoch from max(available_at))::float8 as at from quittance.dispatch
where state in ('ready', 'waiting')`

/** Works until nothing waits any more, then looks at everything at one moment. */
async function finish(rig: Rig, events: readonly Stripe.Event[]): Promise<Outcome> {
  const on = rig.database.database
  await rig.drain()
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const [retry] = await on.query<{ at: number | null }>(NEXT_RETRY)
    if (retry === undefined || retry.at === null) break
    await rig.setClock(retry.at + 1)
    await rig.drain()
  }
  await rig.followClock(LOOKED_AT)
  await rig.drain()
  const lanes = await on.query('select lane from quittance.lanes')
  return {
    rows: withoutReturns(await readRows(on), rig.confirmed),
    ends: await readEnds(on),
    told: await readTold(on),
    stripe: await askStripe(rig.stage.stripe),
    events,
    lanesLeft: lanes.length,
    lookedAt: rig.stage.account.now() + LOOKED_AT,
  }
}

/** That the buyer came back is no word of Stripe's: an order is as good as pending by it. */
function withoutReturns(rows: Rows, confirmed: ReadonlySet<string>): Rows {
  const orders = (rows.orders ?? []).map((order) =>
    order.status === 'confirmed' && confirmed.has(String(order.id))
      ? { ...order, status: 'pending' }
      : order,
  )
  return { ...rows, orders }
}

/** Every event once, in order, and worked at before the flow goes on. */
export async function playUndisturbed(rig: Rig, flow: Flow): Promise<Outcome> {
  const events: Stripe.Event[] = []
  for (const step of flow.steps) {
    await step(rig.stage)
    await rig.followClock()
    const news = rig.stage.news()
    for (const event of news) await rig.deliver(event)
    events.push(...news)
    await rig.drain()
  }
  return await finish(rig, events)
}

/** A run's habits, drawn once: or every run would be a little of everything. */
interface Habits {
  /** After a delivery, before the next. */
  readonly drains: number
  readonly returns: number
  readonly replays: number
  /** Deliveries that come at once. */
  readonly burst: number
  readonly workers: number
  /** How often the engine is at work while the flow takes its next step. */
  readonly overlaps: number
}

function draw(dice: Dice, connections: number): Habits {
  return {
    drains: dice.pick([0, 0.05, 0.2, 0.7]),
    returns: dice.pick([0, 0, 0.1]),
    replays: dice.pick([0, 0, 0.1]),
    burst: dice.pick([1, 1, 4, 16]),
    workers: connections > 1 ? dice.pick([1, 2, 4]) : 1,
    overlaps: dice.pick([0, 0, 0.6]),
  }
}

export interface Disturbed {
  readonly dice: Dice
  /** Whether the news comes while the flow runs, or all of it afterwards. */
  readonly during: boolean
  /** Says what happens, in order. */
  readonly tell: (line: string) => void
}

export async function playDisturbed(
  rig: Rig,
  flow: Flow,
  { dice, during, tell }: Disturbed,
): Promise<Outcome> {
  const habits = draw(dice, rig.database.database.connectionsMax)
  const order = dice.chance(0.1) ? 'newest first' : 'random'
  tell(`${JSON.stringify(habits)}, ${order}, ${during ? 'during' : 'after'} the flow`)
  const courier = new Courier(dice, order)
  const disturber = new Disturber(rig, courier, dice, habits, tell)
  const events: Stripe.Event[] = []
  for (const [index, step] of flow.steps.entries()) {
    // Stripe goes on while we ask it: an answer may be older than what we hear before it comes.
    const working = during && dice.chance(habits.overlaps) ? rig.drain(habits.workers) : null
    await step(rig.stage)
    await working
    await rig.followClock()
    const news = rig.stage.news()
    events.push(...news)
    courier.post(news)
    const meanwhile = working === null ? '' : ', while the engine worked'
    tell(`step ${index + 1}${meanwhile}; ${courier.waiting} deliveries wait`)
    if (during) await disturber.some(dice.below(courier.waiting + 1))
  }
  while (courier.waiting > 0) await disturber.some(courier.waiting)
  return await finish(rig, events)
}

class Disturber {
  readonly #rig: Rig
  readonly #courier: Courier
  readonly #dice: Dice
  readonly #habits: Habits
  readonly #tell: (line: string) => void

  constructor(
    rig: Rig,
    courier: Courier,
    dice: Dice,
    habits: Habits,
    tell: (line: string) => void,
  ) {
    this.#rig = rig
    this.#courier = courier
    this.#dice = dice
    this.#habits = habits
    this.#tell = tell
  }

  /** So many deliveries, and what happens between them. */
  async some(deliveries: number): Promise<void> {
    for (let left = deliveries; left > 0; left -= this.#habits.burst) {
      await this.#deliver(Math.min(left, this.#habits.burst))
      await this.#between()
    }
  }

  async #deliver(count: number): Promise<void> {
    const events = Array.from({ length: count }, () => this.#courier.next())
    const arrived = events.filter((event) => event !== null)
    for (const { type, id } of arrived) this.#tell(`  ${type} ${id}`)
    await Promise.all(arrived.map((event) => this.#rig.deliver(event)))
  }

  async #between(): Promise<void> {
    const { drains, returns, replays, workers } = this.#habits
    if (this.#dice.chance(returns)) await this.#comeBack()
    if (this.#dice.chance(replays)) await this.#replay()
    if (!this.#dice.chance(drains)) return
    this.#tell('  drain')
    await this.#rig.drain(workers)
  }

  async #comeBack(): Promise<void> {
    const { visits } = this.#rig
    const visit = visits[this.#dice.below(visits.length)]
    if (visit === undefined) return
    this.#tell(`  the buyer of ${visit.orderId} comes back`)
    await this.#rig.comesBack(visit)
  }

  /** An operator runs again what has ended. */
  async #replay(): Promise<void> {
    const { engine } = this.#rig
    const ended = await engine.events.list({ state: 'done', limit: 100 })
    const event = ended[this.#dice.below(ended.length)]
    if (event === undefined) return
    this.#tell(`  replay ${event.type} ${event.eventId}`)
    await engine.events.replay(event.eventId)
  }
}

const FAULTY_RUNS = 0.3
const FAULTY_NAMES = 0.3

/** The handlers whose first call fails: of most runs none. */
export function drawFaults(dice: Dice): ReadonlySet<EventName> {
  if (!dice.chance(FAULTY_RUNS)) return new Set()
  const names = Object.keys(EVENT_NAMES) as EventName[]
  return new Set(names.filter(() => dice.chance(FAULTY_NAMES)))
}
