// Goal: one situation at Stripe, one answer: who has a feature, until when, and why, under each policy.
import { describe, expect, test } from 'vitest'
import { because } from '../../../src/pipeline/projections/access/reasons.ts'
import { buy, check, type Row, sub } from './check.ts'
import { at, invoice, look, type subscription, unpaidInvoice } from './make.ts'

const pastDue = (over: Parameters<typeof subscription>[0] = {}) =>
  sub({ status: 'past_due', periodStart: at(31), invoices: [invoice(), unpaidInvoice()], ...over })

describe('a subscription by its status', () => {
  const rows: readonly Row[] = [
    { name: 'active', ...sub({}), says: 'yes, active' },
    { name: 'trialing', ...sub({ status: 'trialing' }), says: 'yes, trialing' },
    { name: 'incomplete', ...sub({ status: 'incomplete' }), says: 'no, incomplete' },
    {
      name: 'its first payment never came',
      ...sub({ status: 'incomplete_expired' }),
      says: 'no, not_paid',
    },
    { name: 'unpaid', ...sub({ status: 'unpaid' }), says: 'no, unpaid' },
    { name: 'paused', ...sub({ status: 'paused' }), says: 'no, paused' },
    {
      name: 'canceled',
      ...sub({ status: 'canceled', invoices: [invoice()] }),
      says: 'no, canceled',
    },
    { name: 'nothing at all', says: 'no, none' },
    { name: 'another feature', ...sub({}), feature: 'sso', says: 'no, none' },
    { name: 'a price that is not in the catalogue', ...sub({ itemId: null }), says: 'no, none' },
    { name: 'an item that left the catalogue', ...sub({ itemId: 'gone' }), says: 'no, none' },
  ]
  for (const row of rows) check(row)
})

describe('a planned end', () => {
  const ending = sub({ cancelAt: at(31), invoices: [invoice()] })
  check({ name: 'before', ...ending, says: 'yes, ends_at_cancellation', until: at(31) })
  check({
    name: 'a second before',
    ...ending,
    moment: at(31) - 1000,
    says: 'yes, ends_at_cancellation',
    until: at(31),
  })
  check({ name: 'at the very second', ...ending, moment: at(31), says: 'no, canceled' })
  check({
    name: 'in the trial',
    ...sub({ status: 'trialing', cancelAt: at(15) }),
    says: 'yes, ends_at_cancellation',
    until: at(15),
  })
  check({
    name: 'in the middle of what is paid, which the policy keeps',
    ...sub({ cancelAt: at(20), invoices: [invoice()] }),
    policies: { canceledNow: 'paid_through' },
    says: 'yes, paid_through',
    until: at(31),
  })
})

describe('past due', () => {
  check({
    name: 'in grace, from the start of what is not paid',
    ...pastDue(),
    moment: at(33),
    says: 'yes, past_due_grace',
    until: at(38),
  })
  check({
    name: 'the grace over, to the second',
    ...pastDue(),
    moment: at(38),
    says: 'no, past_due_grace_over',
  })
  check({
    name: 'no grace by policy',
    ...pastDue(),
    policies: { pastDueGraceDays: 0 },
    moment: at(31, 13),
    says: 'no, past_due_grace_over',
  })
  check({
    name: 'two periods behind: the earlier one counts',
    ...pastDue({
      invoices: [unpaidInvoice({ id: 'in_3', periodStart: at(61) }), unpaidInvoice()],
    }),
    moment: at(37),
    says: 'yes, past_due_grace',
    until: at(38),
  })
  check({
    name: 'an invoice without a period: from when it was finalized',
    ...pastDue({
      invoices: [unpaidInvoice({ periodStart: null, finalizedAt: at(32) })],
    }),
    moment: at(33),
    says: 'yes, past_due_grace',
    until: at(39),
  })
  check({
    name: 'an invoice that was sent: from its due date',
    ...pastDue({ invoices: [unpaidInvoice({ attempted: false, dueAt: at(45) })] }),
    moment: at(46),
    says: 'yes, past_due_grace',
    until: at(52),
  })
  check({
    name: 'an invoice that nobody tried yet does not count',
    ...pastDue({ invoices: [unpaidInvoice({ attempted: false })], periodStart: at(34) }),
    moment: at(35),
    says: 'yes, past_due_grace',
    until: at(41),
  })
  check({
    name: 'its cancellation comes first',
    ...pastDue({ cancelAt: at(35) }),
    moment: at(33),
    says: 'yes, ends_at_cancellation',
    until: at(35),
  })
})

