// Goal: refusals read as Stripe's: status, type, code, param. The valid call first, then one thing wrong at a time.
import { describe, expect, test } from 'vitest'
import { bench } from '../support.ts'

test('a right request answers 200 with Stripe’s headers and a pretty body', async () => {
  const b = await bench()
  const { status, headers, body } = await b.call('POST', '/v1/products', 'name=Notebook')
  expect(status).toBe(200)
  expect(body.object).toBe('product')
  expect(headers.get('request-id')).toMatch(/^req_\w{14}$/)
  expect(headers.get('stripe-version')).toBe('2026-10-28.endive')
})

test('an API version is echoed, and a malformed one refused', async () => {
  const b = await bench()
  const right = await b.call('GET', '/v1/products', '', { 'stripe-version': '2024-06-20' })
  expect(right.headers.get('stripe-version')).toBe('2024-06-20')
  const wrong = await b.call('GET', '/v1/products', '', { 'stripe-version': 'newest' })
  expect(wrong.status).toBe(400)
  expect(wrong.error.message).toBe('Invalid Stripe API version: newest')
})

describe('API keys', () => {
  const basic = (key: string) => `Basic ${Buffer.from(`${key}:`).toString('base64')}`
  test.each([
    ['Bearer sk_test_1234', 200],
    ['Bearer rk_test_restricted', 200],
    [basic('sk_test_simulator'), 200],
    ['Bearer sk_test_123', 401],
    ['Bearer sk-test-simulator', 401],
    ['Bearer pk_test_simulator', 401],
    ['', 401],
  ])('%s → %i', async (authorization, status) => {
    const b = await bench()
    const answer = await b.call('GET', '/v1/products', '', { authorization })
    expect(answer.status).toBe(status)
    if (status === 401) expect(answer.error.type).toBe('invalid_request_error')
  })

  test('each key is an account of its own', async () => {
    const b = await bench()
    await b.call('POST', '/v1/products', 'name=Notebook')
    const other = await b.call('GET', '/v1/products', '', { authorization: 'Bearer sk_test_other' })
    expect(other.body.data).toEqual([])
  })
})

describe('refusals', () => {
  const page = '&success_url=https://x.example&line_items[0][quantity]=1'
  test.each([
    [
      'unknown parameter',
      'POST',
      '/v1/products',
      'name=a&nmae=b',
      400,
      'parameter_unknown',
      'nmae',
    ],
    [
      'unknown nested one',
      'POST',
      '/v1/customers',
      'address[cityy]=x',
      400,
      'parameter_unknown',
      'address[cityy]',
    ],
    ['missing', 'POST', '/v1/products', '', 400, 'parameter_missing', 'name'],
    [
      'missing nested',
      'POST',
      '/v1/prices',
      'currency=usd&unit_amount=1&product_data[active]=true',
      400,
      'parameter_missing',
      'product_data[name]',
    ],
    [
      'not an integer',
      'POST',
      '/v1/prices',
      'currency=usd&unit_amount=abc',
      400,
      'parameter_invalid_integer',
      'unit_amount',
    ],
    [
      'below the least',
      'POST',
      '/v1/payment_intents',
      'currency=usd&amount=0',
      400,
      'parameter_invalid_integer',
      'amount',
    ],
    [
      'below the minimum',
      'POST',
      '/v1/payment_intents',
      'currency=usd&amount=49',
      400,
      'amount_too_small',
      'amount',
    ],
    ['empty', 'POST', '/v1/products', 'name=', 400, 'parameter_invalid_empty', 'name'],
    [
      'not one of the values',
      'POST',
      '/v1/checkout/sessions',
      `mode=nonsense${page}`,
      400,
      undefined,
      'mode',
    ],
    ['not a boolean', 'POST', '/v1/products', 'name=a&active=maybe', 400, undefined, 'active'],
    ['unknown id in the path', 'GET', '/v1/products/prod_none', '', 404, 'resource_missing', 'id'],
    [
      'unknown id in a parameter',
      'POST',
      '/v1/prices',
      'currency=usd&unit_amount=1&product=prod_none',
      400,
      'resource_missing',
      'product',
    ],
    [
      'unknown price of a session',
      'POST',
      '/v1/checkout/sessions',
      `line_items[0][price]=price_none${page}`,
      400,
      'resource_missing',
      'line_items[0][price]',
    ],
    [
      'malformed percent-encoding',
      'POST',
      '/v1/products',
      'name=%E0%A4%A',
      400,
      undefined,
      undefined,
    ],
  ])('%s', async (_, method, path, form, status, code, param) => {
    const b = await bench()
    const answer = await b.call(method, path, form)
    expect([answer.status, answer.error.type, answer.error.code, answer.error.param]).toEqual([
      status,
      'invalid_request_error',
      code,
      param,
    ])
    expect(answer.error.request_log_url).toContain(answer.headers.get('request-id'))
    if (code !== undefined) {
      expect(answer.error.doc_url).toBe(
        `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`,
      )
    }
    expect(b.account.events()).toEqual([])
  })

  test.each([
    ['GET', '/v1/nonsense'],
    ['DELETE', '/v1/charges/ch_1'],
    ['GET', '/v1/products/'],
  ])('%s %s is an unrecognized URL with a hint', async (method, path) => {
    const b = await bench()
    const { status, error } = await b.call(method, path)
    expect(status).toBe(404)
    expect(error.message).toContain(`Unrecognized request URL (${method}: ${path})`)
    expect(error.message).toContain('simulator: it knows')
  })

  test('a JSON body on a v1 route', async () => {
    const b = await bench()
    const headers = { 'content-type': 'application/json' }
    expect((await b.call('POST', '/v1/products', '{"name":"a"}', headers)).status).toBe(400)
  })

  test('a body past the limit', async () => {
    const b = await bench()
    const answer = await b.call('POST', '/v1/products', `name=${'a'.repeat(1_100_000)}`)
    expect(answer.status).toBe(413)
  })
})

test('an error undoes everything that its request wrote', async () => {
  const b = await bench()
  // The inline product is made before the bad price is found.
  const answer = await b.call(
    'POST',
    '/v1/checkout/sessions',
    'success_url=https://x.example&line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=900&line_items[0][price_data][product_data][name]=a&line_items[0][quantity]=1&line_items[1][price]=price_none&line_items[1][quantity]=1',
  )
  expect(answer.status).toBe(400)
  expect((await b.call('GET', '/v1/products')).body.data).toEqual([])
  expect(b.account.events()).toEqual([])
})
