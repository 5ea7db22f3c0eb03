// Goal: an invoice's rows say what Stripe says, and what happened to it is told once, whoever wrote the row.
// Method: signed events through the engine, answers from a Stripe in memory, rows read by SQL.
import { describe, expect, test } from 'vitest'
import { backends, useDatabase } from '../../support/databases.ts'
import {
  at,
  DAY,
  invoice,
  itemsOf,
  line,
  MONTH,
  NO_SUBSCRIPTION,
  openDesk,
  paymentOf,
  START,
  subscription,
} from './desk.ts'

const open = { status: 'open', amount_paid: 0, amount_remaining: 2000 }
const cycle = (over = {}) => invoice({ id: 'in_2', billing_reason: 'subscription_cycle', ...over })
const overdue = subscription({ status: 'past_due', latest_invoice: 'in_2' })

describe.each(backends)('invoices on $name', (backend) => {
  const db = useDatabase(backend)

  test('an invoice that comes first brings its subscription along', async () => {
    const desk = openDesk(db)
    desk.put('customer.subscription.created', subscription())
    await desk.tell(desk.put('invoice.paid', invoice({ payments: [paymentOf('pi_1')] })))
    expect(await desk.row('subscriptions', 'sub_1')).toMatchObject({
      status: 'active',
      activated: true,
    })
    expect(desk.asked()).toBe(1)
    expect(desk.counts()).toMatchObject({ 'subscription.activated': 1, 'invoice.paid': 1 })
    const paid = desk.heard.find(({ name }) => name === 'invoice.paid')
    expect(paid?.about).toMatchObject({
      invoice: { id: 'in_1', amountPaid: 2000, paidAt: at(START + 1) },
      subscription: { id: 'sub_1' },
      buyer: { customerId: 'cus_1' },
    })
  })

  test('a renewal that also bills an addition to the period before is of its own period', async () => {
    const desk = openDesk(db)
    const addition = line({ id: 'il_2', period: { start: START + 15 * DAY, end: START + MONTH } })
    const renewal = line({ period: { start: START + MONTH, end: START + 2 * MONTH } })
    const billed = cycle({ ...open, lines: itemsOf(addition, renewal) })
    desk.put('customer.subscription.updated', overdue)
    await desk.tell(desk.put('invoice.payment_failed', billed))
    expect(await desk.row('invoices', 'in_2')).toMatchObject({
      period_start: at(START + MONTH),
      period_end: at(START + 2 * MONTH),
    })
    const [access] = await desk.engine.access.get({ customerId: 'cus_1' })
    expect(access).toMatchObject({ reason: 'past_due_grace', until: at(START + MONTH + 7 * DAY) })
  })

  test('an answer that names its subscription by id alone costs one more request', async () => {
    const desk = openDesk(db)
    desk.put('customer.subscription.created', subscription())
    const event = desk.put('invoice.paid', invoice())
    desk.stripe.invoices.set('in_1', invoice())
    await desk.tell(event)
    expect(desk.asked()).toBe(2)
    expect(await desk.row('subscriptions', 'sub_1')).toMatchObject({ status: 'active' })
  })

  test('a renewal is told once, by its invoice', async () => {
    const desk = openDesk(db)
    desk.put('invoice.paid', invoice())
    await desk.tell(desk.put('customer.subscription.created', subscription()))
    const renewed = subscription({ latest_invoice: 'in_2' })
    desk.put('invoice.created', cycle({ ...open, status: 'draft' }))
    await desk.tell(desk.put('customer.subscription.updated', renewed))
    expect(desk.counts()['subscription.renewed']).toBeUndefined()
    const paid = desk.put('invoice.paid', cycle())
    await desk.tell(paid, desk.put('invoice.updated', cycle()))
    await desk.tell(desk.put('customer.subscription.updated', renewed))
    expect(desk.counts()).toMatchObject({
      'subscription.activated': 1,
      'subscription.renewed': 1,
      'invoice.paid': 2,
    })
    const told = desk.heard.find(({ name }) => name === 'subscription.renewed')
    expect(told?.about).toMatchObject({ invoice: { id: 'in_2' }, subscription: { id: 'sub_1' } })
  })

  test('a failed attempt is told once, also when a newer answer has written the row', async () => {
    const desk = openDesk(db)
    const failed = (attempt: number) =>
      cycle({ ...open, attempt_count: attempt, next_payment_attempt: START + attempt * DAY })
    desk.put('customer.subscription.updated', overdue)
    const first = desk.put('invoice.payment_failed', failed(1))
    const second = desk.put('invoice.payment_failed', failed(2))
    const manual = desk.put('invoice.payment_failed', failed(2))
    const asked = desk.put('invoice.payment_action_required', failed(2))
    await desk.tell(second, first, manual, asked)
    expect(desk.asked()).toBe(1)
    const told = desk.heard.filter(({ name }) => /payment_failed|action/.test(name))
    expect(told.map(({ name, about }) => `${name} ${about.attempt}`)).toEqual([
      'invoice.payment_failed 2',
      'invoice.payment_failed 1',
      'invoice.action_required 2',
    ])
    // The context is the present row, whatever the payload was.
    expect(told[1]?.about).toMatchObject({
      invoice: { attemptCount: 2, nextPaymentAttempt: at(START + 2 * DAY) },
      subscription: { status: 'past_due' },
      buyer: { customerId: 'cus_1' },
    })
  })

  test('an attempt that failed before it was paid is told by who hears of it afterwards', async () => {
    const desk = openDesk(db)
    desk.put('customer.subscription.updated', subscription({ latest_invoice: 'in_2' }))
    const failed = desk.put('invoice.payment_failed', cycle(open))
    const paid = desk.put('invoice.paid', cycle({ attempt_count: 2 }))
    await desk.tell(paid)
    await desk.tell(failed)
    expect(desk.counts()).toMatchObject({ 'invoice.paid': 1, 'invoice.payment_failed': 1 })
    expect(await desk.row('invoices', 'in_2')).toMatchObject({ status: 'paid' })
  })

  test('what it pays for is the period of its lines, without credits', async () => {
    const desk = openDesk(db)
    desk.put('customer.subscription.updated', subscription())
    const changed = invoice({
      period_start: START - MONTH,
      period_end: START,
      lines: itemsOf(
        line({ amount: -800, period: { start: START - 9 * DAY, end: START + 90 * DAY } }),
        line({ amount: 1200, period: { start: START + DAY, end: START + MONTH } }),
        line({
          parent: { type: 'invoice_item_details', invoice_item_details: {} },
          period: { start: 1, end: 1 },
        }),
      ),
    })
    await desk.tell(desk.put('invoice.updated', changed))
    expect(await desk.row('invoices', 'in_1')).toMatchObject({
      period_start: at(START + DAY),
      period_end: at(START + MONTH),
    })
  })

  test('an invoice without a subscription is mirrored, and told', async () => {
    const desk = openDesk(db)
    const manual = invoice({ ...NO_SUBSCRIPTION, lines: itemsOf(line({ parent: null })) })
    await desk.tell(desk.put('invoice.paid', manual))
    expect(await desk.row('invoices', 'in_1')).toMatchObject({
      subscription_id: null,
      customer_id: 'cus_1',
      status: 'paid',
      period_start: null,
      period_end: null,
    })
    expect(desk.counts()).toEqual({ 'invoice.paid': 1 })
    expect(desk.heard[0]?.about).toMatchObject({
      subscription: null,
      buyer: { customerId: 'cus_1' },
    })
  })

  test('an invoice without a customer has no buyer, and is mirrored all the same', async () => {
    const desk = openDesk(db)
    await desk.tell(desk.put('invoice.paid', invoice({ ...NO_SUBSCRIPTION, customer: null })))
    expect(await desk.row('invoices', 'in_1')).toMatchObject({ customer_id: null, status: 'paid' })
    expect(desk.heard[0]?.about).toMatchObject({ buyer: null })
    expect(await desk.rows('select * from quittance.buyers')).toEqual([])
  })

  test('amounts are whole in every currency, and a coupon of 100 % is paid by nothing', async () => {
    const desk = openDesk(db)
    const amounts = (amount: number) => ({
      subtotal: amount,
      total: amount,
      amount_due: amount,
      amount_paid: amount,
    })
    const yen = invoice({ id: 'in_jpy', currency: 'JPY', ...NO_SUBSCRIPTION, ...amounts(1500) })
    const dinar = invoice({ id: 'in_kwd', currency: 'kwd', ...NO_SUBSCRIPTION, ...amounts(12345) })
    desk.put('customer.subscription.created', subscription())
    const free = invoice({ subtotal: 2000, total: 0, amount_due: 0, amount_paid: 0 })
    await desk.tell(
      desk.put('invoice.paid', yen),
      desk.put('invoice.paid', dinar),
      desk.put('invoice.paid', free),
    )
    const rows = await desk.rows(
      'select id, currency, subtotal, total, amount_paid from quittance.invoices order by id',
    )
    expect(rows).toEqual([
      { id: 'in_1', currency: 'eur', subtotal: 2000n, total: 0n, amount_paid: 0n },
      { id: 'in_jpy', currency: 'jpy', subtotal: 1500n, total: 1500n, amount_paid: 1500n },
      { id: 'in_kwd', currency: 'kwd', subtotal: 12345n, total: 12345n, amount_paid: 12345n },
    ])
    expect(desk.counts()).toMatchObject({ 'invoice.paid': 3, 'subscription.activated': 1 })
  })

  test('a payment that comes last asks only while the invoice was not seen with it', async () => {
    const desk = openDesk(db)
    desk.put('customer.subscription.created', subscription())
    await desk.tell(desk.put('invoice.paid', invoice({ payments: [paymentOf('pi_1', 'open')] })))
    desk.put('invoice.updated', invoice({ payments: [paymentOf('pi_1')] }))
    const payment = { ...paymentOf('pi_1'), invoice: 'in_1' }
    await desk.tell(desk.put('invoice_payment.paid', payment))
    expect(desk.asked()).toBe(2)
    await desk.tell(desk.put('invoice_payment.paid', payment))
    expect(desk.asked()).toBe(2)
    const rows = await desk.rows('select id, status from quittance.invoice_payments')
    expect(rows).toEqual([{ id: 'inpay_pi_1', status: 'paid' }])
    expect(desk.counts()['invoice.paid']).toBe(1)
  })

  test('payments are replaced as a set', async () => {
    const desk = openDesk(db)
    desk.put('customer.subscription.created', subscription())
    const two = [paymentOf('pi_1', 'open'), paymentOf('pi_2', 'open')]
    await desk.tell(desk.put('invoice.finalized', invoice({ ...open, payments: two })))
    await desk.tell(desk.put('invoice.paid', invoice({ payments: [paymentOf('pi_2')] })))
    const rows = await desk.rows('select payment_intent_id from quittance.invoice_payments')
    expect(rows).toEqual([{ payment_intent_id: 'pi_2' }])
  })

  test('an answer without payments leaves those that are stored', async () => {
    const desk = openDesk(db)
    desk.put('customer.subscription.created', subscription())
    await desk.tell(desk.put('invoice.paid', invoice({ payments: [paymentOf('pi_1')] })))
    const ask = desk.stripe.invoice.bind(desk.stripe)
    desk.stripe.invoice = async (id) => {
      const answer = await ask(id)
      delete answer?.payments
      return answer
    }
    await desk.tell(desk.put('invoice.updated', invoice()))
    expect(desk.asked()).toBe(2)
    const rows = await desk.rows('select payment_intent_id from quittance.invoice_payments')
    expect(rows).toEqual([{ payment_intent_id: 'pi_1' }])
  })

  test('what went back of an invoice is not touched by its own news', async () => {
    const desk = openDesk(db)
    desk.put('customer.subscription.created', subscription())
    await desk.tell(desk.put('invoice.paid', invoice()))
    await desk.rows(
      `update quittance.invoices set amount_refunded = 500, dispute_status = 'needs_response'`,
    )
    await desk.tell(desk.put('invoice.updated', invoice()))
    expect(await desk.row('invoices', 'in_1')).toMatchObject({
      amount_refunded: 500n,
      dispute_status: 'needs_response',
    })
  })

  test('a draft that was thrown away is kept as deleted, in either order of its news', async () => {
    for (const order of ['as it was', 'the other way round']) {
      await db.reset()
      const desk = openDesk(db, { processor: { attemptsMax: 4 } })
      const draft = invoice({ ...NO_SUBSCRIPTION, ...open, status: 'draft' })
      const news = [desk.put('invoice.created', draft), desk.put('invoice.deleted', draft)]
      desk.lose('in_1')
      for (const event of order === 'as it was' ? news : news.toReversed()) await desk.tell(event)
      await db.shift(5)
      await desk.drain()
      expect(await desk.row('invoices', 'in_1')).toMatchObject({ status: 'deleted' })
      for (const { id } of news) expect(await desk.end(String(id))).toBe('done')
      expect(desk.heard).toEqual([])
    }
  })

  test('nothing comes back from an end: refused in code, and by the schema', async () => {
    const desk = openDesk(db)
    desk.put('customer.subscription.created', subscription())
    await desk.tell(desk.put('invoice.paid', invoice()))
    await desk.tell(desk.put('invoice.updated', invoice(open)))
    expect(await desk.row('invoices', 'in_1')).toMatchObject({ status: 'paid' })
    expect(desk.logger.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'refused an invoice transition' }),
    )
    await expect(desk.rows(`update quittance.invoices set status = 'open'`)).rejects.toMatchObject({
      code: '23514',
    })
  })

  test('an invoice given up and paid after all is paid', async () => {
    const desk = openDesk(db)
    desk.put('customer.subscription.updated', overdue)
    await desk.tell(desk.put('invoice.marked_uncollectible', cycle({ status: 'uncollectible' })))
    await desk.tell(desk.put('invoice.paid', cycle()))
    expect(desk.counts()).toMatchObject({ 'invoice.paid': 1, 'subscription.renewed': 1 })
  })

  test('Stripe stops collecting what has ended without a word: its other invoices are asked for', async () => {
    const desk = openDesk(db)
    const waiting = cycle({ ...open, next_payment_attempt: START + DAY })
    desk.put('customer.subscription.updated', { ...overdue, latest_invoice: 'in_3' })
    await desk.tell(desk.put('invoice.payment_failed', waiting))
    const over = subscription({ status: 'canceled', latest_invoice: 'in_3' })
    const ended = desk.put('customer.subscription.deleted', over)
    desk.put('nothing', cycle({ ...open, next_payment_attempt: null }))
    await desk.tell(ended)
    expect(await desk.row('invoices', 'in_2')).toMatchObject({
      status: 'open',
      next_payment_attempt: null,
    })
  })
})
