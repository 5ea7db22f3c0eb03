// Owns what the demo shop sells: the items, their prices, and the catalogue that the engine checks.
import type { CatalogueItem } from '@quittance/engine'

export const SHOP_NAME = 'Harbour & Quire'

export interface Good {
  readonly itemId: string
  readonly name: string
  readonly line: string
  readonly details: string
  readonly unitAmount: number
  readonly currency: 'usd' | 'eur'
  readonly quantityMax: number
  /** What the buyer gets: a key on the order page, or a parcel. */
  readonly kind: 'licence' | 'parcel'
}

/** The first one is the one that guides and tests name. */
export const GOODS: readonly Good[] = [
  {
    itemId: 'premium_product_demo',
    name: 'Quire Premium',
    line: 'The planner for people who write things down',
    details: 'A licence for life. The key is on your order page as soon as you have paid.',
    unitAmount: 4_900,
    currency: 'usd',
    quantityMax: 5,
    kind: 'licence',
  },
  {
    itemId: 'harbour_poster',
    name: 'Harbour at Six',
    line: 'Art print, 50 × 70 cm',
    details:
      'Eight inks on cotton paper, numbered. Sent rolled, in a tube that fits the letterbox.',
    unitAmount: 3_200,
    currency: 'usd',
    quantityMax: 10,
    kind: 'parcel',
  },
  {
    itemId: 'inkwell_mug',
    name: 'Inkwell Mug',
    line: 'Stoneware, 300 ml',
    details: 'Thrown by hand, glazed inside only. Holds the heat of a long letter.',
    unitAmount: 2_400,
    currency: 'usd',
    quantityMax: 10,
    kind: 'parcel',
  },
  {
    itemId: 'book_of_tides',
    name: 'A Book of Tides',
    line: 'Clothbound, 192 pages',
    details: 'From our Lisbon bindery, priced in euros; it can be paid by bank debit, too.',
    unitAmount: 2_800,
    currency: 'eur',
    quantityMax: 10,
    kind: 'parcel',
  },
]

export function goodOf(itemId: string): Good | undefined {
  return GOODS.find((good) => good.itemId === itemId)
}

/** Stable across restarts, while the simulator's price ids are new each time. */
export const lookupKeyOf = (good: Good): string => `quittance_demo_${good.itemId}`

export const CATALOGUE: Readonly<Record<string, CatalogueItem>> = Object.fromEntries(
  GOODS.map((good) => [
    good.itemId,
    {
      lookupKey: lookupKeyOf(good),
      quantity: { min: 1, max: good.quantityMax },
      session: { branding_settings: { display_name: SHOP_NAME } },
    },
  ]),
)

export function priceText(amount: number, currency: string): string {
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency })
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  return format.format(amount / 10 ** digits)
}
