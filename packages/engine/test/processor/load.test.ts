// Goal: many workers over many lanes never have two events of one lane in flight, and settle all.
// Method: every handler takes its lane's row in a table with a primary key, over a connection of
// its own, and gives it back: the database itself refuses a second one.
import { mkdirSync, writeFileSync } from 'node:fs'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { createEngine } from '../../src/engine.ts'
import { postgresBackend } from '../support/databases.ts'
import { FakeStripe } from '../support/fake-stripe.ts'
import { eventOf, paid, SECRET, signatureOf } from '../support/shop.ts'

const EVENTS = Number(process.env.LOAD_EVENTS ?? 2_000)
const LANES = 200
const WORKERS = 8
const SENDERS = 32

describe.skipIf(postgresBackend === null)(`${EVENTS} events over ${LANES} lanes`, () => {
  test(`with ${WORKERS} workers on PostgreSQL`, { timeout: 300_000 }, async () => {
    const db = await postgresBackend?.open()
    if (db?.url === undefined) throw new TypeError('unreachable: the suite is skipped')
    const probe = new pg.Pool({ connectionString: db.url, max: WORKERS })
    // The forced drop in the end may overtake a connection that is still closing.
    probe.on('error', () => undefined)
    await probe.query('create table public.in_flight (lane text primary key)')
    await probe.query('create table public.handled (event_id text primary key)')
    const violations: string[] = []
    const stripe = new FakeStripe()
    const engine = createEngine({
      database: db.database,
      stripe,
      mode: 'test',
      endpoints: { default: { secrets: [SECRET] } },
      catalogue: { poster: { price: 'price_poster' } },
      processor: { workers: WORKERS, attemptsMax: 2 },
      onStripe: {
        'checkout.session.completed': async ({ event, tx }) => {
          const lane = event.data.object.metadata?.quittance_order ?? ''
          await probe.query('insert into public.in_flight values ($1)', [lane]).catch(() => {
            violations.push(lane)
          })
          await tx.query('insert into public.handled values ($1)', [event.id])
          await probe.query('delete from public.in_flight where lane = $1', [lane])
        },
      },
    })
    await engine.start()
    const orders = await Promise.all(
      Array.from({ length: LANES }, () =>
        engine.checkout.createSession({
          body: { itemId: 'poster', quantity: 1 },
          identity: null,
          browser: null,
          idempotencyKey: null,
        }),
      ),
    )
    const bodies = Array.from({ length: EVENTS }, (_, n) => {
      const order = orders[n % LANES]
      const session = stripe.change(order?.sessionId ?? '', paid(`pi_${n % LANES}`))
      const event = eventOf(`evt_${n}`, 'checkout.session.completed', session)
      return new TextEncoder().encode(JSON.stringify(event))
    })
    const from = performance.now()
    let next = 0
    const send = async () => {
      for (let n = next++; n < bodies.length; n = next++) {
        const body = bodies[n] ?? new Uint8Array()
        const signature = signatureOf(body, SECRET, Math.floor(Date.now() / 1000))
        await engine.receive({ endpoint: 'default', body, signature })
      }
    }
    await Promise.all(Array.from({ length: SENDERS }, send))
    const ackedMs = performance.now() - from
    const live = async () => {
      const rows = await db.database.query<{ n: number }>(
        `select count(*)::integer as n from quittance.dispatch where ended_at is null`,
      )
      return rows[0]?.n ?? -1
    }
    while ((await live()) > 0) await new Promise((resolve) => setTimeout(resolve, 50))
    const settledMs = performance.now() - from
    await engine.stop()

    const states = await db.database.query(
      'select state, count(*)::integer as n from quittance.dispatch group by state',
    )
    expect(violations).toEqual([])
    expect(states).toEqual([{ state: 'done', n: EVENTS }])
    expect((await probe.query('select 1 from public.handled')).rowCount).toBe(EVENTS)
    expect((await engine.orders.list({ status: 'fulfilled', limit: 1_000 })).length).toBe(LANES)
    const overlaps = await db.database.query(OVERLAPS)
    expect(overlaps).toEqual([])
    const figure = {
      events: EVENTS,
      acknowledgedPerSecond: Math.round(EVENTS / (ackedMs / 1000)),
      settledPerSecond: Math.round(EVENTS / (settledMs / 1000)),
    }
    mkdirSync('artifacts/figures', { recursive: true })
    writeFileSync('artifacts/figures/lanes.json', JSON.stringify(figure))
    console.info(JSON.stringify(figure))
    await probe.end()
    await db.drop()
  })
})

/** Attempts of one lane whose spans overlap, by the database's own clock. */
const OVERLAPS = `
with spans as (
  select d.lane, s.seq, s.token, s.at as started, e.at as ended
  from quittance.attempts s
  join quittance.attempts e using (seq, generation, attempt)
  join quittance.dispatch d on d.seq = s.seq
  where s.phase = 'started' and e.phase = 'ended'
), following as (
  select *, lead(started) over (partition by lane order by started, seq) as next_started from spans
)
select * from following where next_started < ended`
