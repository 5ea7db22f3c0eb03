/** The routes of plans: the recurring prices of older integrations, the same rows under other names. */
import type { Price } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { timeRange, within } from '../http/common-params.ts'
import { missingParam, noSuch, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { integer } from '../http/params.ts'
import { bury } from '../http/resource.ts'
import { api, inParam, mergeMetadata, page, type Route } from '../http/route.ts'
import { planOf, tellChangedPrice, tellNewPrice } from './price-events.ts'
import { newPrice } from './price-object.ts'
import { newProduct } from './product-object.ts'

export { planOf } from './price-events.ts'

const path = '/v1/plans'

function create(tx: Transaction, params: ParamsOf<'POST /v1/plans'>): Price {
  const { product, id } = params
  if (id !== undefined && tx.db.find('price', id)) {
    throw refuse('Plan already exists.', { code: 'resource_already_exists', param: 'id' })
  }
  if (product === undefined) throw missingParam('product')
  const owner = typeof product === 'string' ? inParam(tx, 'product', product, 'product') : undefined
  const made = typeof product === 'string' ? undefined : newProduct(tx, product)
  if (made) tx.emit('product.created', made)
  const price = newPrice(tx, {
    id: id ?? tx.newId('plan_'),
    active: params.active,
    billing_scheme: params.billing_scheme,
    currency: params.currency,
    metadata: params.metadata,
    nickname: params.nickname,
    product: made?.id ?? owner?.id ?? '',
    recurring: {
      interval: params.interval,
      interval_count: params.interval_count,
      meter: params.meter,
      trial_period_days: params.trial_period_days,
      usage_type: params.usage_type,
    },
    tiers: params.tiers,
    tiers_mode: params.tiers_mode,
    transform_quantity: params.transform_usage,
    unit_amount: params.amount,
    unit_amount_decimal: params.amount_decimal,
  })
  tellNewPrice(tx, price)
  return price
}

function recurringInPath(tx: Transaction, id = ''): Price {
  const price = tx.db.find('price', id)
  if (!price?.recurring) throw noSuch('plan', id, 'plan', 404)
  return price
}

export const planRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => planOf(create(tx, params)), {
    fields: { amount: integer(0), interval_count: integer(1, 1095) },
  }),
  api(`GET ${path}/:id`, ({ tx, ids }) => planOf(recurringInPath(tx, ids[0]))),
  api(`POST ${path}/:id`, ({ tx, ids, params }) => {
    const before = recurringInPath(tx, ids[0])
    const { active, metadata, nickname, product, trial_period_days: trialDays } = params
    if (product !== undefined) inParam(tx, 'product', product, 'product')
    const recurring = before.recurring && {
      ...before.recurring,
      trial_period_days: trialDays ?? before.recurring.trial_period_days,
    }
    const after = tx.db.put('price', {
      ...before,
      active: active ?? before.active,
      nickname: nickname ?? before.nickname,
      product: product ?? before.product,
      recurring,
      metadata: mergeMetadata(before.metadata, metadata === undefined ? {} : metadata),
    })
    tellChangedPrice(tx, before, after)
    return planOf(after)
  }),
  api(`DELETE ${path}/:id`, ({ tx, ids }) => {
    const price = recurringInPath(tx, ids[0])
    tx.emit('plan.deleted', planOf(price))
    bury(tx, 'price', price, 'price.deleted')
    return { id: price.id, object: 'plan', deleted: true }
  }),
  api(
    `GET ${path}`,
    ({ tx, params }) => {
      const { active, created, product } = params
      const plans = tx.db
        .where('price', 'type', 'recurring')
        .filter(
          (price) =>
            within(price.created, created) &&
            (active === undefined || price.active === active) &&
            (product === undefined || price.product === product),
        )
        .map(planOf)
      return page(plans, path, params)
    },
    { fields: { created: timeRange() } },
  ),
]
