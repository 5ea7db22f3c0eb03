// Goal: docs/flows says what happens: each page's events, marked states and told events are those of its flows.
// Method: the flows of each page are played to an engine, undisturbed; what Stripe sent, what the rows went
// through and what handlers heard is held against the page. The tables behind the pictures are held against
// every flow there is.
import { readdirSync, readFileSync } from 'node:fs'
import type Stripe from 'stripe'
import { beforeAll, describe, expect, it } from 'vitest'
import { EVENT_NAMES } from '../packages/engine/src/events.ts'
import { INVOICE_STATES } from '../packages/engine/src/pipeline/projections/invoices/states.ts'
import {
  DISPUTE_STATES,
  REFUND_STATES,
} from '../packages/engine/src/pipeline/projections/payments/states.ts'
import { SUBSCRIPTION_STATES } from '../packages/engine/src/pipeline/projections/subscriptions/states.ts'
import { type Flow, kept } from '../packages/engine/test/billing/flows/flow.ts'
import { FLOWS } from '../packages/engine/test/billing/flows/index.ts'
import { opens } from '../packages/engine/test/billing/flows/steps.ts'
import { playUndisturbed } from '../packages/engine/test/billing/permute/play.ts'
import { Rig } from '../packages/engine/test/billing/permute/rig.ts'
import { openWorld, type World } from '../packages/engine/test/billing/permute/world.ts'
import { backends } from '../packages/engine/test/support/databases.ts'
import { toldOn } from '../tools/docs/flows.mjs'

const LINES_MAX = 60
const PLAYING_MS = 600_000
const directory = new URL('flows/', import.meta.url)
const read = (page: string) => readFileSync(new URL(`${page}.md`, directory), 'utf8')

/** The flows that show what a page says, by name. */
const PAGES: Readonly<Record<string, readonly string[]>> = {
  'one-time-payment': ['one-off paid', 'one-off for nothing, by a promotion code', 'comes back'],
  'decline-and-3d-secure': ['declined, then paid', '3-D Secure failed, then another card'],
  'delayed-payment': [
    'delayed payment succeeds',
    'delayed payment fails',
    'signup by debit, which settles',
    'signup by debit, which fails',
  ],
  expiry: ['session expires by itself', 'session expires after a decline', 'ended by the shop'],
  refunds: [
    'two partial refunds, up to the whole',
    'refund is pending, then succeeds',
    'refund fails later',
    'invoice refunded in two parts',
    'refund of an invoice fails later',
  ],
  disputes: [
    'early fraud warning, then a refund',
    'dispute lost',
    'inquiry closed',
    'inquiry escalates, dispute won',
    'dispute on an invoice won',
    'dispute on an invoice lost',
  ],
  'subscription-sign-up': ['signup through Checkout'],
  renewal: ['renewal paid', 'renewal paid out of band, after a failure'],
  'failed-renewal': [
    'renewal fails, its invoice is voided',
    'dunning to canceled',
    'dunning to unpaid, its invoice uncollectible',
    'dunning to unpaid, a period later the debt is paid',
    'dunning to paused',
  ],
  'authentication-needed': [
    'renewal needs authentication, which the buyer gives',
    'renewal needs authentication, which the buyer fails',
    'signup through the API, first payment needs authentication',
    'signup through the API, first payment fails, nobody pays',
  ],
  trials: [
    'trial becomes active',
    'trial ends, and its card fails',
    'trial without a card ends canceled',
    'trial without a card ends paused, a card resumes it',
    'trial canceled before its end',
  ],
  'plan-change': [
    'plan changed, billed at once',
    'plan changed there and back',
    'change waits for its payment, and is paid',
    'change waits for its payment, and lapses',
    'change is not paid, and makes it past due',
  ],
  cancellation: [
    'canceled at the end of the period',
    'cancellation planned, then withdrawn',
    'canceled now, with the rest of the period given back',
  ],
  pauses: ['paused, then resumed', 'collection paused, then taken up'],
  entitlements: ['entitlements of another plan', 'entitlements end with the subscription'],
  'customer-deleted': ['customer deleted with a live subscription'],
}

/** What comes before nearly every flow, and is told on pages of its own. */
const PRELUDES = ['one-time-payment', 'subscription-sign-up']

const poster = opens({ itemId: 'poster', userId: 'user_1' })

/** Of Stripe's reference they are not. */
const unsaid = { section: '', tells: [], ends: {} }

/** What a shop and its buyers do past Stripe. */
const deedsAtShop = (rig: Rig): readonly Flow[] => [
  {
    ...unsaid,
    name: 'ended by the shop',
    steps: [poster, (stage) => rig.engine.checkout.expire(kept(stage, 'order'))],
  },
  {
    ...unsaid,
    name: 'comes back',
    steps: [
      poster,
      async () => {
        for (const visit of rig.visits) await rig.comesBack(visit)
      },
    ],
  },
]

type Table = Readonly<
  Record<string, { readonly starts?: true; readonly follows: readonly string[] }>
>

/** The tables behind the pictures, by the kind of Stripe's object. */
const TABLES: Readonly<Record<string, Table>> = {
  subscription: SUBSCRIPTION_STATES,
  invoice: INVOICE_STATES,
  refund: REFUND_STATES,
  dispute: DISPUTE_STATES,
}

interface Played {
  readonly types: ReadonlySet<string>
  /** By kind and id: the statuses in the order of the events; of orders, of their history. */
  readonly lives: ReadonlyMap<string, readonly string[]>
  readonly heard: ReadonlySet<string>
}

const HISTORY = 'select order_id as id, to_status as status from quittance.order_history order by n'

