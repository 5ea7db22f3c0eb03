// Issuing: cardholders, their cards, and what becomes of a purchase with one.
import { expect, test } from 'vitest'
import { type Bench, bench } from '../support.ts'

const address = {
  line1: '1234 Main Street',
  city: 'San Francisco',
  state: 'CA',
  postal_code: '94111',
  country: 'US',
}
const individual = {
  first_name: 'Jenny',
  last_name: 'Rosen',
  card_issuing: { user_terms_acceptance: { date: 1_793_000_000, ip: '203.0.113.7' } },
}

function newHolder({ stripe }: Bench) {
  return stripe.issuing.cardholders.create({ name: 'Jenny', billing: { address }, individual })
}

async function newCard(b: Bench, limit?: number) {
  const { id } = await newHolder(b)
  return b.stripe.issuing.cards.create({
    currency: 'usd',
    type: 'virtual',
    cardholder: id,
    status: 'active',
    ...(limit && {
      spending_controls: { spending_limits: [{ amount: limit, interval: 'daily' as const }] },
    }),
  })
}

function buy({ stripe }: Bench, card: string, amount: number) {
  return stripe.testHelpers.issuing.authorizations.create({ card, amount })
}

test('a card shows its holder as the holder is now, and its digits only when asked', async () => {
  const b = await bench()
  const card = await newCard(b)
  expect(card).toMatchObject({ brand: 'Visa', status: 'active', cardholder: { name: 'Jenny' } })
  expect(card.number).toBeUndefined()
  await b.stripe.issuing.cardholders.update(card.cardholder.id, { email: 'jenny@example.com' })
  const shown = await b.stripe.issuing.cards.retrieve(card.id, { expand: ['number', 'cvc'] })
  expect(shown).toMatchObject({ cvc: '123', cardholder: { email: 'jenny@example.com' } })
  expect(shown.number).toMatch(new RegExp(`^400000999\\d{3}${card.last4}$`))
  await b.stripe.issuing.cards.update(card.id, { status: 'canceled', cancellation_reason: 'lost' })
  await expect(b.stripe.issuing.cards.update(card.id, { status: 'active' })).rejects.toMatchObject({
    param: 'status',
  })
  expect(b.types()).toEqual([
    'issuing_cardholder.created',
    'issuing_card.created',
    'issuing_cardholder.updated',
    'issuing_card.updated',
  ])
})

test('a card of somebody of whom Stripe lacks something cannot be active', async () => {
  const b = await bench()
  const holder = await b.stripe.issuing.cardholders.create({ name: 'Jenny', billing: { address } })
  expect(holder.requirements).toMatchObject({ disabled_reason: 'requirements.past_due' })
  const card = { currency: 'usd', type: 'virtual', cardholder: holder.id } as const
  await expect(b.stripe.issuing.cards.create({ ...card, status: 'active' })).rejects.toMatchObject({
    param: 'status',
  })
  const inactive = await b.stripe.issuing.cards.create(card)
  expect(inactive.status).toBe('inactive')
  expect(await buy(b, inactive.id, 100)).toMatchObject({
    approved: false,
    status: 'closed',
    request_history: [{ reason: 'card_inactive' }],
  })
})

test('a purchase within the limits is approved, captured and booked on the card', async () => {
  const b = await bench()
  const card = await newCard(b, 1000)
  const first = await buy(b, card.id, 700)
  expect(first).toMatchObject({ approved: true, status: 'pending', amount: 700 })
  expect(await buy(b, card.id, 301)).toMatchObject({
    approved: false,
    request_history: [{ reason: 'spending_controls' }],
  })
  const captured = await b.stripe.testHelpers.issuing.authorizations.capture(first.id)
  expect(captured).toMatchObject({ status: 'closed', amount: 0 })
  const { data } = await b.stripe.issuing.transactions.list({ card: card.id })
  expect(data).toMatchObject([{ amount: -700, type: 'capture', authorization: first.id }])
  await expect(b.stripe.testHelpers.issuing.authorizations.reverse(first.id)).rejects.toMatchObject(
    { statusCode: 400 },
  )
  expect(b.types().slice(2)).toEqual([
    'issuing_authorization.request',
    'issuing_authorization.created',
    'issuing_authorization.created',
    'issuing_transaction.created',
    'issuing_authorization.updated',
  ])
})

test('where an endpoint is asked, its answer decides, and silence declines', async () => {
  const b = await bench()
  const card = await newCard(b)
  await b.stripe.webhookEndpoints.create({
    url: 'http://127.0.0.1:9/hook',
    enabled_events: ['issuing_authorization.request'],
  })
  const asked = await buy(b, card.id, 500)
  expect(asked).toMatchObject({ status: 'pending', pending_request: { amount: 500 } })
  expect(await b.stripe.issuing.authorizations.approve(asked.id)).toMatchObject({
    approved: true,
    amount: 500,
    request_history: [{ reason: 'webhook_approved' }],
  })
  await expect(b.stripe.issuing.authorizations.decline(asked.id)).rejects.toMatchObject({
    statusCode: 400,
  })
  const silent = await buy(b, card.id, 500)
  b.account.advance(2)
  expect(await b.stripe.issuing.authorizations.retrieve(silent.id)).toMatchObject({
    approved: false,
    status: 'closed',
    request_history: [{ reason: 'webhook_timeout' }],
  })
})

test('a receipt is told of by an event of its own', async () => {
  const b = await bench()
  const card = await newCard(b)
  const transaction = await b.stripe.testHelpers.issuing.transactions.createForceCapture({
    card: card.id,
    amount: 100,
    merchant_data: { category: 'taxicabs_limousines', name: 'Rocket Rides' },
    purchase_details: { receipt: [{ description: 'Ride', unit_cost: 100 }] },
  })
  expect(transaction).toMatchObject({
    amount: -100,
    merchant_data: { category_code: '4121' },
    purchase_details: { receipt: [{ description: 'Ride', unit_cost: 100, quantity: null }] },
  })
  await b.stripe.issuing.transactions.update(transaction.id, { metadata: { order: '7' } })
  expect(b.types().slice(2)).toEqual([
    'issuing_transaction.created',
    'issuing_transaction.purchase_details_receipt_updated',
    'issuing_transaction.updated',
  ])
})
