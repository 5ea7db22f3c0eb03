/** The search routes: one for each resource that Stripe lets be searched. */
import { refuse } from '../http/errors.ts'
import { integer, required, text } from '../http/params.ts'
import { type Route, route } from '../http/route.ts'
import { answers, checkQuery, type Searchable, searchables } from './fields.ts'
import { parseQuery } from './query.ts'

const fields = { limit: integer(1, 100), page: text(), query: required(text()) }
const pageSize = 10

export const searchRoutes: readonly Route[] = searchables.map((searchable) => {
  const path = `/v1/${searchable.resource}/search`
  return route('GET', path, fields, ({ tx, params }) => {
    const query = parseQuery(params.query)
    checkQuery(searchable, query)
    const all: readonly object[] = tx.db.all(searchable.kind)
    const rows = all.filter((row) => answers(row, searchable, query))
    const start = params.page === undefined ? 0 : startOf(params.page, searchable)
    const end = start + (params.limit ?? pageSize)
    const hasMore = end < rows.length
    return {
      object: 'search_result',
      data: rows.slice(start, end),
      has_more: hasMore,
      next_page: hasMore ? pageToken(end, searchable) : null,
      url: path,
    }
  })
})

/** Opaque to callers, as Stripe's is. */
function pageToken(start: number, { resource }: Searchable): string {
  return Buffer.from(`${resource}:${start}`).toString('base64url')
}

function startOf(token: string, { resource }: Searchable): number {
  const [of, start] = Buffer.from(token, 'base64url').toString('utf8').split(':')
  if (of === resource && start !== undefined && /^\d+$/.test(start)) return Number(start)
  throw refuse('The page token is not one of this search.', { param: 'page' })
}
