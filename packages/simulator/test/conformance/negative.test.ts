// Goal: whatever is wrong with a request is refused as Stripe refuses it. Method: cases derived from the SDK's parameter
// schemas for every route that is served: status, type, code and param of each refusal.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CheckedSimulator, checkedSimulator } from '../schema/checked-simulator.ts'
import { apiKey, asRecord } from '../support.ts'
import { apiClient } from './api-client.ts'
import { keepFigure } from './figures.ts'
import {
  endpointCount,
  kinds,
  knownCases,
  type NegativeCase,
  negativeCases,
  someCustomer,
} from './negative-cases.ts'

let simulator: CheckedSimulator
let customer: unknown

beforeAll(async () => {
  simulator = await checkedSimulator({ seed: 'negative', delivery: 'manual' })
  const made = await apiClient(simulator.url, apiKey).post('/v1/customers')
  customer = made.id
})

afterAll(() => simulator.close())

const encoded = encodeURIComponent(someCustomer)

async function send({ method, path, form }: Pick<NegativeCase, 'method' | 'path' | 'form'>) {
  const body = new URLSearchParams(form).toString().replace(encoded, String(customer))
  const isQuery = method === 'GET' || method === 'DELETE'
  const response = await fetch(`${simulator.url}${path}${isQuery ? `?${body}` : ''}`, {
    method,
    headers: {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    ...(isQuery ? {} : { body }),
  })
  const error = asRecord(asRecord(await response.json()).error)
  return { status: response.status, error }
}

const cases = negativeCases()

describe.each(kinds)('%s', (kind) => {
  for (const { refusal, ...one } of cases.filter((other) => other.kind === kind)) {
    test(`${one.method} ${one.path} ${Object.keys(one.form).join()}`, async () => {
      const { status, error } = await send(one)
      expect({ status, type: error.type, code: error.code, param: error.param }).toEqual({
        status: refusal.status,
        type: 'invalid_request_error',
        code: refusal.code,
        param: refusal.param,
      })
      expect(error.message).toMatch(refusal.message)
    })
  }
})

const known = knownCases()
const served = new Set(known.map(({ method, path }) => `${method} ${path}`))

// What is not simulated is to be refused as that: who reads "unknown" looks for a typing error.
test.each([...served])('%s calls no parameter unknown that Stripe knows', async (route) => {
  const wronged: string[] = []
  for (const one of known.filter(({ method, path }) => `${method} ${path}` === route)) {
    const { error } = await send(one)
    const said = String(error.param)
    if (error.code === 'parameter_unknown') wronged.push(`${one.param}: ${said}`)
    if (error.type === 'api_error') wronged.push(`${one.param}: ${error.message}`)
  }
  expect(wronged).toEqual([])
})

test('the cases are many, and of every kind', () => {
  expect(endpointCount).toBeGreaterThan(40)
  for (const kind of kinds) expect(cases.some((one) => one.kind === kind)).toBe(true)
  expect(cases.length).toBeGreaterThan(endpointCount * 3)
  keepFigure('refusals', { endpoints: endpointCount, cases: cases.length, known: known.length })
})
