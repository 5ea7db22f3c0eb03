// Goal: what every object inherits is no field, no kind and no country, and any key of metadata is the caller's own.
import { describe, expect, test } from 'vitest'
import { bench } from '../support.ts'

describe('metadata', () => {
  test.each(['constructor', 'customer', 'list', '__proto__'])(
    'says object=%s and keeps all its keys',
    async (object) => {
      const b = await bench()
      const answer = await b.call(
        'POST',
        '/v1/customers',
        `metadata[object]=${object}&metadata[tax]=x&metadata[data]=y`,
      )
      expect(answer.status).toBe(200)
      expect(answer.body.metadata).toEqual({ object, tax: 'x', data: 'y' })
      const [event] = b.account.events()
      expect(event).toMatchObject({ data: { object: { metadata: { object, tax: 'x' } } } })
    },
  )

  test('keeps a key called __proto__, through updates and snapshots', async () => {
    const b = await bench()
    const made = await b.call('POST', '/v1/customers', 'metadata[__proto__]=x&metadata[a]=b')
    expect(Object.entries(made.body.metadata ?? {})).toEqual([
      ['__proto__', 'x'],
      ['a', 'b'],
    ])
    await b.call('POST', `/v1/customers/${made.body.id}`, 'metadata[__proto__]=z')
    const updated = JSON.stringify(b.account.events().at(-1))
    expect(updated).toContain('"previous_attributes":{"metadata":{"__proto__":"x"}}')
    b.simulator.restore(JSON.parse(JSON.stringify(b.simulator.snapshot())))
    const after = await b.call('GET', `/v1/customers/${made.body.id}`)
    expect(Object.entries(after.body.metadata ?? {})).toContainEqual(['__proto__', 'z'])
  })

  test('has at most 50 keys after an update, too', async () => {
    const b = await bench()
    const keys = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) => `metadata[key${from + at}]=x`).join('&')
    const { body } = await b.call('POST', '/v1/customers', keys(0, 50))
    const path = `/v1/customers/${body.id}`
    expect((await b.call('POST', path, keys(50, 51))).error).toMatchObject({ param: 'metadata' })
    expect((await b.call('POST', path, `metadata[key0]=&${keys(50, 51)}`)).status).toBe(200)
  })
})

test.each(['constructor', '__proto__', 'metadata.constructor', 'toString.x'])(
  'expand[]=%s is refused',
  async (path) => {
    const b = await bench()
    const answer = await b.call('POST', '/v1/customers', `metadata[a]=b&expand[]=${path}`)
    expect([answer.status, answer.error.param]).toEqual([400, 'expand'])
    expect(() => b.simulator.snapshot()).not.toThrow()
  },
)

test.each(['constructor', '__proto__', 'us', 'USA'])('country=%s is refused', async (country) => {
  const b = await bench()
  const answer = await b.call('POST', '/v1/accounts', `type=custom&country=${country}`)
  expect([answer.status, answer.error.param]).toEqual([400, 'country'])
})

test.each(['constructor', '__proto__'])('a search for the field %s is refused', async (field) => {
  const b = await bench()
  const query = encodeURIComponent(`${field}:'x'`)
  const answer = await b.call('GET', `/v1/customers/search?query=${query}`)
  expect([answer.status, answer.error.param]).toEqual([400, 'query'])
})

test.each(['constructor', '__proto__'])('there is no report type %s', async (name) => {
  const b = await bench()
  expect((await b.call('GET', `/v1/reporting/report_types/${name}`)).status).toBe(404)
})
