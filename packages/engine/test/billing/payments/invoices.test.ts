// Goal: refunds and disputes of what a subscription was billed reach its invoice and its access,
// whichever of the two is heard of first.
// Method: invoices at Stripe with their payments; the charges name the same payment intents.
import { beforeEach, describe, expect, test } from 'vitest'
import { backends, useDatabase } from '../../support/databases.ts'
import { openShop, type Shop } from '../../support/shop.ts'
import { type Json, listener, Till } from './till.ts'

const DAY = 86_400

describe.each(backends)('payments of invoices on $name', (backend) => {
  const db = useDatabase(backend)
  let shop: Shop
  let till: Till
  let told: string[]
  let now: number
  beforeEach(async () => {
    const { on, told: heard } = listener()
    told = heard
    const pro = {
      kind: 'plan',
      price: 'price_pro',
      interval: 'month',
      features: ['export'],
    } as const
    shop = openShop(db, { on, catalogue: { pro }, processor: { attemptsMax: 2 } })
    till = new Till(shop)
    const [clock] = await db.database.query<{ now: Date }>('select quittance.now() as now')
    now = Math.floor((clock?.now.getTime() ?? 0) / 1000)
  })

  const payment = (intent: string, amount: number, over: Json = {}) => ({
    id: `inpay_${intent}`,
    object: 'invoice_payment',
    status: 'paid',
    amount_paid: amount,
    payment: { type: 'payment_intent', payment_intent: intent },
    ...over,
  })

  /** An invoice as Stripe has it, paid by these payments; each has its charge. */
  function invoice(payments: readonly Json[], over: Json = {}): Json {
    const object = {
      id: 'in_1',
      object: 'invoice',
      livemode: false,
      customer: 'cus_1',
      status: 'paid',
      billing_reason: 'manual',
      currency: 'eur',
      subtotal: 3000,
      total: 3000,
      amount_due: 3000,
      amount_paid: 3000,
      amount_remaining: 0,
      attempted: true,
      attempt_count: 1,
      parent: null,
      lines: { object: 'list', data: [], has_more: false },
      status_transitions: { finalized_at: now - DAY, paid_at: now - DAY },
      created: now - DAY,
      payments: { object: 'list', data: payments, has_more: false },
      ...over,
    }
    shop.stripe.invoices.set(object.id, object)
    for (const { payment: by, amount_paid: amount } of payments) {
      const { payment_intent: intent = null, charge = `ch_${intent}` } = by as Json
      till.charge({ id: charge, payment_intent: intent, customer: 'cus_1', amount })
    }
    return object
  }

  /** Events never carry the payments. */
  const newsOf = (type: string, { payments: _, ...object }: Json) => till.event(type, object)

  const invoiceRow = async (id = 'in_1') => {
    const rows = await db.database.query(
      'select status, amount_refunded, dispute_status from quittance.invoices where id = $1',
      [id],
    )
    return rows[0]
  }
  const stateOf = async (event: Json | undefined) => await shop.engine.events.get(String(event?.id))

  test('a part, then the rest: set on the invoice, told with it', async () => {
    const object = invoice([payment('pi_1', 3000)])
    await till.deliver(newsOf('invoice.paid', object))
    await till.deliver(...till.refund('ch_pi_1', 700))
    expect(await invoiceRow()).toEqual({
      status: 'paid',
      amount_refunded: 700n,
      dispute_status: null,
    })
    await till.deliver(...till.refund('ch_pi_1', 2300))
    expect(await invoiceRow()).toMatchObject({ amount_refunded: 3000n })
    expect(told).toEqual([
      'invoice.partially_refunded re_ch_pi_1_1',
      'invoice.refunded re_ch_pi_1_2',
    ])
    expect(till.asked).toEqual(['charge ch_pi_1', 'charge ch_pi_1'])
  })

  test('before the invoice is known, with a dispute: all is told when it comes', async () => {
    const object = invoice([payment('pi_1', 3000)])
    await till.deliver(...till.refund('ch_pi_1', 700), ...till.dispute('ch_pi_1'))
    await till.deliver(...till.changeDispute('dp_1', 'lost'))
    expect(told).toEqual([])
    await till.deliver(newsOf('invoice.paid', object))
    expect(await invoiceRow()).toEqual({
      status: 'paid',
      amount_refunded: 700n,
      dispute_status: 'lost',
    })
    expect(told).toEqual([
      'invoice.partially_refunded re_ch_pi_1_1',
      'invoice.disputed dp_1',
      'invoice.dispute_lost dp_1',
    ])
  })

  test('before its payment is known: told when invoice_payment.paid comes', async () => {
    const object = invoice([payment('pi_1', 3000)])
    shop.stripe.invoices.set('in_1', { ...object, payments: { data: [], has_more: false } })
    await till.deliver(newsOf('invoice.paid', object))
    await till.deliver(...till.refund('ch_pi_1', 3000))
    expect(await invoiceRow()).toMatchObject({ amount_refunded: 0n })
    shop.stripe.invoices.set('in_1', object)
    const paid = { ...payment('pi_1', 3000), invoice: 'in_1' }
    await till.deliver(till.event('invoice_payment.paid', paid))
    expect(await invoiceRow()).toMatchObject({ amount_refunded: 3000n })
    expect(told).toEqual(['invoice.refunded re_ch_pi_1_1'])
  })

  test('paid by two: the refund of one of them is a part', async () => {
    const object = invoice([payment('pi_1', 1000), payment('pi_2', 2000)])
    await till.deliver(newsOf('invoice.paid', object))
    await till.deliver(...till.refund('ch_pi_1', 1000))
    expect(told).toEqual(['invoice.partially_refunded re_ch_pi_1_1'])
    await till.deliver(...till.refund('ch_pi_2', 2000))
    expect(told.slice(1)).toEqual(['invoice.refunded re_ch_pi_2_1'])
    expect(await invoiceRow()).toMatchObject({ amount_refunded: 3000n })
  })

  test('paid in part and open: the sum is set, its facts wait until it is paid', async () => {
    const open = { status: 'open', amount_paid: 1000, amount_remaining: 2000 }
    const object = invoice([payment('pi_1', 1000)], open)
    await till.deliver(newsOf('invoice.updated', object))
    await till.deliver(...till.refund('ch_pi_1', 1000))
    expect(await invoiceRow()).toMatchObject({ status: 'open', amount_refunded: 1000n })
    expect(told).toEqual([])
    const paid = invoice([payment('pi_1', 1000), payment('pi_2', 2000)])
    await till.deliver(newsOf('invoice.paid', paid))
    expect(told).toEqual(['invoice.partially_refunded re_ch_pi_1_1'])
  })

  test('by a charge without a payment intent, and without a customer', async () => {
    const by = { payment: { type: 'charge', charge: 'ch_old' } }
    const object = invoice([payment('old', 3000, by)])
    till.charge({ ...till.chargeOf('ch_old'), customer: null })
    await till.deliver(newsOf('invoice.paid', object))
    const [, refunded] = till.refund('ch_old', 3000)
    await till.deliver(refunded ?? {})
    expect(await invoiceRow()).toMatchObject({ amount_refunded: 3000n })
    expect(told).toEqual(['invoice.refunded re_ch_old_1'])
    // Nothing of Stripe's says whose it is, so its invoice has to.
    await till.deliver(...till.dispute('ch_old'))
    expect(await invoiceRow()).toMatchObject({ dispute_status: 'needs_response' })
    const charges = await db.database.query('select customer_id from quittance.charges')
    expect(charges).toEqual([{ customer_id: 'cus_1' }])
  })

  test('a payment of nobody’s invoice and without a customer is not ours', async () => {
    till.charge({ id: 'ch_old', payment_intent: null })
    const [, refunded] = till.refund('ch_old', 3000)
    await till.deliver(refunded ?? {})
    expect(await stateOf(refunded)).toMatchObject({ state: 'ignored', reason: 'not_ours' })
  })

  test('another invoice of the customer stays as it was', async () => {
    const other = invoice([payment('pi_2', 3000)], { id: 'in_2' })
    const object = invoice([payment('pi_1', 3000)])
    await till.deliver(newsOf('invoice.paid', object), newsOf('invoice.paid', other))
    await till.deliver(...till.refund('ch_pi_1', 3000), ...till.dispute('ch_pi_1'))
    expect(await invoiceRow('in_2')).toMatchObject({ amount_refunded: 0n, dispute_status: null })
  })

  describe('of a subscription', () => {
    const period = () => ({ start: now - DAY, end: now + 29 * DAY })

    function subscribe(): Json {
      const { start, end } = period()
      const line = {
        amount: 3000,
        period: { start, end },
        parent: { subscription_item_details: { subscription: 'sub_1', subscription_item: 'si_1' } },
      }
      const object = invoice([payment('pi_1', 3000)], {
        billing_reason: 'subscription_create',
        parent: { subscription_details: { subscription: 'sub_1' } },
        lines: { object: 'list', data: [line], has_more: false },
      })
      shop.stripe.subscriptions.set('sub_1', {
        id: 'sub_1',
        object: 'subscription',
        livemode: false,
        customer: 'cus_1',
        status: 'active',
        currency: 'eur',
        created: start,
        start_date: start,
        metadata: {},
        items: {
          object: 'list',
          data: [
            {
              id: 'si_1',
              price: { id: 'price_pro', product: 'prod_1' },
              quantity: 1,
              current_period_start: start,
              current_period_end: end,
            },
          ],
        },
        latest_invoice: object,
      })
      const subscription = shop.stripe.subscriptions.get('sub_1') ?? {}
      return till.event('customer.subscription.created', {
        ...subscription,
        latest_invoice: 'in_1',
      })
    }

    const access = async () => {
      const rows = await db.database.query(
        `select granted, reason from quittance.buyer_access where customer_id = 'cus_1'`,
      )
      return rows[0]
    }

    test('a refund in full takes its access, one that fails gives it back', async () => {
      await till.deliver(subscribe())
      expect(await access()).toEqual({ granted: true, reason: 'active' })
      await till.deliver(...till.refund('ch_pi_1', 700))
      expect(await access()).toEqual({ granted: true, reason: 'active' })
      await till.deliver(...till.refund('ch_pi_1', 2300))
      expect(await access()).toEqual({ granted: false, reason: 'refunded' })
      await till.deliver(...till.failRefund('re_ch_pi_1_2'))
      expect(await access()).toEqual({ granted: true, reason: 'active' })
      expect(told).toEqual([
        'access.granted export',
        'invoice.partially_refunded re_ch_pi_1_1',
        'invoice.refunded re_ch_pi_1_2',
        'access.revoked export',
        'invoice.refund_failed re_ch_pi_1_2',
        'access.granted export',
      ])
    })

    test('a dispute takes it until it is won', async () => {
      const created = subscribe()
      await till.deliver(...till.dispute('ch_pi_1'))
      await till.deliver(created)
      expect(await access()).toEqual({ granted: false, reason: 'disputed' })
      expect(told).toEqual(['invoice.disputed dp_1'])
      await till.deliver(...till.changeDispute('dp_1', 'won'))
      expect(await access()).toEqual({ granted: true, reason: 'active' })
    })

    test('the handler is given the invoice, the subscription and the buyer', async () => {
      const seen: unknown[] = []
      const on = { 'invoice.refunded': (context: object) => void seen.push(context) }
      const { stripe } = shop
      shop = openShop(db, { stripe, on })
      till = new Till(shop)
      await till.deliver(subscribe())
      await till.deliver(...till.refund('ch_pi_1', 3000))
      expect(seen).toMatchObject([
        {
          invoice: { id: 'in_1', amountRefunded: 3000, amountPaid: 3000, disputeStatus: null },
          subscription: { id: 'sub_1', status: 'active', items: [{ priceId: 'price_pro' }] },
          buyer: { customerId: 'cus_1', userId: null },
          refund: { id: 're_ch_pi_1_1', chargeId: 'ch_pi_1', amount: 3000, status: 'succeeded' },
        },
      ])
    })
  })
})
