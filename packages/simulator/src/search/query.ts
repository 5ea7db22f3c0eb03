/** Stripe's search query language: clauses joined by AND or by OR, never by both. */
import { refuse } from '../http/errors.ts'

export type Operator = ':' | '~' | '>' | '<' | '>=' | '<='

export interface Clause {
  readonly field: string
  /** The key of a clause on metadata. */
  readonly key?: string
  readonly isNegated: boolean
  readonly operator: Operator
  /** Null asks for what is absent. */
  readonly value: string | number | null
}

export interface Query {
  readonly join: 'AND' | 'OR'
  readonly clauses: readonly Clause[]
}

/** Stripe's limit. */
const clausesMax = 10

const quoted = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`
const clausePattern = new RegExp(
  String.raw`(?<negation>-)?(?<field>[a-z_][a-z0-9_.]*)(?:\[(?<key>${quoted})\])?\s*(?<operator>:|~|>=|<=|>|<)\s*(?:(?<text>${quoted})|(?<number>-?\d+(?:\.\d+)?)|(?<nothing>null))(?=\s|$)`,
  'iy',
)
const joinPattern = /\s+(?:(AND|OR)\s+)?/iy

export function parseQuery(query: string): Query {
  const text = query.trim()
  const clauses: Clause[] = []
  let join: Query['join'] | undefined
  for (let at = 0; at < text.length; ) {
    if (clauses.length > 0) {
      joinPattern.lastIndex = at
      const found = joinPattern.exec(text)
      if (!found) throw unreadable()
      const word = found[1]?.toUpperCase() === 'OR' ? 'OR' : 'AND'
      if (join !== undefined && join !== word) throw mixed()
      join = word
      at = joinPattern.lastIndex
    }
    clausePattern.lastIndex = at
    const clause = clausePattern.exec(text)
    if (!clause) throw unreadable()
    clauses.push(clauseOf(clause.groups ?? {}))
    at = clausePattern.lastIndex
  }
  if (clauses.length === 0) throw unreadable()
  if (clauses.length > clausesMax) {
    throw refuse(`A search query can have at most ${clausesMax} clauses.`, { param: 'query' })
  }
  return { join: join ?? 'AND', clauses }
}

const operators: readonly Operator[] = [':', '~', '>', '<', '>=', '<=']

function clauseOf(groups: Readonly<Record<string, string | undefined>>): Clause {
  const { negation, field = '', key, operator, text, number } = groups
  const value = text === undefined ? (number === undefined ? null : Number(number)) : unquote(text)
  return {
    field: field.toLowerCase(),
    ...(key === undefined ? {} : { key: unquote(key) }),
    isNegated: negation !== undefined,
    operator: operators.find((known) => known === operator) ?? ':',
    value,
  }
}

function unquote(text: string): string {
  return text.slice(1, -1).replaceAll(/\\(.)/g, '$1')
}

function unreadable() {
  return refuse(
    'We were unable to parse your search query. Try using the format `metadata["key"]:"value"` to query for metadata or key:"value" to query for other fields.',
    { param: 'query' },
  )
}

function mixed() {
  return refuse('You cannot combine AND and OR in the same search query.', { param: 'query' })
}
