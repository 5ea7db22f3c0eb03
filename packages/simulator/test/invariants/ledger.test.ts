// Goal: each law of the books can be broken, and says so. Method: books that balance, one row of them changed.
import { describe, expect, test } from 'vitest'
import { Account } from '../../src/world/account.ts'
import { asRecord, bench, confirmPage, openSession } from '../support.ts'
import { ledgerViolations, type Row } from './ledger.ts'
import { openSimulators } from './open-simulators.ts'
import { watchRequests } from './requests.ts'

const booked = {
  id: 'txn_1',
  object: 'balance_transaction',
  amount: 3000,
  fee: 117,
  net: 2883,
  currency: 'eur',
  balance_type: 'payments',
  source: 'ch_1',
}
const returned = { ...booked, id: 'txn_2', amount: -500, fee: 0, net: -500, source: 're_1' }
const charge = {
  id: 'ch_1',
  object: 'charge',
  status: 'succeeded',
  captured: true,
  amount_captured: 3000,
  currency: 'eur',
  balance_transaction: 'txn_1',
}
const refund = {
  id: 're_1',
  object: 'refund',
  status: 'succeeded',
  amount: 500,
  currency: 'eur',
  balance_transaction: 'txn_2',
}
const intent = { id: 'pi_1', object: 'payment_intent', status: 'succeeded' }
const session = {
  id: 'cs_1',
  object: 'checkout.session',
  mode: 'payment',
  status: 'complete',
  payment_status: 'paid',
  payment_intent: 'pi_1',
}
const invoice = { id: 'in_1', object: 'invoice', status: 'paid', amount_due: 3000 }
const payment = {
  id: 'inpay_1',
  object: 'invoice_payment',
  invoice: 'in_1',
  status: 'paid',
  amount_paid: 3000,
  payment: { type: 'payment_intent', payment_intent: 'pi_1' },
}
const balanced = [booked, returned, charge, refund, intent, session, invoice, payment]
const line = (amount: number) => ({ amount, currency: 'eur' })
const balance = { object: 'balance', available: [line(-500)], pending: [line(2883)] }

const withRow = (id: string, change: Row) =>
  balanced.map((row): Row => (row.id === id ? { ...row, ...change } : row))
const without = (id: string) => balanced.filter((row) => row.id !== id)

describe('the ledger', () => {
  test('of sound books is in order', () => {
    expect(ledgerViolations({ balance, rows: balanced })).toEqual([])
  })

  test.each<[string, readonly Row[], Row]>([
    ['nothing was due', withRow('in_1', { amount_due: 0 }), { status: 'open', amount_paid: null }],
    ['it was paid out of band', withRow('in_1', { amount_paid_off_stripe: 3000 }), {}],
  ])('lets an invoice be paid without a payment when %s', (_name, rows) => {
    const left = rows.filter(({ id }) => id !== 'inpay_1')
    expect(ledgerViolations({ balance, rows: left })).toEqual([])
  })

  const held = { status: 'requires_capture' }
  test.each<[string, readonly Row[], string]>([
    ['a movement twice', [...balanced, { ...booked, id: 'txn_3' }], 'balance says 2383 eur'],
    ['a movement lost', without('txn_2'), 'balance says 2383 eur'],
    ['another currency', withRow('txn_2', { currency: 'usd' }), 'add up to -500'],
    ['a net that is not amount less fee', withRow('txn_1', { fee: 0 }), 'net 2883 is not amount'],
    ['a charge not booked', withRow('ch_1', { balance_transaction: null }), 'ch_1: 3000 is not'],
    ['a charge booked short', withRow('ch_1', { amount_captured: 3001 }), 'ch_1: 3001 is not'],
    ['a refund booked for another', withRow('txn_2', { source: 're_2' }), 're_1: -500 is not'],
    [
      'a paid invoice without a payment',
      without('inpay_1'),
      'in_1 is paid; due 3000, its payments 0',
    ],
    [
      'a paid invoice paid in part',
      withRow('inpay_1', { amount_paid: 2999 }),
      'in_1 is paid; due 3000, its payments 2999',
    ],
    ['an open invoice that was paid', withRow('in_1', { status: 'open' }), 'in_1 is open'],
    ['an open payment that succeeded', withRow('inpay_1', { status: 'open' }), 'inpay_1 of in_1'],
    ['a paid payment that did not', withRow('pi_1', held), 'inpay_1 of in_1 is paid'],
    ['a paid session whose intent is held', withRow('pi_1', held), 'cs_1 is complete and paid'],
    ['a paid session without an intent', withRow('cs_1', { payment_intent: null }), '(none)'],
    ['an open session that was paid', withRow('cs_1', { status: 'open' }), 'cs_1 is open and paid'],
    [
      'an unpaid session that was paid',
      withRow('cs_1', { payment_status: 'unpaid' }),
      'complete and unpaid, its intent pi_1 is succeeded',
    ],
  ])('tells of %s', (_name, rows, message) => {
    expect(ledgerViolations({ balance, rows }).join('\n')).toContain(message)
  })
})

describe('the watch over requests', () => {
  const event = { id: 'evt_1', type: 'charge.succeeded', request: { id: 'req_1' } }

  test.each([
    [200, 0],
    [402, 0],
    [400, 1],
    [404, 1],
    [500, 1],
  ])('counts the events of a request that was answered %i: %i', (status, count) => {
    const watch = watchRequests()
    watch.sawEvent(event)
    watch.sawAnswer({ requestId: 'req_1', status })
    expect(watch.violations()).toHaveLength(count)
    expect(watch.orphans()).toEqual([])
  })

  test('tells of events whose request was never answered, and lets those of no request be', () => {
    const watch = watchRequests()
    watch.sawEvent(event)
    watch.sawEvent({ ...event, request: { id: null } })
    expect(watch.orphans()).toEqual(['charge.succeeded evt_1 is of req_1, which was not answered'])
  })
})

test('the books of every open simulator are read after a test, whatever key the account came by', async () => {
  const b = await bench()
  await confirmPage(b, (await openSession(b)).id)
  const [account] = b.simulator.accounts()
  if (!(account instanceof Account)) throw new Error('the simulator has no account')
  const judge = () => {
    for (const simulator of openSimulators) simulator.assertBooks()
  }
  judge()
  const [row] = account.db.all('balance_transaction')
  expect(asRecord(row).net).toBe(2883)
  if (row) account.db.put('balance_transaction', { ...row, net: 1 })
  expect(judge).toThrow(/books do not balance:\ntxn_.*net 1 is not amount 3000 less fee 117/)
  if (row) account.db.put('balance_transaction', row)
})
