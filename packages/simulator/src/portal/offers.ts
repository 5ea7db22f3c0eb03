/** Which plans and quantities a configuration lets customers change to. */
import type { PortalConfiguration } from '../account/tables.ts'

type Features = PortalConfiguration['features']
type OfferedProduct = NonNullable<Features['subscription_update']['products']>[number]

/** The prices to choose from; none where plans cannot be switched. */
export function offeredPrices({ subscription_update: update }: Features): readonly string[] {
  if (!update.enabled || !update.default_allowed_updates.includes('price')) return []
  return (update.products ?? []).flatMap(({ prices }) => prices)
}

export function priceOffered(features: Features, price: string): boolean {
  return offeredPrices(features).includes(price)
}

export function takesCodes({ subscription_update: update }: Features): boolean {
  return update.enabled && update.default_allowed_updates.includes('promotion_code')
}

export interface Bounds {
  readonly min: number
  readonly max: number
}

const quantityMax = 999_999

/** Within which the quantity of a price may be chosen; undefined where it may not. */
export function quantityBounds(features: Features, price: string): Bounds | undefined {
  const { subscription_update: update } = features
  if (!update.enabled || !update.default_allowed_updates.includes('quantity')) return undefined
  const product: OfferedProduct | undefined = (update.products ?? []).find(({ prices }) =>
    prices.includes(price),
  )
  const { enabled, minimum, maximum } = product?.adjustable_quantity ?? {}
  return enabled ? { min: minimum ?? 1, max: maximum ?? quantityMax } : undefined
}

export function quantityOffered(features: Features, price: string, quantity: number): boolean {
  const bounds = quantityBounds(features, price)
  return bounds !== undefined && quantity >= bounds.min && quantity <= bounds.max
}