describe('canceled at once', () => {
  const canceled = (invoices: Parameters<typeof invoice>[0][]) => ({
    ...sub({ status: 'canceled', invoices: invoices.map((each) => invoice(each)) }),
    policies: { canceledNow: 'paid_through' } as const,
  })
  check({
    name: 'keeps what was paid',
    ...canceled([{}]),
    says: 'yes, paid_through',
    until: at(31),
  })
  check({ name: 'and no more', ...canceled([{}]), moment: at(31), says: 'no, canceled' })
  check({
    name: 'keeps the longest of what was paid',
    ...canceled([{ periodEnd: at(20) }, { id: 'in_2' }, { id: 'in_3', periodEnd: at(25) }]),
    says: 'yes, paid_through',
    until: at(31),
  })
  check({ name: 'nothing was paid', ...canceled([]), says: 'no, canceled' })
  check({
    name: 'what was refunded is not kept',
    ...canceled([{ amountRefunded: 2000 }]),
    says: 'no, canceled',
  })
  check({
    name: 'what was refunded in part is',
    ...canceled([{ amountRefunded: 500 }]),
    says: 'yes, paid_through',
    until: at(31),
  })
  check({
    name: 'the latest of several that were not taken back',
    ...canceled([{}, { id: 'in_2', periodEnd: at(61), disputes: ['lost'] }]),
    says: 'yes, paid_through',
    until: at(31),
  })
})

describe('pauses and seats', () => {
  const paused = (pauseBehavior: string) => sub({ pauseBehavior, invoices: [invoice()] })
  check({ name: 'invoices voided', ...paused('void'), says: 'no, collection_paused' })
  check({
    name: 'invoices voided, kept by policy',
    ...paused('void'),
    policies: { collectionVoided: 'keep' },
    says: 'yes, active',
  })
  check({ name: 'drafts kept', ...paused('keep_as_draft'), says: 'yes, active' })
  check({ name: 'marked uncollectible', ...paused('mark_uncollectible'), says: 'yes, active' })
  check({ name: 'no seats', ...sub({ quantity: 0 }), says: 'no, no_seats' })
  check({ name: 'metered, without a quantity', ...sub({ quantity: null }), says: 'yes, active' })
})

describe('an order', () => {
  const report = { feature: 'report' } as const
  check({ name: 'for good', ...buy({}), ...report, says: 'yes, purchased' })
  const pass = buy({ itemId: 'pass', fulfilledAt: at(2) })
  check({ name: 'for a time', ...pass, says: 'yes, purchased', until: at(32) })
  check({ name: 'for a time, over', ...pass, moment: at(32), says: 'no, expired' })
  for (const status of ['awaiting_payment', 'payment_failed'] as const) {
    check({ name: status, ...buy({ status }), ...report, says: 'no, not_paid' })
  }
  for (const status of ['pending', 'confirmed', 'expired', 'canceled'] as const) {
    check({ name: status, ...buy({ status }), ...report, says: 'no, none' })
  }
})

describe('in words', () => {
  const until = new Date('2026-12-08T12:00:00.000Z')
  const words = [
    [because('past_due_grace', until), 'past_due, in grace until 2026-12-08T12:00:00Z'],
    [because('purchased', until), 'purchased, until 2026-12-08T12:00:00Z'],
    [because('purchased', null), 'purchased'],
    [because('ends_at_cancellation', until), 'to be canceled at 2026-12-08T12:00:00Z'],
    [because('paid_through', until), 'canceled, paid through 2026-12-08T12:00:00Z'],
    [because('none', null), 'nothing gives it'],
  ] as const
  for (const [found, expected] of words) test(expected, () => expect(found).toBe(expected))
  test('an answer carries them', () => {
    expect(look(pastDue(), 'export', at(33)).because).toBe(
      'past_due, in grace until 2026-12-08T12:00:00Z',
    )
    expect(look(pastDue(), 'export', at(39)).because).toBe('past_due, and the grace is over')
  })
})
