/** Pages of what the store holds of one kind: walked from the cursor, so that a page costs no more in a long list. */
import type { Store } from '../account/store.ts'
import type { Kind, Tables } from '../account/tables.ts'
import type { ListAnswer } from '../wire.ts'
import { noSuch } from './errors.ts'
import { checkCursors, type Place, page, pageSize } from './route.ts'

type Keeps<K extends Kind> = (row: Tables[K]) => boolean

/** One page of the rows that `keeps` lets through, newest first. */
export function listPage<K extends Kind>(
  db: Store,
  kind: K,
  url: string,
  place: Place,
  keeps: Keeps<K>,
): ListAnswer<Tables[K]> {
  const { limit = pageSize, starting_after, ending_before } = place
  checkCursors(place)
  for (const param of ['starting_after', 'ending_before'] as const) {
    const id = place[param]
    if (id !== undefined && !db.find(kind, id)) throw noSuch('object', id, param, 400)
  }
  if (ending_before === undefined) {
    const { rows, more } = take(db.older(kind, starting_after), limit, keeps)
    return { object: 'list', data: rows, has_more: more, url }
  }
  const { rows, more } = take(db.newer(kind, ending_before), limit, keeps)
  return { object: 'list', data: rows.reverse(), has_more: more, url }
}

/** The same of the rows whose `field` is `value`, which an index finds; without a value of all. */
export function listPageBy<K extends Kind, F extends keyof Tables[K] & string>(
  db: Store,
  kind: K,
  [field, value]: readonly [F, Tables[K][F] | undefined],
  url: string,
  place: Place,
  keeps: Keeps<K>,
): ListAnswer<Tables[K]> {
  if (value === undefined) return listPage(db, kind, url, place, keeps)
  return page(db.where(kind, field, value).filter(keeps), url, place)
}

function take<T>(walk: Iterable<T>, limit: number, keeps: (row: T) => boolean) {
  const rows: T[] = []
  for (const row of walk) {
    if (!keeps(row)) continue
    // The one too many says that there is more.
    if (rows.length === limit) return { rows, more: true }
    rows.push(row)
  }
  return { rows, more: false }
}
