// Goal: a payment has Stripe's shape whatever it is made with and however it ends. Method: every test card and the test
// bank accounts through their whole life, refunds included; the checked simulator judges each answer and event.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testCards } from '../../src/customers/test-cards.ts'
import { type CheckedSimulator, checkedSimulator } from '../schema/checked-simulator.ts'
import { type ApiClient, apiClient, type Json } from './api-client.ts'

const apiKey = 'sk_test_instruments_of_all'
const week = 7 * 24 * 60 * 60
let simulator: CheckedSimulator
let api: ApiClient

beforeAll(async () => {
  simulator = await checkedSimulator({ seed: 'instruments' })
  api = apiClient(simulator.url, apiKey)
})

afterAll(() => simulator?.close())

const idOf = (body: Json) => String(body.id)

/** Only what is new: one deviation should fail one test. */
let reported = 0
function conforms(): void {
  const fresh = simulator.violations().slice(reported)
  reported += fresh.length
  expect(fresh).toEqual([])
}

test.each(testCards.map((card) => [card.methods[0] ?? '', card.number]))(
  'card %s',
  async (name) => {
    const intent = await api.post('/v1/payment_intents', {
      amount: 2000,
      currency: 'usd',
      payment_method: `pm_card_${name}`,
      confirm: true,
      'automatic_payment_methods[enabled]': true,
      return_url: 'https://example.com/back',
    })
    const id = idOf(
      isRecord(intent.error) && isRecord(intent.error.payment_intent)
        ? intent.error.payment_intent
        : intent,
    )
    expect(id).toMatch(/^pi_/)
    const expand = ['latest_charge.balance_transaction', 'payment_method', 'customer']
    await api.get(`/v1/payment_intents/${id}`, { expand })
    await api.post('/v1/refunds', { payment_intent: id, amount: 500, metadata: { a: '1' } })
    await api.post('/v1/refunds', { payment_intent: id, reason: 'requested_by_customer' })
    simulator.account(apiKey).advance(week)
    await api.get('/v1/refunds', {
      payment_intent: id,
      expand: ['data.balance_transaction', 'data.charge'],
    })
    await api.get('/v1/charges', { payment_intent: id, expand: ['data.refunds'] })
    conforms()
  },
)

test.each([
  ['sepa_debit', 'eur', { iban: 'AT611904300234573201' }],
  ['sepa_debit', 'eur', { iban: 'AT861904300235473202' }],
  ['us_bank_account', 'usd', bank('000123456789')],
  ['us_bank_account', 'usd', bank('000111111113')],
  ['us_bank_account', 'usd', bank('000333333335')],
  ['us_bank_account', 'usd', bank('000000000009')],
])('debit %s %s %o', async (type, currency, details) => {
  const method = await api.post('/v1/payment_methods', {
    type,
    [type]: details,
    billing_details: { name: 'Ada', email: 'ada@example.com' },
  })
  const intent = await api.post('/v1/payment_intents', {
    amount: 2000,
    currency,
    payment_method: idOf(method),
    payment_method_types: [type],
    confirm: true,
  })
  expect(intent.status).toBe('processing')
  simulator.account(apiKey).advance(week)
  await api.get(`/v1/payment_intents/${intent.id}`, {
    expand: ['latest_charge.balance_transaction'],
  })
  await api.post('/v1/refunds', { payment_intent: idOf(intent) })
  conforms()
})

function bank(accountNumber: string) {
  return {
    account_number: accountNumber,
    routing_number: '110000000',
    account_holder_type: 'individual',
  }
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null
}
