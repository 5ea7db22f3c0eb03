// Goal: what Stripe shows on later pages counts like what is on the first: items, lines and payments.
// Method: signed events through the engine; a Stripe in memory that cuts its lists, and one that never ends them.
import { describe, expect, test } from 'vitest'
import { backends, useDatabase } from '../../support/databases.ts'
import {
  at,
  type Desk,
  invoice,
  item,
  itemsOf,
  type Json,
  line,
  MONTH,
  openDesk,
  paymentOf,
  START,
  subscription,
} from './desk.ts'

const cut = (...data: Json[]): Json => ({ ...itemsOf(...data), has_more: true })
const team = item('price_team', {
  id: 'si_2',
  price: { id: 'price_team', object: 'price', product: 'prod_team', lookup_key: 'team_monthly' },
})
/** A credit says nothing of the period that is paid for. */
const credit = line({ id: 'il_0', amount: -500 })
const granted = async ({ engine }: Desk): Promise<string[]> => {
  const access = await engine.access.get({ customerId: 'cus_1' })
  return access.filter((each) => each.granted).map(({ feature }) => feature)
}

describe.each(backends)('lists of several pages on $name', (backend) => {
  const db = useDatabase(backend)

  test('items behind the first page grant what they give', async () => {
    const desk = openDesk(db)
    desk.stripe.behind.set('sub_1 items', [team])
    const items = cut(item())
    await desk.tell(desk.put('customer.subscription.created', subscription({ items })))
    expect(await granted(desk)).toEqual(['export', 'sso'])
    expect(desk.stripe.calls).toContain('items sub_1')
  })

  test('… also when the subscription came with its invoice', async () => {
    const desk = openDesk(db)
    desk.stripe.behind.set('sub_1 items', [team])
    desk.put('customer.subscription.created', subscription({ items: cut(item()) }))
    await desk.tell(desk.put('invoice.paid', invoice()))
    expect(await granted(desk)).toEqual(['export', 'sso'])
  })

  test('the period that is paid for may be on the last page of lines', async () => {
    const desk = openDesk(db)
    desk.stripe.behindPage = 1
    desk.stripe.behind.set('in_1 lines', [line({ id: 'il_1', amount: -1 }), line({ id: 'il_2' })])
    desk.put('customer.subscription.created', subscription())
    await desk.tell(desk.put('invoice.paid', invoice({ lines: cut(credit) })))
    expect(await desk.row('invoices', 'in_1')).toMatchObject({
      period_start: at(START),
      period_end: at(START + MONTH),
    })
    expect(desk.stripe.calls.filter((call) => call === 'lines in_1')).toHaveLength(2)
  })

  test('… also when the invoice came with its subscription', async () => {
    const desk = openDesk(db)
    desk.stripe.behind.set('in_1 lines', [line()])
    desk.put('invoice.paid', invoice({ lines: cut(credit) }))
    await desk.tell(desk.put('customer.subscription.created', subscription()))
    expect(await desk.row('invoices', 'in_1')).toMatchObject({ period_end: at(START + MONTH) })
  })

  test('payments behind the first page are kept', async () => {
    const desk = openDesk(db)
    desk.stripe.behind.set('in_1 payments', [paymentOf('pi_2')])
    desk.put('customer.subscription.created', subscription())
    const event = desk.put('invoice.paid', invoice())
    desk.stripe.invoices.set('in_1', invoice({ payments: cut(paymentOf('pi_1', 'canceled')) }))
    await desk.tell(event)
    const kept = await desk.rows('select id from quittance.invoice_payments order by id')
    expect(kept.map(({ id }) => id)).toEqual(['inpay_pi_1', 'inpay_pi_2'])
  })

  test.each([
    ['a page that is empty', () => []],
    ['pages without an end', () => [line()]],
  ])('%s is no answer: nothing of it is applied', async (_, data) => {
    const desk = openDesk(db)
    desk.stripe.invoiceLinesAfter = async () => ({
      object: 'list',
      data: data() as never,
      has_more: true,
      url: '',
    })
    desk.put('customer.subscription.created', subscription())
    const event = desk.put('invoice.paid', invoice({ lines: cut(credit) }))
    await desk.tell(event)
    expect(await desk.row('invoices', 'in_1')).toBeUndefined()
    expect(await desk.end('evt_2')).toContain('unusable')
  })
})
