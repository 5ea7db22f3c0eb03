/** Tax rates: a percentage on top of an amount, or inside it. */
import { refuse } from '../http/errors.ts'
import { applyUpdate, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, inPath, mergeMetadata, type Route } from '../http/route.ts'

const path = '/v1/tax_rates'

export const taxRateRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => {
    if (params.percentage < 0 || params.percentage > 100) {
      throw refuse('The percentage must be between 0 and 100.', { param: 'percentage' })
    }
    const rate = tx.db.put('tax_rate', {
      id: tx.newId('txr_1'),
      object: 'tax_rate',
      active: params.active ?? true,
      country: params.country ?? null,
      created: tx.now,
      description: params.description ?? null,
      display_name: params.display_name,
      effective_percentage: null,
      flat_amount: null,
      inclusive: params.inclusive,
      jurisdiction: params.jurisdiction ?? null,
      jurisdiction_level: null,
      livemode: false,
      metadata: mergeMetadata({}, params.metadata),
      percentage: params.percentage,
      rate_type: 'percentage',
      state: params.state ?? null,
      tax_type: params.tax_type ?? null,
    })
    tx.emit('tax_rate.created', rate)
    return rate
  }),
  retrieveRoute(`GET ${path}/:id`, 'tax_rate'),
  api(`POST ${path}/:id`, ({ tx, ids, params: { metadata, ...changes } }) => {
    const before = inPath(tx, 'tax_rate', ids[0])
    return applyUpdate(tx, 'tax_rate', before, changes, metadata, 'tax_rate.updated')
  }),
  listRoute(`GET ${path}`, 'tax_rate'),
]
