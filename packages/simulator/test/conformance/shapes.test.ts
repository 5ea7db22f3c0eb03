// Goal: what a payment leaves behind has Stripe's shape, expanded too. Method: every kind of call and expansion at least
// once; the checked simulator judges each body.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CheckedSimulator, checkedSimulator } from '../schema/checked-simulator.ts'
import { type ApiClient, apiClient, type Json } from './api-client.ts'
import { type Receiver, startReceiver } from './receiver.ts'

const apiKey = 'sk_test_shapes_of_all'
const week = 7 * 24 * 60 * 60
let simulator: CheckedSimulator
let receiver: Receiver
let api: ApiClient

beforeAll(async () => {
  receiver = await startReceiver()
  simulator = await checkedSimulator({ seed: 'shapes' })
  api = apiClient(simulator.url, apiKey)
})

afterAll(async () => {
  await receiver?.close()
  await simulator?.close()
})

const idOf = (body: Json) => String(body.id)

/** Only what is new: one deviation should fail one test. */
let reported = 0
function conforms(): void {
  const fresh = simulator.violations().slice(reported)
  reported += fresh.length
  expect(fresh).toEqual([])
}

function pay(method: string, more: Record<string, string | number | boolean> = {}) {
  return api.post('/v1/payment_intents', {
    amount: 2000,
    currency: 'usd',
    payment_method: method,
    confirm: true,
    'automatic_payment_methods[enabled]': true,
    return_url: 'https://example.com/back',
    ...more,
  })
}

test('catalogue', async () => {
  const product = await api.post('/v1/products', {
    name: 'Notebook',
    description: 'A5',
    images: ['https://example.com/a.png'],
    metadata: { a: '1' },
    default_price_data: { currency: 'eur', unit_amount: 900 },
  })
  const id = idOf(product)
  await api.get(`/v1/products/${id}`, { expand: ['default_price'] })
  await api.post(`/v1/products/${id}`, { name: 'Book', metadata: { a: '' } })
  await api.get('/v1/products', { limit: 1, active: true })
  const price = await api.post('/v1/prices', {
    product: id,
    currency: 'usd',
    unit_amount_decimal: '12.5',
    lookup_key: 'book',
    nickname: 'n',
  })
  await api.post('/v1/prices', {
    currency: 'usd',
    unit_amount: 500,
    recurring: { interval: 'month' },
    product_data: { name: 'Club' },
  })
  await api.get(`/v1/prices/${price.id}`, { expand: ['product', 'tiers', 'currency_options'] })
  await api.post(`/v1/prices/${price.id}`, { active: false, metadata: { b: '2' } })
  await api.get('/v1/prices', { product: id, expand: ['data.product'] })
  const spare = await api.post('/v1/products', { name: 'Spare' })
  await api.del(`/v1/products/${spare.id}`)
  conforms()
})

