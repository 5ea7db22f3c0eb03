// A new subscription: its first invoice is finalised and paid in the request, and the status says what came of it.
import { expect, test } from 'vitest'
import { day, firstItem, giveCard, hour, idOf, type Shop, shop, startAt } from './support.ts'

test('a subscription whose first invoice is paid begins active', async () => {
  const s = await shop()
  const price = await s.price(1500)
  const subscription = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: price.id, quantity: 2 }],
    metadata: { user: '42' },
    expand: ['latest_invoice.payments'],
  })
  expect(subscription).toMatchObject({
    status: 'active',
    billing_cycle_anchor: startAt,
    collection_method: 'charge_automatically',
    metadata: { user: '42' },
    test_clock: s.clock.id,
    latest_invoice: {
      status: 'paid',
      billing_reason: 'subscription_create',
      amount_paid: 3000,
      parent: { subscription_details: { subscription: subscription.id, metadata: { user: '42' } } },
    },
  })
  expect(firstItem(subscription)).toMatchObject({
    quantity: 2,
    current_period_start: startAt,
    current_period_end: Date.parse('2026-12-01T12:00:00Z') / 1000,
  })
  const news = s.news()
  expect(news.map(({ type }) => type)).toEqual([
    'customer.updated',
    'invoice.created',
    'invoice.finalized',
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.succeeded',
    'charge.updated',
    'invoice.updated',
    'invoice.paid',
    'invoice.payment_succeeded',
    'invoice_payment.paid',
    'customer.subscription.created',
  ])
  expect(news.at(-1)?.object).toMatchObject({
    status: 'active',
    latest_invoice: idOf(subscription.latest_invoice),
  })
})

const subscribe = async (s: Shop, amount = 1500, more: Record<string, unknown> = {}) =>
  s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: (await s.price(amount)).id }],
    ...more,
  })

test('a declined first payment leaves it incomplete, and after 23 hours expired with its invoice void', async () => {
  const s = await shop({ card: 'pm_card_chargeCustomerFail' })
  const subscription = await subscribe(s)
  expect(subscription.status).toBe('incomplete')
  const news = s.news()
  expect(news.map(({ type }) => type)).toEqual([
    'customer.updated',
    'invoice.created',
    'invoice.finalized',
    'payment_intent.created',
    'charge.failed',
    'payment_intent.payment_failed',
    'invoice.payment_failed',
    'invoice.updated',
    'customer.subscription.created',
  ])
  expect(news.at(-1)?.object.status).toBe('incomplete')
  await s.advance(22 * hour)
  expect(s.newTypes()).toEqual([])
  await s.advance(hour)
  const later = s.news()
  expect(later.map(({ type }) => type)).toEqual([
    'payment_intent.canceled',
    'invoice.voided',
    'customer.subscription.updated',
  ])
  expect(later.at(-1)).toMatchObject({
    object: { status: 'incomplete_expired' },
    previous: { status: 'incomplete' },
  })
  expect((await s.stripe.invoices.retrieve(idOf(subscription.latest_invoice))).status).toBe('void')
  await expect(
    s.stripe.subscriptions.update(subscription.id, { description: 'too late' }),
  ).rejects.toMatchObject({ statusCode: 400, param: 'description' })
})

test('an incomplete subscription becomes active when its first invoice is paid', async () => {
  const s = await shop({ card: 'pm_card_chargeCustomerFail' })
  const subscription = await subscribe(s)
  const method = await giveCard(s, s.customer.id, 'pm_card_visa')
  s.news()
  await s.stripe.invoices.pay(idOf(subscription.latest_invoice), { payment_method: method })
  const last = s.news().at(-1)
  expect(last).toMatchObject({
    type: 'customer.subscription.updated',
    object: { status: 'active' },
    previous: { status: 'incomplete' },
  })
  await s.advance(day)
  expect((await s.stripe.subscriptions.retrieve(subscription.id)).status).toBe('active')
})

test('without a payment method there is nothing to charge', async () => {
  const s = await shop({ card: null })
  await expect(subscribe(s)).rejects.toMatchObject({ statusCode: 400, code: 'resource_missing' })
  const { data } = await s.stripe.invoices.list({ customer: s.customer.id })
  expect(data).toEqual([])
})

test('default_incomplete leaves the first invoice open for the customer to pay', async () => {
  const s = await shop({ card: null })
  const subscription = await subscribe(s, 1500, {
    payment_behavior: 'default_incomplete',
    payment_settings: { save_default_payment_method: 'on_subscription' },
    expand: ['latest_invoice.payments'],
  })
  expect(subscription).toMatchObject({
    status: 'incomplete',
    latest_invoice: { status: 'open', attempt_count: 0 },
  })
  const invoice = idOf(subscription.latest_invoice)
  const { data } = await s.stripe.invoicePayments.list({ invoice })
  const intent = data[0]?.payment.payment_intent
  s.news()
  await s.stripe.paymentIntents.confirm(idOf(intent ?? null), { payment_method: 'pm_card_visa' })
  const after = await s.stripe.subscriptions.retrieve(subscription.id)
  expect(after.status).toBe('active')
  expect(after.default_payment_method).toMatch(/^pm_/)
  expect(s.newTypes().filter((type) => type.startsWith('customer.subscription'))).toEqual([
    'customer.subscription.updated',
  ])
})

