/** The routes of subscriptions. */
import type { Subscription } from '../account/tables.ts'
import { endDiscount } from '../catalogue/discounts.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { timeRange, within } from '../http/common-params.ts'
import { noSuch, refuse } from '../http/errors.ts'
import { oneOf } from '../http/params.ts'
import { retrieveRoute } from '../http/resource.ts'
import { api, inPath, page, type Route } from '../http/route.ts'
import { cancelSubscription } from './cancel.ts'
import { createSubscription } from './create.ts'
import { pause, resume } from './resume.ts'
import { changeSubscription } from './save.ts'
import { hasEnded } from './status.ts'
import { readBillingMode, refusedTerms } from './terms.ts'
import { updateSubscription } from './update.ts'

const path = '/v1/subscriptions'

export const subscriptionRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => createSubscription(tx, params), {
    refuses: [...refusedTerms, 'backdate_start_date', 'customer_account'],
  }),
  api(
    `GET ${path}`,
    ({ tx, params }) => {
      const { customer, status, price, plan, test_clock: clock } = params
      const all =
        customer === undefined
          ? tx.db.all('subscription')
          : tx.db.where('subscription', 'customer', customer)
      const has = (id: string | undefined, of: Subscription) =>
        id === undefined || of.items.data.some((item) => item.price.id === id)
      const rows = all.filter(
        (row) =>
          isListed(row, status) &&
          has(price, row) &&
          has(plan, row) &&
          (clock === undefined || row.test_clock === clock) &&
          (params.collection_method === undefined ||
            row.collection_method === params.collection_method) &&
          within(row.created, params.created) &&
          row.items.data.some(
            (item) =>
              within(item.current_period_start, params.current_period_start) &&
              within(item.current_period_end, params.current_period_end),
          ),
      )
      return page(rows, path, params)
    },
    {
      refuses: ['automatic_tax', 'customer_account'],
      fields: {
        created: timeRange(),
        current_period_end: timeRange(),
        current_period_start: timeRange(),
        status: oneOf(
          'active',
          'all',
          'canceled',
          'ended',
          'incomplete',
          'incomplete_expired',
          'past_due',
          'paused',
          'trialing',
          'unpaid',
        ),
      },
    },
  ),
  retrieveRoute(`GET ${path}/:id`, 'subscription'),
  api(
    `POST ${path}/:id`,
    ({ tx, ids, params }) => updateSubscription(tx, inPath(tx, 'subscription', ids[0]), params),
    { refuses: [...refusedTerms, 'trial_from_plan'] },
  ),
  api(`DELETE ${path}/:id`, ({ tx, ids, params }) =>
    cancelSubscription(tx, inPath(tx, 'subscription', ids[0]), params),
  ),
  api(`POST ${path}/:id/resume`, ({ tx, ids, params }) =>
    resume(tx, inPath(tx, 'subscription', ids[0]), params),
  ),
  api(`POST ${path}/:id/pause`, ({ tx, ids, params }) =>
    pause(tx, inPath(tx, 'subscription', ids[0]), params),
  ),
  api(`POST ${path}/:id/migrate`, ({ tx, ids, params: { billing_mode: mode } }) => {
    const before = inPath(tx, 'subscription', ids[0])
    if (before.billing_mode.type === 'flexible') {
      throw refuse('The subscription has `billing_mode[type]=flexible` already.', {
        param: 'billing_mode[type]',
      })
    }
    const own = inTimeOf(tx, before.customer)
    return changeSubscription(own, before, {
      billing_mode: { ...readBillingMode(mode), updated_at: own.now },
    })
  }),
  api(`DELETE ${path}/:id/discount`, ({ tx, ids }) => {
    const subscription = inPath(tx, 'subscription', ids[0])
    const own = inTimeOf(tx, subscription.customer)
    const discount = own.db.find('discount', subscription.discounts.at(-1) ?? '')
    if (!discount) throw noSuch('discount', subscription.id, 'id', 404)
    endDiscount(own, discount)
    changeSubscription(own, subscription, {
      discounts: subscription.discounts.filter((id) => id !== discount.id),
    })
    const { end: _, ...rest } = discount
    return { ...rest, deleted: true }
  }),
]

function isListed(row: Subscription, status: string | undefined): boolean {
  if (status === 'all') return true
  if (status === 'ended') return hasEnded(row)
  return status === undefined ? row.status !== 'canceled' : row.status === status
}
