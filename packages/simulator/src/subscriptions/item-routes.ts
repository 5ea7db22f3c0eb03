/** The routes of subscription items: each is a change of its subscription, told as one. */
import type { Subscription, SubscriptionItem } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { noSuch, refuse } from '../http/errors.ts'
import { retrieveRoute } from '../http/resource.ts'
import { api, inParam, inPath, page, type Route } from '../http/route.ts'
import { currentSubscription } from './save.ts'
import { changeItems } from './update.ts'

const path = '/v1/subscription_items'
const refuses = ['billing_thresholds', 'current_trial']

function ownerOf(tx: Transaction, item: SubscriptionItem): Subscription {
  return inParam(tx, 'subscription', item.subscription, 'subscription')
}

function itemIn(tx: Transaction, id: string): SubscriptionItem {
  const item = tx.db.find('subscription_item', id)
  if (!item) throw new Error(`The subscription item ${id} is gone.`)
  return item
}

export const subscriptionItemRoutes: readonly Route[] = [
  api(
    `POST ${path}`,
    ({ tx, params: { subscription: id, ...entry } }) => {
      const { payment_behavior, proration_behavior, proration_date, ...item } = entry
      const before = inParam(tx, 'subscription', id, 'subscription')
      const known = new Set(before.items.data.map((one) => one.id))
      const after = changeItems(tx, before, {
        items: [item],
        payment_behavior,
        proration_behavior,
        proration_date,
      })
      const added = currentSubscription(tx, after).items.data.find((one) => !known.has(one.id))
      if (added) return added
      throw refuse('The item waits in pending_update until its invoice is paid.')
    },
    { refuses },
  ),
  retrieveRoute(`GET ${path}/:id`, 'subscription_item'),
  api(`GET ${path}`, ({ tx, params: { subscription, ...rest } }) => {
    const { items } = inParam(tx, 'subscription', subscription, 'subscription')
    return page(items.data, path, rest)
  }),
  api(
    `POST ${path}/:id`,
    ({ tx, ids, params }) => {
      const { payment_behavior, proration_behavior, proration_date, ...item } = params
      const before = inPath(tx, 'subscription_item', ids[0])
      changeItems(tx, ownerOf(tx, before), {
        items: [{ ...item, id: before.id }],
        payment_behavior,
        proration_behavior,
        proration_date,
      })
      return itemIn(tx, before.id)
    },
    { refuses },
  ),
  api(`DELETE ${path}/:id`, ({ tx, ids, params }) => {
    const { payment_behavior, proration_behavior, proration_date } = params
    const before = inPath(tx, 'subscription_item', ids[0])
    const owner = ownerOf(tx, before)
    if (owner.items.data.length === 1) {
      throw refuse(
        'A subscription must have at least one active plan. To cancel a subscription, please use the cancel API endpoint on /v1/subscriptions.',
      )
    }
    changeItems(tx, owner, {
      items: [{ id: before.id, deleted: true }],
      payment_behavior,
      proration_behavior,
      proration_date,
    })
    if (tx.db.find('subscription_item', before.id)) {
      throw noSuch('subscription_item', before.id, 'item', 404)
    }
    return { id: before.id, object: 'subscription_item', deleted: true }
  }),
]
