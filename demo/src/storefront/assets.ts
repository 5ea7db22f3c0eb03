// Owns the files that pages load: read once at start, served under /assets.
import { readFile } from 'node:fs/promises'
import { Hono } from 'hono'

const DIRECTORY = new URL('../../assets/', import.meta.url)

/** Address → the files that it is made of, in this order, and their type. */
const ASSETS = {
  'shop.css': {
    files: ['base.css', 'goods.css', 'order.css', 'offer.css', 'membership.css', 'narrow.css'],
    type: 'text/css',
  },
  'shop.js': { files: ['shop.js'], type: 'text/javascript' },
  'membership.js': { files: ['membership.js'], type: 'text/javascript' },
  'live.js': { files: ['live.js'], type: 'text/javascript' },
  'mark.svg': { files: ['mark.svg'], type: 'image/svg+xml' },
} as const

export async function assetRoutes(): Promise<Hono> {
  const app = new Hono()
  for (const [name, { files, type }] of Object.entries(ASSETS)) {
    const texts = await Promise.all(files.map((file) => readFile(new URL(file, DIRECTORY), 'utf8')))
    const body = texts.join('\n')
    const headers = {
      'content-type': `${type}; charset=utf-8`,
      // The demo changes under one's hands; a page must not run yesterday's script.
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    }
    app.get(`/${name}`, () => new Response(body, { headers }))
  }
  return app
}
