// Goal: a subscription's period is judged by everything that was paid for it, and by nothing that was left since.
import { describe } from 'vitest'
import type { InvoiceInput } from '../../../src/pipeline/projections/access/claims.ts'
import { check, sub } from './check.ts'
import { at, invoice } from './make.ts'

describe('money that went back of a period with several invoices', () => {
  /** What a seat costs that was added in the middle. */
  const seat = (over: Partial<InvoiceInput> = {}) =>
    invoice({ id: 'in_seat', amountPaid: 500, periodStart: at(15), createdAt: at(15), ...over })
  const two = (base: Partial<InvoiceInput>, added: Partial<InvoiceInput> = {}) =>
    sub({ invoices: [invoice(base), seat(added)] })

  check({
    name: 'the base is charged back, the added seat is not',
    ...two({ disputes: ['needs_response'] }),
    policies: { chargeback: 'revoke' },
    says: 'no, disputed',
  })
  check({
    name: 'the base is refunded, an update cost nothing',
    ...two({ amountRefunded: 2000 }, { amountPaid: 0 }),
    says: 'no, refunded',
  })
  check({
    name: 'the seat alone is refunded: a part of the period',
    ...two({}, { amountRefunded: 500 }),
    says: 'yes, active',
  })
  check({
    name: '… which the shop may hold to be enough',
    ...two({}, { amountRefunded: 500 }),
    policies: { partialRefund: 'revoke' },
    says: 'no, refunded',
  })
  check({
    name: 'the seat alone is refunded, credit had paid the base',
    ...two({ total: 2000, amountPaid: 0 }, { amountRefunded: 500 }),
    says: 'yes, active',
  })
  check({
    name: 'both are refunded',
    ...two({ amountRefunded: 2000 }, { amountRefunded: 500 }),
    says: 'no, refunded',
  })
  check({
    name: 'what ended is not paid through by an update that cost nothing',
    ...sub({
      status: 'canceled',
      invoices: [invoice({ amountRefunded: 2000 }), seat({ amountPaid: 0 })],
    }),
    policies: { canceledNow: 'paid_through' },
    says: 'no, canceled',
  })
})

describe('a year that was changed to a month', () => {
  const year = (over: Partial<InvoiceInput> = {}) =>
    invoice({ id: 'in_year', amountPaid: 20_000, periodEnd: at(366), ...over })
  const month = (over: Partial<InvoiceInput> = {}) =>
    invoice({ id: 'in_month', periodStart: at(5), periodEnd: at(35), ...over })
  const changed = (over: Parameters<typeof sub>[0]) =>
    sub({ periodStart: at(5), periodEnd: at(35), ...over })

  check({
    name: 'a refund of the year takes nothing of the month',
    ...changed({ invoices: [year({ amountRefunded: 20_000 }), month()] }),
    says: 'yes, active',
  })
  check({
    name: 'a lost dispute of the month is not made good by the year',
    ...changed({ invoices: [year(), month({ disputes: ['lost'] })] }),
    says: 'no, disputed',
  })
  check({
    name: 'canceled, it is paid through to the end of the month',
    ...changed({ status: 'canceled', invoices: [year(), month({ amountPaid: 0 })] }),
    policies: { canceledNow: 'paid_through' },
    says: 'yes, paid_through',
    until: at(35),
  })
  check({
    name: 'a period that was cut short with nothing billed after it stays paid',
    ...sub({ status: 'canceled', periodEnd: at(20), invoices: [invoice()] }),
    policies: { canceledNow: 'paid_through' },
    says: 'yes, paid_through',
    until: at(31),
  })
})