test('error_if_incomplete refuses what cannot be paid, and nothing is left of it', async () => {
  const s = await shop({ card: 'pm_card_chargeCustomerFail' })
  const price = await s.price(1500)
  s.news()
  await expect(
    s.stripe.subscriptions.create({
      customer: s.customer.id,
      items: [{ price: price.id }],
      payment_behavior: 'error_if_incomplete',
    }),
  ).rejects.toMatchObject({ statusCode: 402, code: 'card_declined' })
  expect(s.newTypes()).toEqual([])
  expect((await s.stripe.subscriptions.list({ status: 'all' })).data).toEqual([])
  expect((await s.stripe.paymentIntents.list()).data).toEqual([])
})

test('a card that asks for authentication leaves it incomplete', async () => {
  const s = await shop({ card: 'pm_card_threeDSecure2Required' })
  const subscription = await subscribe(s)
  expect(subscription.status).toBe('incomplete')
  expect(s.newTypes()).toContain('invoice.payment_action_required')
})

test('send_invoice is active at once; its draft is finalised and sent an hour later', async () => {
  const s = await shop({ card: null })
  const subscription = await subscribe(s, 1500, {
    collection_method: 'send_invoice',
    days_until_due: 30,
  })
  expect(subscription).toMatchObject({ status: 'active', days_until_due: 30 })
  expect(s.newTypes()).toEqual([
    'customer.updated',
    'invoice.created',
    'customer.subscription.created',
  ])
  await s.advance(hour)
  expect(s.newTypes()).toEqual(['invoice.finalized', 'payment_intent.created', 'invoice.sent'])
})

test('an anchor ahead bills the part up to it, or nothing', async () => {
  const s = await shop()
  const anchor = startAt + 15 * day
  const price = await s.price(3000)
  const items = [{ price: price.id }]
  const part = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items,
    billing_cycle_anchor: anchor,
    expand: ['latest_invoice'],
  })
  expect(part).toMatchObject({ status: 'active', billing_cycle_anchor: anchor })
  expect(firstItem(part)).toMatchObject({
    current_period_start: startAt,
    current_period_end: anchor,
  })
  // 16 October to 16 November has 31 days, and 15 of them are ahead.
  expect(part.latest_invoice).toMatchObject({ amount_paid: Math.round((3000 * 15) / 31) })
  const free = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items,
    billing_cycle_anchor: anchor,
    proration_behavior: 'none',
  })
  expect(free).toMatchObject({ status: 'active', latest_invoice: null })
  s.news()
  await s.advance(15 * day + hour)
  const paid = s.news().filter(({ type }) => type === 'invoice.paid')
  expect(paid.map(({ object }) => object.amount_paid)).toEqual([3000, 3000])
})

test('an anchor further away than the next billing date is refused', async () => {
  const s = await shop()
  await expect(
    subscribe(s, 1500, { billing_cycle_anchor: startAt + 40 * day }),
  ).rejects.toMatchObject({ statusCode: 400, param: 'billing_cycle_anchor' })
})

test('one-time prices come onto the first invoice', async () => {
  const s = await shop()
  const once = await s.once(500)
  const subscription = await subscribe(s, 1500, {
    add_invoice_items: [{ price: once.id }],
    expand: ['latest_invoice'],
  })
  expect(subscription.latest_invoice).toMatchObject({ amount_paid: 2000 })
})

test('coupons take their part: once on the first invoice, forever on all', async () => {
  const s = await shop()
  const once = await s.stripe.coupons.create({ percent_off: 50, duration: 'once' })
  const ever = await s.stripe.coupons.create({ percent_off: 10, duration: 'forever' })
  const subscription = await subscribe(s, 1000, {
    discounts: [{ coupon: once.id }, { coupon: ever.id }],
    expand: ['latest_invoice'],
  })
  expect(subscription.latest_invoice).toMatchObject({ amount_paid: 450 })
  expect(subscription.discounts).toHaveLength(1)
  s.news()
  await s.advance(30 * day + hour)
  const paid = s.news().find(({ type }) => type === 'invoice.paid')
  expect(paid?.object).toMatchObject({ amount_paid: 900 })
})

