// Goal: what was made can be looked up again, listed and changed, also where no other test does. Method: the SDK; what is
// retrieved equals what was created, and a list holds it.
import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { bench } from '../support.ts'

interface Thing {
  readonly id: string
}

async function isFound<T extends Thing>(
  made: T,
  retrieve: (id: string) => Promise<T>,
  list?: () => PromiseLike<{ readonly data: readonly T[] }>,
): Promise<void> {
  expect(await retrieve(made.id)).toEqual(made)
  if (list) expect((await list()).data.map(({ id }) => id)).toContain(made.id)
}

const noted = { metadata: { noted: 'yes' } }
const amount = { type: 'fixed_amount', fixed_amount: { amount: 500, currency: 'usd' } } as const
const issuedTo: Stripe.Issuing.CardholderCreateParams = {
  name: 'Jenny',
  billing: {
    address: { line1: '1 Main', city: 'Sea', state: 'CA', postal_code: '94111', country: 'US' },
  },
  individual: {
    first_name: 'Jenny',
    last_name: 'Rosen',
    card_issuing: { user_terms_acceptance: { date: 1_793_000_000, ip: '203.0.113.7' } },
  },
}

test('catalogue', async () => {
  const { stripe } = await bench()
  const product = await stripe.products.create({ name: 'Plan' })
  const plan = await stripe.plans.create({
    product: product.id,
    amount: 900,
    currency: 'usd',
    interval: 'month',
  })
  await isFound(plan, (id) => stripe.plans.retrieve(id))
  const price = await stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 900,
  })
  const link = await stripe.paymentLinks.create({ line_items: [{ price: price.id, quantity: 1 }] })
  await isFound(link, (id) => stripe.paymentLinks.retrieve(id))
  const coupon = await stripe.coupons.create({ percent_off: 25 })
  await isFound(
    coupon,
    (id) => stripe.coupons.retrieve(id),
    () => stripe.coupons.list(),
  )
  const rate = await stripe.taxRates.create({
    display_name: 'VAT',
    percentage: 19,
    inclusive: false,
  })
  await isFound(rate, (id) => stripe.taxRates.retrieve(id))
  const feature = await stripe.entitlements.features.create({
    name: 'Export',
    lookup_key: 'export',
  })
  await isFound(feature, (id) => stripe.entitlements.features.retrieve(id))
  const attached = await stripe.products.createFeature(product.id, {
    entitlement_feature: feature.id,
  })
  await isFound(attached, (id) => stripe.products.retrieveFeature(product.id, id))
  const shipping = await stripe.shippingRates.create({ display_name: 'Post', ...amount })
  await isFound(
    shipping,
    (id) => stripe.shippingRates.retrieve(id),
    () => stripe.shippingRates.list(),
  )
  expect(await stripe.shippingRates.update(shipping.id, noted)).toMatchObject(noted)
})

test('customers', async () => {
  const { stripe } = await bench()
  const { id: customer } = await stripe.customers.create({ email: 'ada@shop.example' })
  const entry = await stripe.customers.createBalanceTransaction(customer, {
    amount: -500,
    currency: 'usd',
  })
  await isFound(entry, (id) => stripe.customers.retrieveBalanceTransaction(customer, id))
  expect(await stripe.customers.updateBalanceTransaction(customer, entry.id, noted)).toMatchObject(
    noted,
  )
  const card = await stripe.customers.createSource(customer, { source: 'tok_visa' })
  await isFound(card, (id) => stripe.customers.retrieveSource(customer, id))
  const own = await stripe.customers.createTaxId(customer, { type: 'eu_vat', value: 'DE123456789' })
  await isFound(own, (id) => stripe.customers.retrieveTaxId(customer, id))
  const other = await stripe.taxIds.create({
    type: 'gb_vat',
    value: 'GB123456789',
    owner: { type: 'customer', customer },
  })
  await isFound(other, (id) => stripe.taxIds.retrieve(id))
  expect(await stripe.taxIds.del(other.id)).toMatchObject({ id: other.id, deleted: true })
  await stripe.testHelpers.customers.fundCashBalance(customer, { amount: 700, currency: 'usd' })
  const [funded] = (await stripe.customers.listCashBalanceTransactions(customer)).data
  if (!funded) throw new Error('the cash balance has no transaction')
  await isFound(funded, (id) => stripe.customers.retrieveCashBalanceTransaction(customer, id))
})

test('billing', async () => {
  const { stripe } = await bench()
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: 1_793_600_000 })
  await isFound(
    clock,
    (id) => stripe.testHelpers.testClocks.retrieve(id),
    () => stripe.testHelpers.testClocks.list(),
  )
  const { id: customer } = await stripe.customers.create({
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  })
  const price = await stripe.prices.create({
    currency: 'usd',
    unit_amount: 900,
    recurring: { interval: 'month' },
    product_data: { name: 'Plan' },
  })
  const { items } = await stripe.subscriptions.create({ customer, items: [{ price: price.id }] })
  const [item] = items.data
  if (!item) throw new Error('the subscription has no item')
  await isFound(item, (id) => stripe.subscriptionItems.retrieve(id))
  expect(await stripe.subscriptionItems.update(item.id, { quantity: 2 })).toMatchObject({
    quantity: 2,
  })
  const portal = await stripe.billingPortal.configurations.create({
    features: { invoice_history: { enabled: true } },
  })
  await isFound(portal, (id) => stripe.billingPortal.configurations.retrieve(id))
})

