// Owns how an item of either kind is shown on an order: its name, its picture, where it is sold.
import { goodOf } from '../goods.ts'
import { planOf } from '../plans.ts'
import { ART } from './art.ts'
import { ROOM_ART } from './membership/art.ts'

export interface Sold {
  readonly name: string
  /** A picture of ours, as markup. */
  readonly art: string
  /** The address at which it can be bought. */
  readonly home: string
}

/** An item of an older catalogue has its id for a name, and the shop for a home. */
export function soldAs(itemId: string): Sold {
  const plan = planOf(itemId)
  if (plan !== undefined) {
    const art = plan.interval === 'year' ? ROOM_ART.archive : ROOM_ART.room
    return { name: plan.name, art, home: '/membership' }
  }
  const good = goodOf(itemId)
  if (good === undefined) return { name: itemId, art: '', home: '/' }
  return { name: good.name, art: ART[itemId] ?? '', home: `/#${itemId}` }
}