test('what is not a subscription is refused in the words of Stripe', async () => {
  const s = await shop()
  const price = await s.price(1500)
  const once = await s.once(500)
  const euro = await s.price(900, { currency: 'eur' })
  const customer = s.customer.id
  const refusals: [Record<string, unknown>, Record<string, unknown>][] = [
    [{ items: [{ price: price.id }] }, { param: 'customer', code: 'parameter_missing' }],
    [{ customer }, { param: 'items', code: 'parameter_missing' }],
    [{ customer: 'cus_none', items: [{ price: price.id }] }, { code: 'resource_missing' }],
    [{ customer, items: [{ price: 'price_none' }] }, { param: 'items[0][price]' }],
    [{ customer, items: [{ price: once.id }] }, { param: 'items[0][price]' }],
    [{ customer, items: [{ price: price.id }, { price: euro.id }] }, { param: 'items[1][price]' }],
    [{ customer, items: [{ price: price.id }, { price: price.id }] }, { param: 'items[1][price]' }],
    [{ customer, items: [{ price: price.id }], trial_end: startAt - 1 }, { param: 'trial_end' }],
    [
      { customer, items: [{ price: price.id }], default_payment_method: 'pm_card_none' },
      { param: 'default_payment_method' },
    ],
    [
      { customer, items: [{ price: price.id }], payment_behavior: 'pending_if_incomplete' },
      { param: 'payment_behavior' },
    ],
    [{ customer, items: [{ price: price.id }], days_until_due: 3 }, { param: 'days_until_due' }],
    [
      { customer, items: [{ price: price.id }], collection_method: 'send_invoice' },
      { param: 'days_until_due', code: 'parameter_missing' },
    ],
    [
      { customer, items: [{ price: price.id }], backdate_start_date: startAt - day },
      { param: 'backdate_start_date' },
    ],
    [{ customer, items: [{ price: price.id, nonsense: 1 }] }, { code: 'parameter_unknown' }],
  ]
  for (const [params, error] of refusals) {
    await expect(s.stripe.subscriptions.create(params)).rejects.toMatchObject({
      statusCode: 400,
      ...error,
    })
  }
  expect(s.newTypes()).toEqual([])
})

test('a customer on a test clock has at most three subscriptions', async () => {
  const s = await shop()
  for (const amount of [100, 200, 300]) await subscribe(s, amount)
  await expect(subscribe(s, 400)).rejects.toMatchObject({ statusCode: 400, param: 'customer' })
})

test('the list leaves out what is canceled, unless it is asked for', async () => {
  const s = await shop()
  const kept = await subscribe(s, 100)
  const gone = await subscribe(s, 200)
  await s.stripe.subscriptions.cancel(gone.id)
  const ids = async (params: Record<string, string>) =>
    (await s.stripe.subscriptions.list({ customer: s.customer.id, ...params })).data.map(
      (x) => x.id,
    )
  expect(await ids({})).toEqual([kept.id])
  expect(await ids({ status: 'all' })).toEqual([gone.id, kept.id])
  expect(await ids({ status: 'canceled' })).toEqual([gone.id])
  expect(await ids({ status: 'ended' })).toEqual([gone.id])
  expect(await ids({ price: firstItem(kept).price.id })).toEqual([kept.id])
  expect(await ids({ price: firstItem(gone).price.id })).toEqual([])
  const byClock = await s.stripe.subscriptions.list({ test_clock: s.clock.id })
  expect(byClock.data.map(({ id }) => id)).toEqual([kept.id])
})

test('without discounts of its own it has those of its customer', async () => {
  const s = await shop()
  const coupon = await s.stripe.coupons.create({ percent_off: 25, duration: 'forever' })
  await s.call('POST', `/v1/customers/${s.customer.id}`, `coupon=${coupon.id}`)
  const inherits = await subscribe(s, 1000, { expand: ['latest_invoice'] })
  expect(inherits.latest_invoice).toMatchObject({ amount_paid: 750 })
  const own = await s.stripe.coupons.create({
    amount_off: 100,
    currency: 'usd',
    duration: 'forever',
  })
  const has = await subscribe(s, 2000, {
    discounts: [{ coupon: own.id }],
    expand: ['latest_invoice'],
  })
  expect(has.latest_invoice).toMatchObject({ amount_paid: 1900 })
})

test('a bank debit settles the first invoice later', async () => {
  const s = await shop({ card: null })
  const { id: method } = await s.stripe.paymentMethods.create({
    type: 'sepa_debit',
    sepa_debit: { iban: 'AT321904300235473204' },
    billing_details: { name: 'Jenny', email: 'jenny@example.com' },
  })
  await s.stripe.paymentMethods.attach(method, { customer: s.customer.id })
  const price = await s.price(1500, { currency: 'eur' })
  const subscription = await s.stripe.subscriptions.create({
    customer: s.customer.id,
    items: [{ price: price.id }],
    default_payment_method: method,
  })
  expect(subscription.status).toBe('incomplete')
  await s.advance(hour)
  expect((await s.stripe.subscriptions.retrieve(subscription.id)).status).toBe('active')
})
