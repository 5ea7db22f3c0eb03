// What an ordinary integration does, written against the SDK's types alone: run as its own process by sdk.test.ts.
import Stripe from 'stripe'

const [port, apiKey] = process.argv.slice(2)
if (port === undefined || apiKey === undefined)
  throw new Error('usage: sdk-program <port> <api key>')

const stripe = new Stripe(apiKey, {
  host: '127.0.0.1',
  port: Number(port),
  protocol: 'http',
  telemetry: false,
})

async function createCatalogue(): Promise<Stripe.Price> {
  const product = await stripe.products.create({ name: 'Notebook', metadata: { shelf: 'a' } })
  const price = await stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 1500,
    lookup_key: 'notebook',
  })
  const found = await stripe.prices.list({ lookup_keys: ['notebook'], expand: ['data.product'] })
  const [first] = found.data
  if (!first || typeof first.product === 'string') throw new Error('the product was not expanded')
  return price
}

async function retryIdempotently(price: Stripe.Price) {
  const parameters: Stripe.Checkout.SessionCreateParams = {
    mode: 'payment',
    line_items: [{ price: price.id, quantity: 2 }],
    success_url: 'http://127.0.0.1:9/success?session_id={CHECKOUT_SESSION_ID}',
    cancel_url: 'http://127.0.0.1:9/cancel',
    metadata: { order: 'ord_1' },
    payment_intent_data: { metadata: { order: 'ord_1' } },
  }
  const options: Stripe.RequestOptions = { idempotencyKey: 'ord_1:1' }
  const first = await stripe.checkout.sessions.create(parameters, options)
  const again = await stripe.checkout.sessions.create(parameters, options)
  const conflict = await stripe.checkout.sessions
    .create({ ...parameters, metadata: { order: 'ord_2' } }, options)
    .then(() => 'accepted', errorType)
  return {
    session: first,
    sameObject: first.id === again.id,
    firstReplayed: first.lastResponse.headers['idempotent-replayed'] ?? null,
    againReplayed: again.lastResponse.headers['idempotent-replayed'] ?? null,
    conflict,
  }
}

async function paySession(session: Stripe.Checkout.Session) {
  const method = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } })
  await stripe.rawRequest('POST', `/v1/payment_pages/${session.id}/confirm`, {
    payment_method: method.id,
    expected_amount: 3000,
  })
  const paid = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ['line_items', 'payment_intent.latest_charge'],
  })
  const intent = paid.payment_intent
  if (intent === null || typeof intent === 'string') throw new Error('the intent was not expanded')
  const charge = intent.latest_charge
  if (charge === null || typeof charge === 'string') throw new Error('the charge was not expanded')
  return {
    status: paid.status,
    paymentStatus: paid.payment_status,
    total: paid.amount_total,
    lines: paid.line_items?.data.map((line) => [line.quantity, line.amount_total]),
    intentOrder: intent.metadata.order,
    captured: charge.amount_captured,
    last4: charge.payment_method_details?.card?.last4,
  }
}

async function payAndRefund() {
  const intent = await stripe.paymentIntents.create({
    amount: 2000,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    expand: ['latest_charge.balance_transaction'],
  })
  await stripe.refunds.create({ payment_intent: intent.id, amount: 500 })
  const partly = await chargeOf(intent)
  await stripe.refunds.create({ payment_intent: intent.id, reason: 'requested_by_customer' })
  const fully = await chargeOf(intent)
  const tooMuch = await stripe.refunds
    .create({ payment_intent: intent.id })
    .then(() => 'accepted', errorCode)
  return {
    status: intent.status,
    partly: [partly.amount_refunded, partly.refunded],
    fully: [fully.amount_refunded, fully.refunded],
    tooMuch,
  }
}

async function chargeOf(intent: Stripe.PaymentIntent): Promise<Stripe.Charge> {
  const fresh = await stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge'] })
  const charge = fresh.latest_charge
  if (charge === null || typeof charge === 'string') throw new Error('the charge was not expanded')
  return charge
}

async function paginate() {
  const wanted = 25
  for (let i = 0; i < wanted; i += 1) await stripe.customers.create({ name: `customer ${i}` })
  const walked: string[] = []
  for await (const customer of stripe.customers.list({ limit: 10 }))
    walked.push(String(customer.name))
  const gathered = await stripe.customers.list({ limit: 7 }).autoPagingToArray({ limit: 100 })
  const newest = await stripe.customers.list({ limit: 1 })
  return {
    walked: walked.length,
    distinct: new Set(walked).size,
    first: walked[0],
    gathered: gathered.length,
    hasMore: newest.has_more,
  }
}

async function fail() {
  const declined = await stripe.paymentIntents
    .create({
      amount: 2000,
      currency: 'usd',
      payment_method: 'pm_card_chargeDeclined',
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    })
    .then(() => 'accepted', errorCode)
  const missing = await stripe.customers.retrieve('cus_nobody').then(() => 'accepted', errorCode)
  const incomplete = await stripe
    .rawRequest('POST', '/v1/prices', { currency: 'usd' })
    .then(() => 'accepted', errorType)
  return { declined, missing, incomplete }
}

async function changeCustomer() {
  const customer = await stripe.customers.create({
    email: 'a@example.com',
    metadata: { a: '1', b: '2' },
  })
  const updated = await stripe.customers.update(customer.id, { metadata: { a: '' }, name: 'Ada' })
  const gone = await stripe.customers.del(customer.id)
  const after = await stripe.customers.retrieve(customer.id)
  return {
    metadata: updated.metadata,
    name: updated.name,
    gone: gone.deleted,
    after: after.deleted,
  }
}

function errorCode(error: unknown): string {
  if (!(error instanceof Stripe.errors.StripeError)) throw error
  return `${error.type} ${error.code}`
}

function errorType(error: unknown): string {
  if (!(error instanceof Stripe.errors.StripeError)) throw error
  return error.type
}

const price = await createCatalogue()
const { session, ...idempotency } = await retryIdempotently(price)
const report = {
  idempotency,
  session: await paySession(session),
  refund: await payAndRefund(),
  pages: await paginate(),
  failures: await fail(),
  customer: await changeCustomer(),
  eventTypes: [
    ...new Set((await stripe.events.list({ limit: 100 })).data.map((event) => event.type)),
  ],
}
console.log(JSON.stringify(report))