function livesOf(events: readonly Stripe.Event[]): Map<string, string[]> {
  const lives = new Map<string, string[]>()
  for (const event of events) {
    const object = Object(event.data.object)
    // An upcoming invoice has no id, and is none.
    if (TABLES[object.object] === undefined || object.id === undefined) continue
    const key = `${object.object} ${object.id}`
    const life = lives.get(key) ?? []
    const status = event.type === 'invoice.deleted' ? 'deleted' : String(object.status)
    if (life.at(-1) !== status) life.push(status)
    lives.set(key, life)
  }
  return lives
}

async function play(world: World, name: string): Promise<Played> {
  const [database] = world.databases
  if (database === undefined) throw new TypeError('there is no database')
  const run = { world, database, names: name, seed: 'documented', faulty: new Set<never>() }
  const rig = await Rig.open({ ...run, house: 'strict' })
  const flow = [...FLOWS, ...deedsAtShop(rig)].find((each) => each.name === name)
  if (flow === undefined) throw new TypeError(`there is no flow ${name}`)
  const events: Stripe.Event[] = []
  const deliver = rig.deliver.bind(rig)
  rig.deliver = async (event) => {
    events.push(event)
    await deliver(event)
  }
  const { told } = await playUndisturbed(rig, flow)
  const lives = livesOf(events)
  const rows = await database.database.query<{ id: string; status: string }>(HISTORY)
  for (const { id, status } of rows) {
    lives.set(`order ${id}`, [...(lives.get(`order ${id}`) ?? []), status])
  }
  return {
    types: new Set(events.map(({ type }) => type)),
    lives,
    heard: new Set(told.map(({ name: heard }) => heard)),
  }
}

const played = new Map<string, Played>()
/** What every flow's objects went through at Stripe. */
const lived: { readonly name: string; readonly lives: ReadonlyMap<string, readonly string[]> }[] =
  []

beforeAll(async () => {
  const world = await openWorld('documented', backends.slice(0, 1))
  for (const name of Object.values(PAGES).flat()) played.set(name, await play(world, name))
  for (const { name, steps } of FLOWS) {
    world.restock()
    const stage = { ...world.stage, kept: new Map() }
    const events: Stripe.Event[] = []
    for (const step of steps) {
      await step(stage)
      events.push(...stage.news())
    }
    lived.push({ name, lives: livesOf(events) })
  }
  await world.close()
}, PLAYING_MS)

const playedOn = (page: string) =>
  (PAGES[page] ?? []).map((name) => {
    const found = played.get(name)
    if (found === undefined) throw new TypeError(`${name} was not played`)
    return found
  })

describe('the tables of states', () => {
  it.each(Object.keys(TABLES))('have every step of a %s in every flow', (kind) => {
    const table = TABLES[kind] ?? {}
    const strange = new Set<string>()
    let steps = 0
    for (const { name, lives } of lived) {
      for (const [key, life] of lives) {
        if (!key.startsWith(`${kind} `)) continue
        for (const [index, status] of life.entries()) {
          steps += 1
          const before = life[index - 1]
          const isArrow =
            before === undefined
              ? table[status]?.starts === true
              : table[before]?.follows.includes(status) === true
          if (!isArrow) strange.add(`${before ?? '[*]'} --> ${status} in ${name}`)
        }
      }
    }
    expect(steps).toBeGreaterThan(0)
    expect([...strange]).toEqual([])
  })
})

const textOf = (page: string, heading: string) =>
  new RegExp(`\\*\\*${heading}\\.?\\*\\*([\\s\\S]*?)(?=\\n\\*\\*|\\n<!--|$)`).exec(
    read(page),
  )?.[1] ?? ''

const namesIn = (text: string) =>
  [...text.matchAll(/`([a-z_]+(?:\.[a-z_]+)+)`/g)].map(([, name = '']) => name)

describe.each(Object.keys(PAGES))('docs/flows/%s.md', (page) => {
  it('is short', () => {
    expect(read(page).trimEnd().split('\n').length).toBeLessThanOrEqual(LINES_MAX)
  })

  it('names events that Stripe sends in its flows', () => {
    const seen = new Set(playedOn(page).flatMap(({ types }) => [...types]))
    const text = page === 'pauses' ? read(page) : textOf(page, 'At Stripe')
    const named = namesIn(text).filter((name) => !Object.hasOwn(EVENT_NAMES, name))
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((name) => !seen.has(name))).toEqual([])
  })

  it('marks states that its flows touch', () => {
    const pictures = [...read(page).matchAll(/<!-- generated: (\w+)-picture(.*) -->/g)]
    expect(pictures.length).toBeGreaterThan(0)
    for (const [, kind = '', words = ''] of pictures) {
      const touched = playedOn(page).flatMap(({ lives }) =>
        [...lives].filter(([key]) => key.startsWith(`${kind} `)).flatMap(([, life]) => life),
      )
      const marked = words.split(' ').filter(Boolean)
      expect(marked.filter((status) => !touched.includes(status))).toEqual([])
    }
  })

  it('tells what handlers hear, itself or by a page that it links to', () => {
    const heard = new Set(playedOn(page).flatMap(({ heard: names }) => [...names]))
    const told = toldOn(read(page))
    const linked = [...read(page).matchAll(/\]\(([\w-]+)\.md\)/g)].map(([, name = '']) => name)
    const elsewhere = [...PRELUDES, ...linked].flatMap((name) => toldOn(read(name)))
    expect(told.filter((name) => !heard.has(name))).toEqual([])
    const untold = [...heard].filter((name) => ![...told, ...elsewhere].includes(name))
    expect(untold).toEqual([])
  })
})

describe('docs/flows', () => {
  it('has a page for each flow', () => {
    const pages = readdirSync(directory).filter((name) => name !== 'README.md')
    expect(pages.map((name) => name.replace('.md', '')).sort()).toEqual(Object.keys(PAGES).sort())
  })
})
