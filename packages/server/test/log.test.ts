// Goal: a log line holds what the allow-list names and nothing that must stay in.
// Method: lines are captured; secrets are put where a careless caller would put them.
import { EngineError } from '@quittance/engine'
import { describe, expect, it } from 'vitest'
import { createLogger, errorFields, mask } from '../src/log.ts'

function capture(format: 'json' | 'pretty' = 'json') {
  const lines: string[] = []
  const logger = createLogger({ level: 'debug', format, write: (line) => lines.push(line) })
  return { lines, logger }
}

describe('fields', () => {
  it('are written when the contract names them', () => {
    const { lines, logger } = capture()
    logger.info('event recorded', { eventId: 'evt_1', type: 'charge.refunded', duplicate: false })
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      msg: 'event recorded',
      eventId: 'evt_1',
      duplicate: false,
    })
  })

  it('are dropped when it does not', () => {
    const { lines, logger } = capture()
    const careless: Record<string, unknown> = { eventId: 'evt_1', body: 'payload', email: 'a@b.co' }
    logger.warn('refused', careless)
    expect(lines[0]).not.toMatch(/payload|a@b\.co|body|email/)
    expect(lines[0]).toContain('evt_1')
  })
})

describe('masking', () => {
  const hidden = [
    'sk_live_51Habc',
    'rk_test_51Habc',
    'whsec_aBc123+/=',
    'pi_123_secret_456',
    'https://checkout.stripe.com/c/pay/cs_live_a1',
    'postgres://user:sesame@db/shop',
    'jenny@example.com',
    '4242 4242 4242 4242',
  ]
  for (const secret of hidden) {
    it(`hides ${secret.slice(0, 9)}… inside a sentence`, () => {
      const { lines, logger } = capture()
      logger.error(`it broke at ${secret} today`, { error: secret })
      expect(lines[0]).not.toContain(secret)
      expect(lines[0]).toContain('it broke at')
    })
  }
  it('hides a password to its end', () => {
    expect(mask('at postgres://user:open@sesame@db/shop')).toBe('at postgres://…@db/shop')
  })
  it('leaves ids and numbers of ours', () => {
    const text = 'order 5f1c2e evt_1Q2w took 250 ms over 1732217000 at 127.0.0.1:4242'
    expect(mask(text)).toBe(text)
  })
})

describe('errors', () => {
  it('tell their code and cure when they are ours', () => {
    const fields = errorFields(new EngineError('STORE_UNAVAILABLE', 'no answer'))
    expect(fields).toMatchObject({ code: 'STORE_UNAVAILABLE', error: 'no answer' })
  })
  it('tell name and code only when they are not: drivers put values into messages', () => {
    const error = Object.assign(new TypeError('value jenny is wrong'), { code: '22P02' })
    expect(errorFields(error)).toEqual({ error: 'TypeError', code: '22P02' })
  })
})

it('writes one readable line for a person', () => {
  const { lines, logger } = capture('pretty')
  logger.warn('order held', { orderId: 'o_1', reason: 'amount', seq: '7', duplicate: false })
  expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d ! order held {2}orderId=o_1 {2}reason=amount\n$/)
})
