// Goal: events that come in bulk cost few requests and few statements.
// Method: the events of ten sign-ups and renewals through the engine, with every statement counted.
import { describe, expect, test } from 'vitest'
import { backends, useDatabase } from '../../support/databases.ts'
import {
  counting,
  invoice,
  item,
  itemsOf,
  type Json,
  openDesk,
  paymentOf,
  subscription,
} from './desk.ts'

const BUYERS = 10
const REQUESTS_PER_EVENT_MAX = 0.5
const STATEMENTS_MAX = 14

describe.each(backends)('cost on $name', (backend) => {
  const db = useDatabase(backend)

  test('requests and statements of an event', { timeout: 120_000 }, async () => {
    const { database, statements } = counting(db.database)
    const desk = openDesk({ ...db, database }, { on: {} })
    const of = (n: number): { names: Json; invoiceOver: Json } => ({
      names: { id: `sub_${n}`, customer: `cus_${n}`, latest_invoice: `in_${n}` },
      invoiceOver: {
        id: `in_${n}`,
        customer: `cus_${n}`,
        parent: { subscription_details: { subscription: `sub_${n}` } },
        payments: [paymentOf(`pi_${n}`)],
      },
    })
    /** As Stripe sends them: some are about things that we do not look at. */
    const burst = async (name: string, told: (n: number) => Json[]) => {
      const events = Array.from({ length: BUYERS }, (_, n) => told(n)).flat()
      const requests = desk.asked()
      for (const event of events) await desk.deliver(event)
      statements.length = 0
      await desk.drain()
      const perEvent = (desk.asked() - requests) / events.length
      const most = Math.max(...statements)
      const mean = statements.reduce((sum, count) => sum + count, 0) / statements.length
      console.info(
        `${name}: ${perEvent.toFixed(2)} requests, ${mean.toFixed(1)} statements an event, ${most} at most`,
      )
      expect(perEvent).toBeLessThanOrEqual(REQUESTS_PER_EVENT_MAX)
      expect(most).toBeLessThanOrEqual(STATEMENTS_MAX)
    }
    await burst('sign-up', (n) => {
      const { names, invoiceOver } = of(n)
      const bill = invoice(invoiceOver)
      return [
        desk.put('customer.subscription.created', subscription(names)),
        desk.put('invoice.created', bill),
        desk.put('invoice.finalized', bill),
        desk.put('invoice.paid', bill),
        desk.put('invoice.payment_succeeded', bill),
        desk.put('invoice_payment.paid', { ...paymentOf(`pi_${n}`), invoice: `in_${n}` }),
      ]
    })
    await burst('renewal falls due', (n) => {
      const { names, invoiceOver } = of(n)
      const over = { ...invoiceOver, id: `in_r${n}`, status: 'draft', payments: [] }
      return [
        desk.put('invoice.created', invoice(over)),
        desk.put(
          'customer.subscription.updated',
          subscription({ ...names, latest_invoice: `in_r${n}`, items: itemsOf(item()) }),
        ),
      ]
    })
    await burst('renewal fails', (n) => {
      const { names, invoiceOver } = of(n)
      const over = { ...invoiceOver, id: `in_r${n}`, status: 'open', amount_paid: 0 }
      const late = subscription({ ...names, latest_invoice: `in_r${n}`, status: 'past_due' })
      return [
        desk.put('invoice.finalized', invoice(over)),
        desk.put('invoice.payment_failed', invoice(over)),
        desk.put('invoice.updated', invoice(over)),
        desk.put('customer.subscription.updated', late),
      ]
    })
    const rows = await desk.rows('select count(*)::int as n from quittance.invoices')
    expect(rows).toEqual([{ n: 2 * BUYERS }])
  })
})
