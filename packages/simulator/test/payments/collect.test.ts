// Goal: what other rooms pay with: an intent made and attempted without its customer, and attempted again.
import { expect, test } from 'vitest'
import { findMethod } from '../../src/customers/instruments.ts'
import { type Collection, collect, demand, retry } from '../../src/payments/collect.ts'
import { Account } from '../../src/world/account.ts'
import { type Bench, bench } from '../support.ts'

function accountOf({ account }: Bench): Account {
  if (account instanceof Account) return account
  throw new Error('not the account of this simulator')
}

const wanted: Omit<Collection, 'method' | 'customer'> = {
  amount: 2000,
  currency: 'usd',
  offSession: true,
  description: 'Subscription',
  metadata: {},
}

async function saved(b: Bench, name: string): Promise<{ customer: string; id: string }> {
  const customer = await b.stripe.customers.create()
  const method = await b.stripe.paymentMethods.attach(name, { customer: customer.id })
  return { customer: customer.id, id: method.id }
}

const collectWith = (
  b: Bench,
  { customer, id }: { customer: string; id: string },
  change: Partial<Collection> = {},
) =>
  accountOf(b).transact(null, (tx) =>
    collect(tx, { ...wanted, customer, method: findMethod(tx, id, 'method'), ...change }),
  )

test('a card pays, and the money is booked', async () => {
  const b = await bench()
  const method = await saved(b, 'pm_card_visa')
  const before = b.types().length
  const attempt = collectWith(b, method)
  expect(attempt.intent).toMatchObject({ status: 'succeeded', customer: method.customer })
  expect(b.types().slice(before)).toEqual([
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.succeeded',
    'charge.updated',
  ])
})

test('a card that always needs its owner is declined, or asks for them where that is wanted', async () => {
  const b = await bench()
  const method = await saved(b, 'pm_card_authenticationRequired')
  expect(collectWith(b, method)).toMatchObject({
    kind: 'declined',
    intent: {
      status: 'requires_payment_method',
      last_payment_error: {
        code: 'authentication_required',
        decline_code: 'authentication_required',
        type: 'card_error',
      },
    },
  })
  const before = b.types().length
  expect(collectWith(b, method, { challenge: 'demand' })).toMatchObject({
    kind: 'requires_action',
    intent: { status: 'requires_action', latest_charge: null },
  })
  expect(b.types().slice(before)).toEqual([
    'payment_intent.created',
    'payment_intent.requires_action',
  ])
})

test('a card that is set up already needs nobody', async () => {
  const b = await bench()
  const method = await saved(b, 'pm_card_authenticationRequiredSetupForOffSession')
  expect(collectWith(b, method).kind).toBe('succeeded')
  expect(collectWith(b, method, { offSession: false, challenge: 'demand' }).kind).toBe(
    'requires_action',
  )
})

test('the same intent is attempted again with a better card', async () => {
  const b = await bench()
  const { customer } = await saved(b, 'pm_card_visa')
  const attempt = accountOf(b).transact(null, (tx) => {
    const intent = demand(tx, { ...wanted, customer })
    const failed = retry(tx, intent, findMethod(tx, 'pm_card_chargeDeclined', 'method'))
    expect(failed.kind).toBe('declined')
    return retry(tx, failed.intent, findMethod(tx, 'pm_card_visa', 'method'))
  })
  expect(attempt).toMatchObject({
    kind: 'succeeded',
    intent: { status: 'succeeded', last_payment_error: null },
  })
  expect(await b.stripe.charges.list({ payment_intent: attempt.intent.id })).toMatchObject({
    data: [{ status: 'succeeded' }, { status: 'failed' }],
  })
})
