/** Where a reader is: the account, the view, what is opened and what is filtered, as the address says. */

export const tabs = [
  ['requests', 'Requests'],
  ['events', 'Events'],
  ['deliveries', 'Deliveries'],
  ['endpoints', 'Endpoints'],
  ['clock', 'Clock'],
  ['billing', 'Billing'],
  ['chaos', 'Chaos'],
  ['state', 'State'],
] as const

export type Tab = (typeof tabs)[number][0] | 'start'

export interface Place {
  readonly account: string
  readonly tab: Tab
  /** The id of the row that is open; empty for none. */
  readonly open: string
  /** A view's own filter. */
  readonly only: string
}

export function placeOf(query: URLSearchParams): Place {
  const tab = query.get('tab')
  return {
    account: query.get('account') ?? '',
    tab: tab === 'start' ? tab : (tabs.find(([name]) => name === tab)?.[0] ?? 'requests'),
    open: query.get('open') ?? '',
    only: query.get('only') ?? '',
  }
}

export function hrefOf(place: Place): string {
  const { account, tab, open, only } = place
  const given = Object.entries({ account, tab, only, open }).filter(([, value]) => value !== '')
  return `/?${new URLSearchParams(given)}`
}
