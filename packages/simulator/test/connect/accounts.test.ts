// Connected accounts: what they look like, what they may do, and how they come to be allowed to do it.
import { expect, test } from 'vitest'
import { asRecord, bench, endpoint } from '../support.ts'
import { jsonBodies } from './bodies.ts'

test('an account may do what it was asked for once it has told who it is', async () => {
  const { stripe } = await bench()
  const account = await stripe.accounts.create({
    type: 'custom',
    country: 'US',
    email: 'shop@example.com',
    capabilities: { card_payments: { requested: true }, transfers: { requested: true } },
    metadata: { shop: '1' },
  })
  expect(account).toMatchObject({
    type: 'custom',
    charges_enabled: false,
    capabilities: { card_payments: 'inactive', transfers: 'inactive' },
    controller: { requirement_collection: 'application', stripe_dashboard: { type: 'none' } },
  })
  expect(account.requirements?.currently_due).toEqual([
    'business_type',
    'external_account',
    'tos_acceptance.date',
    'tos_acceptance.ip',
  ])
  await stripe.accounts.update(account.id, {
    business_type: 'individual',
    tos_acceptance: { date: 1_793_000_000, ip: '203.0.113.7' },
  })
  const bank = await stripe.accounts.createExternalAccount(account.id, {
    external_account: {
      object: 'bank_account',
      country: 'US',
      currency: 'usd',
      account_number: '000123456789',
      routing_number: '110000000',
    },
  })
  expect(bank).toMatchObject({ object: 'bank_account', last4: '6789', default_for_currency: true })
  const complete = await stripe.accounts.retrieve(account.id)
  expect(complete).toMatchObject({
    charges_enabled: true,
    payouts_enabled: true,
    details_submitted: true,
    capabilities: { card_payments: 'active', transfers: 'active' },
    requirements: { currently_due: [] },
    metadata: { shop: '1' },
    external_accounts: { data: [{ id: bank.id }] },
  })
  const capability = await stripe.accounts.retrieveCapability(account.id, 'transfers')
  expect(capability).toMatchObject({ status: 'active', requested: true })
  await expect(stripe.accounts.deleteExternalAccount(account.id, bank.id)).rejects.toMatchObject({
    statusCode: 400,
  })
})

test('only the Stripe-hosted page completes an account whose requirements Stripe collects', async () => {
  const { stripe, account: own } = await bench()
  const express = await stripe.accounts.create({
    controller: { stripe_dashboard: { type: 'express' } },
    capabilities: { transfers: { requested: true } },
  })
  await expect(
    stripe.accounts.update(express.id, { tos_acceptance: { date: 1, ip: '203.0.113.7' } }),
  ).rejects.toMatchObject({ param: 'tos_acceptance' })
  const link = await stripe.accountLinks.create({
    account: express.id,
    type: 'account_onboarding',
    return_url: 'https://platform.example/done',
    refresh_url: 'https://platform.example/again',
  })
  expect(await (await fetch(link.url)).text()).toContain('Give all information')
  const visit = () =>
    fetch(link.url, {
      method: 'POST',
      body: new URLSearchParams({ outcome: 'complete' }),
      redirect: 'manual',
    })
  expect((await visit()).headers.get('location')).toBe('https://platform.example/done')
  expect((await visit()).headers.get('location')).toBe('https://platform.example/again')
  expect(await stripe.accounts.retrieve(express.id)).toMatchObject({
    payouts_enabled: true,
    capabilities: { transfers: 'active' },
  })
  expect(own.events().map((event) => asRecord(event).account)).toEqual([express.id, express.id])
})

test('accounts are listed, and a deleted one is gone and deauthorized', async () => {
  const { simulator, stripe, account } = await bench()
  const hook = await endpoint()
  const connect = await endpoint()
  account.addWebhookEndpoint({ url: hook.url })
  await stripe.webhookEndpoints.create({ url: connect.url, enabled_events: ['*'], connect: true })
  const one = await stripe.accounts.create({ type: 'standard' })
  const two = await stripe.accounts.create({ type: 'express' })
  expect((await stripe.accounts.list()).data.map(({ id }) => id)).toEqual([two.id, one.id])
  await stripe.accounts.update(one.id, { metadata: { foo: 'bar' } })
  expect(await stripe.accounts.del(one.id)).toEqual({
    id: one.id,
    object: 'account',
    deleted: true,
  })
  await simulator.drain()
  expect(hook.types()).toEqual([])
  expect(jsonBodies(connect)).toMatchObject([
    {
      type: 'account.updated',
      account: one.id,
      data: { object: { id: one.id }, previous_attributes: { metadata: { foo: null } } },
    },
    {
      type: 'account.application.deauthorized',
      account: one.id,
      data: { object: { object: 'application' } },
    },
  ])
  await expect(stripe.customers.list({}, { stripeAccount: one.id })).rejects.toMatchObject({
    statusCode: 403,
    code: 'account_invalid',
  })
})

test('parameters that would change nothing here are refused', async () => {
  const { stripe } = await bench()
  await expect(
    stripe.accounts.create({ individual: { first_name: 'Jenny' } }),
  ).rejects.toMatchObject({ statusCode: 400, param: 'individual' })
  await expect(
    stripe.accounts.create({ type: 'express', controller: { fees: { payer: 'account' } } }),
  ).rejects.toMatchObject({
    param: 'controller',
  })
  await expect(stripe.accounts.retrieve('acct_nope')).rejects.toMatchObject({ statusCode: 403 })
})
