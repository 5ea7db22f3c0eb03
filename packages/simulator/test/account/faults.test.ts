// What throws where nobody waits for it harms nobody else: time goes on, requests are answered, and the fault is told.
import { expect, test, vi } from 'vitest'
import type { Job } from '../../src/account/jobs.ts'
import type { Fault, SimulatorOptions } from '../../src/index.ts'
import { Account } from '../../src/world/account.ts'
import { asRecord, type Bench, bench, noonMs, openSession } from '../support.ts'

const day = 24 * 60 * 60

/** A bench that expects faults, and the faults that it was told of. */
async function faulty(options: SimulatorOptions = {}) {
  const faults: Fault[] = []
  const b = await bench({ onFault: (fault) => faults.push(fault), ...options })
  return { b, faults }
}

function accountOf(b: Bench): Account {
  if (b.account instanceof Account) return b.account
  throw new Error('The handle is not an account.')
}

/** A job that writes and tells, and then throws, as only a defect could. */
const defect: Job = { kind: 'expire_quote', quoteId: 'defect' }

vi.mock(import('../../src/world/run-job.ts'), async (original) => {
  const { runJob } = await original()
  return {
    runJob(tx, job) {
      if (job.kind !== 'expire_quote' || job.quoteId !== 'defect') return runJob(tx, job)
      const row = tx.db.put('tombstone', { id: 'defect', object: 'quote', deleted: true })
      tx.emit('quote.canceled', row)
      throw new Error('defect')
    },
  }
})

function schedule(b: Bench, afterSeconds: number, job: Job, timeline: string | null = null) {
  accountOf(b).transact(null, (tx) => tx.on(timeline).schedule(afterSeconds * 1000, job))
}

test('a job that throws changes nothing, is told once, and stops neither time nor other jobs', async () => {
  const { b, faults } = await faulty({ now: () => noonMs })
  const start = b.account.now()
  schedule(b, 3600, defect)
  const session = await openSession(b, { expires_at: start + 7200 })
  b.account.advance(day)
  expect(b.account.now()).toBe(start + day)
  expect(b.account.events().at(-1)).toMatchObject({
    type: 'checkout.session.expired',
    created: start + 7200,
    data: { object: { id: session.id } },
  })
  expect(faults).toMatchObject([
    {
      account: accountOf(b).id,
      work: 'job expire_quote',
      error: new Error('defect'),
      at: start + 3600,
    },
  ])
  expect(b.account.faults()).toEqual(faults)
  expect(b.types()).toEqual(['checkout.session.expired'])
  expect(accountOf(b).db.count('tombstone')).toBe(0)
  b.account.advance(day)
  expect(faults).toHaveLength(1)
  expect(await b.sim('accounts')).toMatchObject({
    accounts: [
      { faults: [{ work: 'job expire_quote', error: 'Error: defect', at: start + 3600 }] },
    ],
  })
  b.account.reset()
  expect(b.account.faults()).toEqual([])
})

test('a request that comes when such a job is due is answered as if nothing were', async () => {
  let wallMs = noonMs
  const { b, faults } = await faulty({ now: () => wallMs })
  schedule(b, 60, defect)
  wallMs += 3_600_000
  expect((await b.call('POST', '/v1/products', 'name=Mug')).status).toBe(200)
  expect(faults).toHaveLength(1)
})

test('nor does a timer that meets it end the process', async () => {
  const { b, faults } = await faulty({ delivery: 'auto' })
  schedule(b, 1, defect)
  await vi.waitFor(() => expect(faults).toHaveLength(1), { timeout: 5000 })
  expect((await b.call('POST', '/v1/products', 'name=Mug')).status).toBe(200)
})

test('a test clock on whose way something throws arrives all the same, as failed, and goes no further', async () => {
  const { b } = await faulty()
  const at = b.account.now()
  const clock = await b.stripe.testHelpers.testClocks.create({ frozen_time: at })
  const session = await openSession(b)
  schedule(b, day, defect, clock.id)
  schedule(b, 2 * day, { kind: 'expire_session', sessionId: session.id }, clock.id)
  const to = at + 3 * day
  await b.stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: to })
  const seen = await b.stripe.testHelpers.testClocks.retrieve(clock.id)
  expect(seen).toMatchObject({ status: 'internal_failure', frozen_time: to, status_details: {} })
  expect(b.types().filter((type) => type.startsWith('test_helpers'))).toEqual([
    'test_helpers.test_clock.created',
    'test_helpers.test_clock.advancing',
    'test_helpers.test_clock.internal_failure',
  ])
  // What came after it on the way happened.
  expect((await b.stripe.checkout.sessions.retrieve(session.id)).status).toBe('expired')
  await expect(
    b.stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: to + day }),
  ).rejects.toMatchObject({ statusCode: 400, message: expect.stringContaining('failed') })
})

test('a clock that is deleted before it arrives leaves nothing behind', async () => {
  const b = await bench()
  const at = b.account.now()
  const clock = await b.stripe.testHelpers.testClocks.create({ frozen_time: at })
  accountOf(b).transact(null, (tx) => {
    tx.schedule(60_000, { kind: 'advance_test_clock', clockId: clock.id, to: at + day })
  })
  await b.stripe.testHelpers.testClocks.del(clock.id)
  b.account.advance(120)
  expect(b.simulator.snapshot().accounts[0]?.clock.frozen).toEqual([])
})

test('a hook that throws loses no event and fails no request', async () => {
  const heard: string[] = []
  const { b, faults } = await faulty({
    onEvent(event) {
      heard.push(String(asRecord(event).type))
      if (heard.length === 1) throw new Error('hook')
    },
  })
  await b.stripe.paymentIntents.create({
    amount: 1000,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  })
  expect(heard).toContain('payment_intent.succeeded')
  expect(heard).toEqual(b.types())
  expect(faults).toMatchObject([{ work: 'onEvent', error: new Error('hook') }])
})

test('an answer reaches its caller whatever the listener does, and also a stranger', async () => {
  const { b, faults } = await faulty({
    onResponse() {
      throw new Error('listener')
    },
    onFault(fault) {
      faults.push(fault)
      throw new Error('and this one, too')
    },
  })
  // The check of answers listens behind this one, so it is spared one that has events to account for.
  expect((await b.call('GET', '/v1/products')).status).toBe(200)
  expect((await b.call('GET', '/v1/products', '', { authorization: '' })).status).toBe(401)
  expect(faults).toMatchObject([
    { account: accountOf(b).id, work: 'onResponse' },
    { account: null, work: 'onResponse' },
  ])
})
