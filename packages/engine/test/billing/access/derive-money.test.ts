// Goal: money that went back, the policies of one item, and several sources of one feature.
import { describe, expect, test } from 'vitest'
import type { OrderInput } from '../../../src/pipeline/projections/access/claims.ts'
import { buy, check, sub } from './check.ts'
import { at, invoice, look, order, type Situation, subscription } from './make.ts'

/** The same table for an order and for the newest paid period of a subscription. */
const TAKEN: readonly {
  readonly what: string
  readonly paid: Partial<Pick<OrderInput, 'amountRefunded' | 'disputes'>>
  readonly byDefault: string
  readonly policy: NonNullable<Situation['policies']>
  readonly otherwise: string
}[] = [
  {
    what: 'refunded in part',
    paid: { amountRefunded: 500 },
    byDefault: 'yes',
    policy: { partialRefund: 'revoke' },
    otherwise: 'no, refunded',
  },
  {
    what: 'refunded in full',
    paid: { amountRefunded: 2000 },
    byDefault: 'no, refunded',
    policy: { fullRefund: 'keep' },
    otherwise: 'yes',
  },
  ...(['warning_needs_response', 'warning_under_review'] as const).map((status) => ({
    what: `an inquiry (${status})`,
    paid: { disputes: [status] },
    byDefault: 'yes',
    policy: { inquiry: 'revoke' } as const,
    otherwise: 'no, disputed',
  })),
  ...(
    ['needs_response', 'under_review', 'appeal_needs_response', 'appeal_under_review'] as const
  ).map((status) => ({
    what: `a chargeback (${status})`,
    paid: { disputes: [status] },
    byDefault: 'no, disputed',
    policy: { chargeback: 'keep' } as const,
    otherwise: 'yes',
  })),
  {
    what: 'a lost dispute',
    paid: { disputes: ['lost'] },
    byDefault: 'no, disputed',
    policy: { disputeLost: 'keep' },
    otherwise: 'yes',
  },
  ...(['won', 'warning_closed', 'prevented'] as const).map((status) => ({
    what: `a dispute that takes nothing (${status})`,
    paid: { disputes: [status] },
    byDefault: 'yes',
    policy: { inquiry: 'revoke', chargeback: 'revoke', disputeLost: 'revoke' } as const,
    otherwise: 'yes',
  })),
  {
    what: 'a lost dispute before one that was won',
    paid: { disputes: ['lost', 'won'] },
    byDefault: 'no, disputed',
    policy: { disputeLost: 'keep' },
    otherwise: 'yes',
  },
]

describe('money that went back', () => {
  const yes = (says: string, reason: string) => (says === 'yes' ? `yes, ${reason}` : says)
  for (const { what, paid, byDefault, policy, otherwise } of TAKEN) {
    const invoiced = sub({ invoices: [invoice(paid)] })
    const bought = buy({ ...paid, amountTotal: 2000 })
    check({ name: `invoice: ${what}`, ...invoiced, says: yes(byDefault, 'active') })
    check({
      name: `invoice: ${what}, by policy`,
      ...invoiced,
      policies: policy,
      says: yes(otherwise, 'active'),
    })
    check({
      name: `order: ${what}`,
      ...bought,
      feature: 'report',
      says: yes(byDefault, 'purchased'),
    })
    check({
      name: `order: ${what}, by policy`,
      ...bought,
      feature: 'report',
      policies: policy,
      says: yes(otherwise, 'purchased'),
    })
  }
  check({
    name: 'of the period before: the newest one decides',
    ...sub({
      periodEnd: at(61),
      invoices: [invoice({ id: 'in_2', periodEnd: at(61) }), invoice({ amountRefunded: 2000 })],
    }),
    says: 'yes, active',
  })
  check({
    name: 'of the newest period, though its invoice was made first',
    ...sub({
      periodEnd: at(61),
      invoices: [
        invoice({ createdAt: at(20) }),
        invoice({ id: 'in_2', createdAt: at(2), periodEnd: at(61), amountRefunded: 2000 }),
      ],
    }),
    says: 'no, refunded',
  })
  check({
    name: 'nothing did, under the strictest policies',
    ...sub({ invoices: [invoice()] }),
    policies: { partialRefund: 'revoke', fullRefund: 'revoke' },
    says: 'yes, active',
  })
  check({
    name: 'nothing did, of what cost nothing',
    ...sub({ invoices: [invoice({ amountPaid: 0 })] }),
    says: 'yes, active',
  })
  check({
    name: 'of an invoice for something else (no period) does not count',
    ...sub({ invoices: [invoice({ periodEnd: null, amountRefunded: 2000 })] }),
    says: 'yes, active',
  })
})

describe('policies of one item', () => {
  const strict = {
    ...subscription({ itemId: 'strict' }),
    invoices: [invoice({ amountRefunded: 1 })],
  }
  check({ name: 'win over the global ones', subscriptions: [strict], says: 'no, refunded' })
  check({
    name: 'leave other items alone',
    subscriptions: [{ ...strict, items: [{ itemId: 'pro', quantity: 1 }] }],
    says: 'yes, active',
  })
  check({
    name: 'and global ones hold where the item says nothing',
    subscriptions: [{ ...strict, invoices: [invoice({ disputes: ['warning_needs_response'] })] }],
    policies: { inquiry: 'revoke' },
    says: 'no, disputed',
  })
})

describe('several sources of one feature', () => {
  const ended = subscription({ id: 'sub_9', status: 'canceled', createdAt: at(9) })
  const row = (
    name: string,
    subscriptions: Situation['subscriptions'],
    orders: Situation['orders'],
    says: string,
    until?: number,
    moment?: number,
  ) =>
    check({
      name,
      subscriptions: subscriptions ?? [],
      orders: orders ?? [],
      says,
      ...(until === undefined ? {} : { until }),
      ...(moment === undefined ? {} : { moment }),
    })
  const pass = order({ itemId: 'pass', fulfilledAt: at(2) })
  row('one live subscription is enough', [ended, subscription()], [], 'yes, active')
  row(
    'no end beats any',
    [subscription({ cancelAt: at(60) }), subscription({ id: 'sub_2' })],
    [],
    'yes, active',
  )
  row('the longer one wins', [subscription({ cancelAt: at(31) })], [pass], 'yes, purchased', at(32))
  row(
    'the newest one tells why not',
    [ended, subscription({ status: 'unpaid' })],
    [],
    'no, canceled',
  )
  row(
    'also once the longest is over',
    [subscription({ status: 'unpaid', createdAt: at(3) })],
    [pass],
    'no, unpaid',
    undefined,
    at(40),
  )
  test('and is named as the source then', () => {
    const both = {
      subscriptions: [subscription({ status: 'unpaid', createdAt: at(3) })],
      orders: [pass],
    }
    expect(look(both, 'export', at(10)).source).toEqual({ kind: 'order', id: 'order_1' })
    expect(look(both, 'export', at(40)).source).toEqual({ kind: 'subscription', id: 'sub_1' })
  })
  test('of two items of one source the most telling reason', () => {
    const two = subscription({
      items: [
        { itemId: 'pro', quantity: 0 },
        { itemId: 'strict', quantity: 1 },
      ],
      invoices: [invoice({ amountRefunded: 1 })],
    })
    expect(look({ subscriptions: [two] }, 'export', at(10)).reason).toBe('refunded')
  })
})
