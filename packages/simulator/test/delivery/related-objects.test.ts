// Goal: the link of a thin event leads to a route that Stripe has, for every type of event whose thin twin carries one.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { StripeEvent } from '../../src/account/tables.ts'
import { testEventOf } from '../../src/delivery/test-event.ts'
import { twinOf } from '../../src/delivery/thin-events.ts'
import { routeParams } from '../../src/generated/params.ts'

const declarations = readFileSync(
  fileURLToPath(new URL('./resources/V2/Core/Events.d.ts', import.meta.resolve('stripe'))),
  'utf8',
)

/** Every thin type of an API v1 object, and whether stripe-node says that it links to one. */
const thinTypes = [
  ...declarations.matchAll(
    /interface \w+Event extends EventBase \{\s+type: 'v1\.([^']+)';([^}]*)\}/g,
  ),
].map(([, type = '', rest = '']) => ({
  type,
  link: /related_object: V2\.Core\.Events\.(\w+)/.exec(rest)?.[1],
}))

/** A discount can be deleted by its path; that it can be read there, too, stripe-node does not say. */
const routes = Object.keys(routeParams)
  .filter((key) => key.startsWith('GET ') || key.endsWith('/discount'))
  .map((key) => new RegExp(`^${key.replace(/^\w+ /, '').replaceAll(':id', '[^/]+')}$`))

/** The object with the others that its path may name. */
function owned(event: StripeEvent): unknown {
  const alert = { object: 'billing.alert', id: 'alrt_1' }
  return { ...Object(event.data.object), account: 'acct_1', customer: 'cus_1', fee: 'fee_1', alert }
}

test('of all of them', () => {
  expect(thinTypes.length).toBeGreaterThan(200)
  const wrong: string[] = []
  for (const { type, link } of thinTypes) {
    const event = testEventOf(type, '2026-10-28.endive', 1)
    // What has no snapshot is told of by whoever emits it.
    if (Object.keys(Object(event.data.object)).length === 0) continue
    const { related_object: related } = twinOf({ ...event, data: { object: owned(event) } })
    const kind = related && (related.id === undefined ? 'RelatedSingletonObject' : 'RelatedObject')
    if (kind !== link) wrong.push(`${type}: links ${kind}, Stripe ${link}`)
    const { url } = related ?? {}
    if (url !== undefined && !routes.some((route) => route.test(url))) wrong.push(`${type}: ${url}`)
  }
  expect(wrong).toEqual([])
})