test('customers, payment methods, tokens', async () => {
  const address = { line1: '1 Street', city: 'Town', country: 'US', postal_code: '10001' }
  const customer = await api.post('/v1/customers', {
    email: 'ada@example.com',
    name: 'Ada',
    phone: '+15550100',
    description: 'first',
    address,
    shipping: { name: 'Ada', address },
    metadata: { a: '1' },
  })
  const token = await api.post('/v1/tokens', {
    card: { number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123' },
  })
  await api.get(`/v1/tokens/${token.id}`)
  const card = await api.post('/v1/payment_methods', {
    type: 'card',
    card: { token: idOf(token) },
    billing_details: { name: 'Ada', address },
  })
  const id = idOf(card)
  await api.get(`/v1/payment_methods/${id}`)
  await api.post(`/v1/payment_methods/${id}/attach`, { customer: idOf(customer) })
  await api.post(`/v1/payment_methods/${id}`, { metadata: { a: '1' } })
  await api.get('/v1/payment_methods', { customer: idOf(customer), type: 'card' })
  await api.get(`/v1/customers/${customer.id}/payment_methods`)
  await api.get(`/v1/customers/${customer.id}/payment_methods/${id}`)
  await api.post(`/v1/customers/${customer.id}`, {
    invoice_settings: { default_payment_method: id },
  })
  await api.get(`/v1/customers/${customer.id}`, {
    expand: ['sources', 'subscriptions', 'tax_ids', 'tax'],
  })
  await pay(id, { customer: idOf(customer), setup_future_usage: 'off_session' })
  await api.post(`/v1/payment_methods/${id}/detach`)
  await api.get('/v1/customers', { email: 'ada@example.com' })
  await api.del(`/v1/customers/${customer.id}`)
  await api.get(`/v1/customers/${customer.id}`)
  conforms()
})

test('a payment intent by its steps; capture, cancel, charges, balance', async () => {
  const created = await api.post('/v1/payment_intents', { amount: 3000, currency: 'usd' })
  await api.post(`/v1/payment_intents/${created.id}`, {
    description: 'changed',
    capture_method: 'manual',
    shipping: { name: 'Ada', address: { line1: '1 Street' } },
  })
  await api.post(`/v1/payment_intents/${created.id}/confirm`, {
    payment_method: 'pm_card_visa',
    return_url: 'https://example.com/back',
  })
  await api.post(`/v1/payment_intents/${created.id}/capture`, { amount_to_capture: 1000 })
  await api.get(`/v1/payment_intents/${created.id}`, {
    expand: ['latest_charge.balance_transaction', 'payment_method', 'customer'],
  })
  const held = await pay('pm_card_visa', { capture_method: 'manual' })
  await api.post(`/v1/payment_intents/${held.id}/cancel`, { cancellation_reason: 'duplicate' })
  const other = await pay('pm_card_visa', { capture_method: 'manual' })
  await api.post(`/v1/charges/${other.latest_charge}/capture`)
  await api.post(`/v1/charges/${other.latest_charge}`, { description: 'noted' })
  await api.get(`/v1/charges/${other.latest_charge}`, {
    expand: ['balance_transaction', 'payment_intent', 'refunds'],
  })
  const pending = await pay('pm_card_pendingRefund')
  const refund = await api.post('/v1/refunds', { payment_intent: idOf(pending) })
  await api.post(`/v1/refunds/${refund.id}`, { metadata: { a: '1' } })
  await api.get(`/v1/refunds/${refund.id}`, { expand: ['charge', 'payment_intent'] })
  await api.get('/v1/refunds', { limit: 100, expand: ['data.charge', 'data.balance_transaction'] })
  await api.get('/v1/charges', { limit: 100, expand: ['data.refunds', 'data.payment_intent'] })
  await api.get('/v1/payment_intents', { limit: 100, expand: ['data.latest_charge'] })
  const ledger = await api.get('/v1/balance_transactions', { limit: 100, expand: ['data.source'] })
  const [entry] = Array.isArray(ledger.data) ? ledger.data : []
  await api.get(`/v1/balance_transactions/${entry.id}`)
  await api.get('/v1/balance')
  const account = await api.get('/v1/account')
  await api.get(`/v1/accounts/${account.id}`)
  conforms()
})

test('checkout sessions', async () => {
  const open = () =>
    api.post('/v1/checkout/sessions', {
      mode: 'payment',
      success_url: 'https://example.com/{CHECKOUT_SESSION_ID}',
      customer_creation: 'always',
      client_reference_id: 'cart',
      branding_settings: { display_name: 'Shop', button_color: '#112233' },
      payment_intent_data: {
        description: 'd',
        setup_future_usage: 'off_session',
        shipping: { name: 'Ada', address: { line1: '1 Street' } },
      },
      line_items: [
        {
          quantity: 2,
          price_data: { currency: 'eur', unit_amount: 500, product_data: { name: 'Pen' } },
        },
      ],
    })
  const session = await open()
  await api.post(`/v1/checkout/sessions/${session.id}`, { metadata: { a: '1' } })
  await api.get(`/v1/payment_pages/${session.id}`)
  await api.post(`/v1/payment_pages/${session.id}/confirm`, {
    payment_method: 'pm_card_visa',
    expected_amount: 1000,
  })
  await api.get(`/v1/checkout/sessions/${session.id}`, {
    expand: ['line_items.data.price.product', 'payment_intent.latest_charge', 'customer'],
  })
  await api.get(`/v1/checkout/sessions/${session.id}/line_items`)
  const left = await open()
  await api.post(`/v1/checkout/sessions/${left.id}/expire`)
  await open()
  simulator.account(apiKey).advance(week)
  await api.get('/v1/checkout/sessions', { expand: ['data.line_items', 'data.payment_intent'] })
  conforms()
})

test('webhook endpoints and events', async () => {
  const endpoint = await api.post('/v1/webhook_endpoints', {
    url: `${receiver.url}/hook`,
    enabled_events: ['*'],
    description: 'd',
  })
  await api.get(`/v1/webhook_endpoints/${endpoint.id}`)
  await api.post(`/v1/webhook_endpoints/${endpoint.id}`, { enabled_events: ['product.created'] })
  await api.get('/v1/webhook_endpoints')
  await api.post('/v1/products', { name: 'Heard' })
  const events = await api.get('/v1/events', { limit: 100 })
  const [event] = Array.isArray(events.data) ? events.data : []
  await api.get(`/v1/events/${event.id}`)
  await api.post(`/v1/events/${event.id}/retry`, { webhook_endpoint: idOf(endpoint) })
  await simulator.drain()
  await api.post(`/v1/webhook_endpoints/${endpoint.id}`, { disabled: true })
  await api.del(`/v1/webhook_endpoints/${endpoint.id}`)
  conforms()
})

test('refusals have the error envelope', async () => {
  const refused = [
    await api.get('/v1/customers/cus_nobody'),
    await api.get('/v1/nonsense'),
    await api.post('/v1/prices', { currency: 'usd' }),
    await api.post('/v1/prices', { currency: 'usd', unit_amount: 'abc' }),
    await api.post('/v1/products', { name: 'x', colour: 'red' }),
    await api.post('/v1/checkout/sessions', { mode: 'nonsense' }),
    await api.post('/v1/payment_intents', { amount: 0, currency: 'usd' }),
    await api.get('/v1/customers', { limit: 101 }),
    await apiClient(simulator.url, 'pk_test_publishable').get('/v1/customers'),
  ]
  for (const body of refused) expect(body).toHaveProperty('error.message')
  conforms()
})

test('all of that was judged', () => {
  expect(simulator.checkedCount()).toBeGreaterThan(100)
})
