// Goal: every kind of delivery has its answer and its row; nothing acknowledged is lost.
// Method: signed bytes into the real engine; the rows are read back.
import { beforeEach, describe, expect, test } from 'vitest'
import { isEngineError } from '../../src/errors.ts'
import { backends, useDatabase } from '../support/databases.ts'
import { eventOf, openShop, paid, SECRET, type Shop, signatureOf } from '../support/shop.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const nowSeconds = () => Math.floor(Date.now() / 1000)
const codeOf = (error: unknown) => (isEngineError(error) ? error.code : String(error))

describe.each(backends)('the intake on $name', (backend) => {
  const db = useDatabase(backend)
  let shop: Shop
  beforeEach(() => {
    shop = openShop(db)
  })

  const count = async (table: string) => {
    const rows = await db.database.query<{ n: bigint }>(
      `select count(*) as n from quittance.${table}`,
    )
    return Number(rows[0]?.n)
  }

  test.each([
    ['SIGNATURE_MISSING', () => null],
    ['SIGNATURE_MALFORMED', () => 'nonsense'],
    ['SIGNATURE_NO_V1', () => `t=${nowSeconds()},v0=${'0'.repeat(64)}`],
    ['SIGNATURE_NO_MATCH', (b: Uint8Array) => signatureOf(b, 'whsec_wrong', nowSeconds())],
    ['SIGNATURE_FUTURE', (b: Uint8Array) => signatureOf(b, SECRET, nowSeconds() + 86_400)],
  ])('refuses with %s and stores nothing but a count', async (code, header) => {
    const body = bytes(JSON.stringify(eventOf('evt_1', 'customer.created', { id: 'cus_1' })))
    const error = await shop.deliver(body, { signature: header(body) }).catch((e: unknown) => e)
    expect(codeOf(error)).toBe(code)
    expect(error).toMatchObject({ status: 400 })
    expect(await count('events')).toBe(0)
    expect(await count('checks')).toBe(0)
    await shop.engine.start()
    await shop.engine.stop()
    const refusals = await db.database.query('select endpoint, code, count from quittance.refusals')
    expect(refusals).toEqual([{ endpoint: 'default', code, count: 1n }])
  })

  test('asks Stripe once about a stale delivery whose signature was right', async () => {
    const object = { id: 'cus_1', object: 'customer' }
    const event = eventOf('evt_stale', 'customer.created', object)
    shop.stripe.events.set('evt_stale', event)
    const body = bytes(JSON.stringify(event))
    const signature = signatureOf(body, SECRET, nowSeconds() - 301)
    for (let n = 0; n < 3; n += 1) {
      const error = await shop.deliver(body, { signature }).catch((e: unknown) => e)
      expect(codeOf(error)).toBe('SIGNATURE_STALE')
    }
    expect(await count('events')).toBe(0)
    await shop.drain()
    await shop.drain()
    expect(shop.stripe.calls).toEqual(['event evt_stale'])
    expect(await shop.engine.events.get('evt_stale')).toMatchObject({
      source: 'question',
      state: 'ignored',
      reason: 'unhandled',
    })
    const replay = await shop.deliver(body, { signature }).catch((e: unknown) => e)
    expect(codeOf(replay)).toBe('SIGNATURE_STALE')
    await shop.drain()
    expect(shop.stripe.calls).toHaveLength(1)
  })

  test('limits the questions of a replayed archive', async () => {
    const limited = openShop(db, { limits: { questionsPerMinute: 2 } })
    for (const id of ['evt_a', 'evt_b', 'evt_c']) {
      const body = bytes(JSON.stringify(eventOf(id, 'x.y', { id: 'o' })))
      const signature = signatureOf(body, SECRET, nowSeconds() - 1_000)
      await limited.deliver(body, { signature }).catch(() => undefined)
    }
    expect(await count('questions')).toBe(2)
  })

  test.each([
    ['not JSON', bytes('{nope')],
    ['not an object', bytes('[1]')],
    ['not an event', bytes('{"id":"x_1","object":"customer","type":"t"}')],
    ['without data.object', bytes('{"id":"evt_1","object":"event","type":"t","livemode":false}')],
    ['not UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])],
    ['with NUL', bytes('{"id":"evt\0"}')],
    ['empty', new Uint8Array()],
    ['an id too long', bytes(`{"id":"${'e'.repeat(256)}","object":"event","type":"t"}`)],
  ])('quarantines a signed body that is %s', async (_what, body) => {
    const receipt = await shop.deliver(body)
    expect(receipt).toMatchObject({ state: 'quarantined', reason: 'unusable_payload' })
    expect(await shop.deliver(body)).toMatchObject({ status: 'duplicate', seq: receipt.seq })
    const listed = await shop.engine.events.list({ state: 'quarantined' })
    expect(listed.map((row) => row.seq)).toEqual([receipt.seq])
    const stored = await db.database.query<{ format: string; body: string }>(
      'select format, body from quittance.payloads',
    )
    const [row] = stored
    expect(Buffer.from(row?.body ?? '', row?.format === 'base64' ? 'base64' : 'utf8')).toEqual(
      Buffer.from(body),
    )
  })

  test('recognises a thin event and leaves it alone', async () => {
    const thin = { id: 'evt_thin', object: 'v2.core.event', type: 'v1.x', livemode: false }
    expect(await shop.deliver(thin)).toMatchObject({ state: 'ignored', reason: 'thin_event' })
  })

  test('records a genuine event of the other mode and touches nothing', async () => {
    const { orderId, sessionId } = await shop.order()
    const session = { ...shop.stripe.change(sessionId, paid()), livemode: true }
    const event = eventOf('evt_1', 'checkout.session.completed', session, { livemode: true })
    expect(await shop.deliver(event)).toMatchObject({ state: 'ignored', reason: 'mode' })
    await shop.drain()
    expect(await shop.engine.orders.get(orderId)).toMatchObject({ status: 'pending' })
    await expect(shop.engine.events.replay('evt_1')).rejects.toMatchObject({
      code: 'EVENT_NOT_REPLAYABLE',
    })
  })

  test('keeps one row and one effect of 1,000 deliveries, 100 at once', async () => {
    const { orderId, sessionId } = await shop.order()
    const session = shop.stripe.change(sessionId, paid())
    const event = eventOf('evt_1', 'checkout.session.completed', session)
    const statuses: string[] = []
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => shop.deliver(event)))
      statuses.push(...answers.map((answer) => answer.status))
      if (round === 4) await shop.drain()
    }
    await shop.drain()
    expect(statuses.filter((status) => status === 'recorded')).toHaveLength(1)
    expect(await count('events')).toBe(1)
    expect(await count('payloads')).toBe(1)
    expect(shop.fulfilled).toEqual([orderId])
  })

  test('stores an unknown type with unknown fields in another version, and says so once', async () => {
    const over = { api_version: '2031-01-01.future', shiny: { new: true } }
    for (const id of ['evt_1', 'evt_2']) {
      await shop.deliver(eventOf(id, 'thing.happened', { id: 'thing_1', odd: 1 }, over))
    }
    await shop.drain()
    expect(await shop.engine.events.get('evt_2')).toMatchObject({
      state: 'ignored',
      reason: 'unhandled',
      apiVersion: '2031-01-01.future',
    })
    const drift = shop.logger.lines.filter((line) => line.fields.pinnedVersion !== undefined)
    expect(drift).toHaveLength(1)
  })

  test('ignores what carries no marker of ours, with the reason and the cure in the log', async () => {
    const session = { id: 'cs_other', object: 'checkout.session', metadata: {} }
    await shop.deliver(eventOf('evt_1', 'checkout.session.completed', session))
    await shop.drain()
    expect(await shop.engine.events.get('evt_1')).toMatchObject({ reason: 'not_ours' })
    const line = shop.logger.lines.find((entry) => entry.fields.reason === 'not_ours')
    expect(line?.fields.cure).toContain('metadata.quittance_order')
  })

  test('retries a marker of an order that is not here, then holds it', async () => {
    const session = {
      ...paid(),
      id: 'cs_lost',
      object: 'checkout.session',
      metadata: { quittance_order: 'ord_lost' },
    }
    await shop.deliver(eventOf('evt_1', 'checkout.session.completed', session))
    await shop.drain()
    expect(await shop.engine.events.get('evt_1')).toMatchObject({
      state: 'waiting',
      reason: 'unknown_order',
      attempts: 1,
    })
    for (let n = 0; n < 8; n += 1) {
      await db.shift(400)
      await shop.drain()
    }
    expect(await shop.engine.events.get('evt_1')).toMatchObject({
      state: 'quarantined',
      reason: 'unknown_order',
      attempts: 8,
    })
  })

  test('answers 503 while the store is away', async () => {
    const gone = await backend.open()
    const away = openShop(gone)
    await gone.database.close()
    const error = await away
      .deliver(eventOf('evt_1', 'customer.created', { id: 'cus_1' }))
      .catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', status: 503, retryable: true })
    await gone.drop().catch(() => undefined)
  })

  test('takes over what an app has processed already', async () => {
    await db.database.query(
      'create table if not exists public.stripe_events (id text, type text, processed_at timestamptz)',
    )
    await db.database.query('truncate public.stripe_events')
    await db.database.query(
      `insert into public.stripe_events values ('evt_old', 'customer.created', now()), ('evt_open', 'customer.created', null)`,
    )
    const source = { table: 'public.stripe_events' }
    expect(await shop.engine.events.importProcessed(source)).toEqual({ imported: 1, known: 0 })
    expect(await shop.engine.events.importProcessed(source)).toEqual({ imported: 0, known: 1 })
    const object = { id: 'cus_1', object: 'customer' }
    const again = await shop.deliver(eventOf('evt_old', 'customer.created', object))
    expect(again).toMatchObject({ status: 'duplicate', reason: 'imported' })
    const open = await shop.deliver(eventOf('evt_open', 'customer.created', object))
    expect(open).toMatchObject({ status: 'recorded' })
    const view = await db.database.query('select id, type from quittance.stripe_events order by id')
    expect(view).toEqual([
      { id: 'evt_old', type: 'customer.created' },
      { id: 'evt_open', type: 'customer.created' },
    ])
    await expect(shop.engine.events.importProcessed({ table: 'nowhere' })).rejects.toMatchObject({
      code: 'IMPORT_INVALID',
    })
  })
})
