// What the inspector's tests share: its page as a browser asks for it, and plain form posts.
import { apiKey, type Bench } from '../support.ts'

export const browserAccept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

export function open(url: string, path = '/', init: RequestInit = {}): Promise<Response> {
  return fetch(url + path, { ...init, headers: { accept: browserAccept, ...init.headers } })
}

/** A view of the bench's own account. */
export async function view(b: Bench, tab: string, more: Record<string, string> = {}) {
  const query = new URLSearchParams({ account: idOf(b), tab, ...more })
  return (await open(b.simulator.url, `/?${query}`)).text()
}

export function idOf(b: Bench, key = apiKey): string {
  const account = b.simulator.accounts().find((one) => one.apiKey === key)
  return String(Reflect.get(Object(account), 'id'))
}

/** The rows of the first table, each as its cells' text. */
export function rowsOf(page: string): string[][] {
  const body = page.match(/<tbody[^>]*>([\s\S]*?)<\/tbody>/)?.[1] ?? ''
  return [...body.matchAll(/<tr[^>]*>([\s\S]*?)<\/tr>/g)].map(([, row = '']) =>
    [...row.matchAll(/<td[^>]*>([\s\S]*?)<\/td>/g)].map(([, cell = '']) => textOf(cell)),
  )
}

export function textOf(markup: string): string {
  return markup
    .replace(/<[^>]+>/g, '')
    .replace(/\s+/g, ' ')
    .replaceAll('&quot;', '"')
    .trim()
}

/** As a browser without JavaScript posts a form of the page. */
export function post(url: string, path: string, form: string, referer = '/'): Promise<Response> {
  return open(url, path, {
    method: 'POST',
    body: form,
    redirect: 'manual',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      referer: url + referer,
      'sec-fetch-site': 'same-origin',
    },
  })
}