test('money and connected accounts', async () => {
  const { stripe } = await bench()
  const topup = await stripe.topups.create({ amount: 5000, currency: 'usd', description: 'Float' })
  await isFound(
    topup,
    (id) => stripe.topups.retrieve(id),
    () => stripe.topups.list(),
  )
  expect(await stripe.topups.update(topup.id, noted)).toMatchObject(noted)
  const account = await stripe.accounts.create({
    type: 'custom',
    country: 'US',
    capabilities: { transfers: { requested: true } },
  })
  const bank = (number: string): Stripe.AccountCreateExternalAccountParams => ({
    external_account: {
      object: 'bank_account',
      country: 'US',
      currency: 'usd',
      routing_number: '110000000',
      account_number: number,
    },
  })
  const first = await stripe.accounts.createExternalAccount(account.id, bank('000123456789'))
  const second = await stripe.accounts.createExternalAccount(account.id, bank('000111111116'))
  await isFound(
    first,
    (id) => stripe.accounts.retrieveExternalAccount(account.id, id),
    () => stripe.accounts.listExternalAccounts(account.id),
  )
  expect(await stripe.accounts.updateExternalAccount(account.id, first.id, noted)).toMatchObject(
    noted,
  )
  const spare = [first, second].find((one) => one.default_for_currency !== true)
  expect(await stripe.accounts.deleteExternalAccount(account.id, spare?.id ?? '')).toMatchObject({
    deleted: true,
  })
  const names = (await stripe.accounts.listCapabilities(account.id)).data.map(({ id }) => id)
  expect(names).toContain('transfers')
  expect(
    await stripe.accounts.updateCapability(account.id, 'transfers', { requested: true }),
  ).toMatchObject({ id: 'transfers', requested: true })

  await stripe.paymentIntents.create({
    amount: 9000,
    currency: 'usd',
    payment_method: 'pm_card_bypassPending',
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  })
  const { id: destination } = await stripe.accounts.create({ type: 'standard' })
  const transfer = await stripe.transfers.create({ amount: 1000, currency: 'usd', destination })
  await isFound(
    transfer,
    (id) => stripe.transfers.retrieve(id),
    () => stripe.transfers.list(),
  )
  const back = await stripe.transfers.createReversal(transfer.id, { amount: 400 })
  await isFound(
    back,
    (id) => stripe.transfers.retrieveReversal(transfer.id, id),
    () => stripe.transfers.listReversals(transfer.id),
  )
  expect(await stripe.transfers.updateReversal(transfer.id, back.id, noted)).toMatchObject(noted)
})

test('issuing', async () => {
  const { stripe } = await bench()
  const holder = await stripe.issuing.cardholders.create(issuedTo)
  await isFound(
    holder,
    (id) => stripe.issuing.cardholders.retrieve(id),
    () => stripe.issuing.cardholders.list(),
  )
  const card = await stripe.issuing.cards.create({
    cardholder: holder.id,
    currency: 'usd',
    type: 'virtual',
    status: 'active',
  })
  await isFound(
    card,
    (id) => stripe.issuing.cards.retrieve(id),
    () => stripe.issuing.cards.list(),
  )
  const buy = (cents: number) =>
    stripe.testHelpers.issuing.authorizations.create({ card: card.id, amount: cents })
  const authorization = await buy(300)
  await isFound(
    authorization,
    (id) => stripe.issuing.authorizations.retrieve(id),
    () => stripe.issuing.authorizations.list(),
  )
  expect(await stripe.issuing.authorizations.update(authorization.id, noted)).toMatchObject(noted)
  const { reverse, expire } = stripe.testHelpers.issuing.authorizations
  expect(
    await reverse.call(stripe.testHelpers.issuing.authorizations, authorization.id),
  ).toMatchObject({ status: 'reversed' })
  expect(
    await expire.call(stripe.testHelpers.issuing.authorizations, (await buy(200)).id),
  ).toMatchObject({ status: 'expired' })
  await stripe.webhookEndpoints.create({
    url: 'http://127.0.0.1:9/hook',
    enabled_events: ['issuing_authorization.request'],
  })
  const asked = await buy(100)
  expect(await stripe.issuing.authorizations.decline(asked.id)).toMatchObject({ approved: false })
  const captured = await stripe.testHelpers.issuing.transactions.createForceCapture({
    card: card.id,
    amount: 100,
    currency: 'usd',
  })
  await isFound(captured, (id) => stripe.issuing.transactions.retrieve(id))
})

test('identity', async () => {
  const { stripe } = await bench()
  const session = await stripe.identity.verificationSessions.create({ type: 'document' })
  await isFound(
    session,
    (id) => stripe.identity.verificationSessions.retrieve(id),
    () => stripe.identity.verificationSessions.list(),
  )
})
