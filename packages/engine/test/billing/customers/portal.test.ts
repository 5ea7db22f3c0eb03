// Goal: the portal opens for a known customer only, leads back where it may, and is told to nobody.
// Method: the real engine over a Stripe in memory that remembers what it was asked for.
import { beforeEach, describe, expect, test } from 'vitest'
import { StripeRefusal } from '../../../src/ports/stripe.ts'
import { backends, useDatabase } from '../../support/databases.ts'
import { openShop, type Shop } from '../../support/shop.ts'

describe.each(backends)('the billing portal on $name', (backend) => {
  const db = useDatabase(backend)
  let shop: Shop
  beforeEach(() => {
    shop = openShop(db, {
      checkout: { publicUrl: 'https://shop.example/pay' },
      billing: { portalConfiguration: 'bpc_1' },
    })
  })
  const who = { userId: 'user_1' }

  test('opens by user and by customer, and is in no log', async () => {
    const { customerId } = await shop.engine.customers.ensure(who)
    const { url } = await shop.engine.billing.portal({ who })
    expect(url).toBe(`https://portal.example/${customerId}`)
    await shop.engine.billing.portal({ who: { customerId }, returnUrl: '/account?tab=plan' })
    await shop.engine.billing.portal({ who, returnUrl: 'https://app.example/me' })
    const asked = { customer: customerId, configuration: 'bpc_1' }
    expect(shop.stripe.portals).toEqual([
      { ...asked, return_url: 'https://shop.example/' },
      { ...asked, return_url: 'https://shop.example/account?tab=plan' },
      { ...asked, return_url: 'https://app.example/me' },
    ])
    expect(JSON.stringify(shop.logger.lines)).not.toContain('portal.example')
  })

  test.each(['javascript:alert(1)', 'https://ada@shop.example/', 'data:text/html,x', 'http://'])(
    'leads back to no %s',
    async (returnUrl) => {
      await shop.engine.customers.ensure(who)
      const opened = shop.engine.billing.portal({ who, returnUrl })
      await expect(opened).rejects.toMatchObject({ code: 'RETURN_URL_INVALID', status: 422 })
      expect(shop.stripe.portals).toEqual([])
    },
  )

  test('is not there for somebody without a customer, or whose customer was deleted', async () => {
    const missing = { code: 'CUSTOMER_NOT_FOUND', status: 404 }
    await expect(shop.engine.billing.portal({ who })).rejects.toMatchObject(missing)
    await shop.engine.customers.ensure(who)
    await db.database.query('update quittance.buyers set customer_deleted = true')
    await expect(shop.engine.billing.portal({ who })).rejects.toMatchObject(missing)
    expect(shop.stripe.portals).toEqual([])
  })

  test('tells a refusal by its code', async () => {
    await shop.engine.customers.ensure(who)
    shop.stripe.createPortalSession = async () => {
      throw new StripeRefusal(400, 'resource_missing', 'req_1')
    }
    const opened = shop.engine.billing.portal({ who })
    await expect(opened).rejects.toMatchObject({ code: 'STRIPE_REFUSED', status: 502 })
    expect(shop.logger.lines.at(-1)).toMatchObject({
      level: 'error',
      fields: { stripeCode: 'resource_missing', requestId: 'req_1' },
    })
  })
})
