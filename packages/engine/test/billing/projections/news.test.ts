// Goal: the app hears what became of a subscription: facts once, observations in turns.
// Method: one state after the other through the engine, with a handler for every name.
import { describe, expect, test } from 'vitest'
import type { Queryable } from '../../../src/ports/database.ts'
import { backends, useDatabase } from '../../support/databases.ts'
import { at, DAY, invoice, MONTH, openDesk, START, subscription } from './desk.ts'

describe.each(backends)('news of subscriptions on $name', (backend) => {
  const db = useDatabase(backend)

  test('observations alternate, and a pause on top of an overdue payment tells it once', async () => {
    const desk = openDesk(db)
    const states = [
      subscription(),
      subscription({ status: 'past_due' }),
      subscription({ status: 'unpaid' }),
      subscription({ status: 'paused' }),
      subscription({ status: 'past_due' }),
      subscription({ status: 'active' }),
      subscription({ cancel_at_period_end: true }),
      subscription({ cancel_at: START + 5 * DAY }),
      subscription(),
      subscription({ pause_collection: { behavior: 'void', resumes_at: null } }),
      subscription({ status: 'paused' }),
      subscription(),
    ]
    for (const state of states) await desk.tell(desk.put('customer.subscription.updated', state))
    const names = desk.heard.map(({ name }) => name).filter((name) => !name.startsWith('access.'))
    expect(names).toEqual([
      'subscription.activated',
      'subscription.past_due',
      'subscription.paused',
      'subscription.resumed',
      'subscription.recovered',
      'subscription.cancel_scheduled',
      'subscription.reactivated',
      'subscription.paused',
      'subscription.resumed',
    ])
  })

  test('what is seen first in a state tells that state; what ends tells its end alone', async () => {
    const desk = openDesk(db)
    const late = subscription({
      status: 'past_due',
      cancel_at: START + MONTH,
      pause_collection: { behavior: 'void', resumes_at: START + 9 * DAY },
    })
    await desk.tell(desk.put('customer.subscription.updated', late))
    const over = subscription({
      status: 'canceled',
      canceled_at: START + DAY,
      ended_at: START + DAY,
      cancellation_details: { reason: 'payment_failed' },
    })
    await desk.tell(desk.put('customer.subscription.deleted', over))
    const names = desk.heard.map(({ name }) => name).filter((name) => !name.startsWith('access.'))
    expect(names).toEqual([
      'subscription.activated',
      'subscription.past_due',
      'subscription.cancel_scheduled',
      'subscription.paused',
      'subscription.canceled',
    ])
    expect(await desk.row('subscriptions', 'sub_1')).toMatchObject({
      cancel_reason: 'payment_failed',
      canceled_at: at(START + DAY),
      cancel_at: null,
    })
  })

  test('a handler reads the access that follows from what it hears', async () => {
    const read: string[] = []
    const READ = `select granted from quittance.buyer_access where feature = 'export'`
    const reads = (name: string) => async (context: { readonly tx: Queryable }) => {
      const [row] = await context.tx.query<{ granted: boolean }>(READ)
      read.push(`${name}: ${row?.granted ?? 'nothing'}`)
    }
    const names = ['subscription.activated', 'access.granted', 'subscription.canceled'] as const
    const on = Object.fromEntries(names.map((name) => [name, reads(name)]))
    const desk = openDesk(db, { on })
    await desk.tell(desk.put('customer.subscription.created', subscription()))
    const over = subscription({ status: 'canceled', ended_at: START + DAY })
    await desk.tell(desk.put('customer.subscription.deleted', over))
    expect(read).toEqual([
      'subscription.activated: true',
      'access.granted: true',
      'subscription.canceled: false',
    ])
  })

  test('a trial activates, and its coming end is told while it lies ahead of its event', async () => {
    const desk = openDesk(db)
    const end = START + 14 * DAY
    const trial = subscription({ status: 'trialing', trial_start: START, trial_end: end })
    const ending = 'customer.subscription.trial_will_end'
    await desk.tell(
      desk.put(ending, trial, { created: end - 3 * DAY }),
      desk.put(ending, trial, { created: end - 2 * DAY }),
      desk.put(ending, { ...trial, trial_end: START + DAY }, { created: START + DAY }),
    )
    expect(desk.counts()).toMatchObject({
      'subscription.activated': 1,
      'subscription.trial_ending': 1,
    })
    const told = desk.heard.find(({ name }) => name === 'subscription.trial_ending')
    expect(told?.about).toMatchObject({ trialEnd: at(end) })
  })

  test('a sign-up that was never paid is not activated', async () => {
    const desk = openDesk(db)
    const open = invoice({ status: 'open', amount_paid: 0 })
    desk.put('invoice.finalized', open)
    await desk.tell(
      desk.put('customer.subscription.created', subscription({ status: 'incomplete' })),
    )
    const paused = {
      status: 'paused',
      status_details: { paused: { subscription: { type: 'first_payment_failure' } } },
    }
    await desk.tell(desk.put('customer.subscription.paused', subscription(paused)))
    desk.put('invoice.voided', invoice({ status: 'void', amount_paid: 0 }))
    await desk.tell(desk.put('customer.subscription.updated', subscription({ status: 'canceled' })))
    expect(desk.counts()['subscription.activated']).toBeUndefined()
    expect(desk.counts()['subscription.canceled']).toBe(1)
  })

  test('what was let in is told as activated also by who sees only its end', async () => {
    const desk = openDesk(db)
    desk.put('invoice.paid', invoice())
    await desk.tell(desk.put('customer.subscription.deleted', subscription({ status: 'canceled' })))
    const sent = subscription({
      id: 'sub_2',
      status: 'canceled',
      collection_method: 'send_invoice',
      latest_invoice: null,
    })
    await desk.tell(desk.put('customer.subscription.deleted', sent))
    const told = desk.heard.map(({ name, about }) => {
      const { id } = about.subscription as { id: string }
      return `${name} ${id}`
    })
    expect(told).toEqual([
      'subscription.activated sub_1',
      expect.stringContaining('invoice.paid'),
      'subscription.canceled sub_1',
      'subscription.activated sub_2',
      'subscription.canceled sub_2',
    ])
  })
})
