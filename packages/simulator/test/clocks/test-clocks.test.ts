// Goal: a test clock refuses what it would have to ignore, and times that are none.
import { expect, test } from 'vitest'
import { bench } from '../support.ts'

const path = '/v1/test_helpers/test_clocks'

test('no existing customer is attached: it is already in another time', async () => {
  const b = await bench()
  const { id } = await b.stripe.customers.create()
  const answer = await b.call('POST', path, `frozen_time=1700000000&customer=${id}`)
  expect([answer.status, answer.error.param]).toEqual([400, 'customer'])
  expect(answer.error.message).toContain('does not simulate')
})

test.each(['-5', '99999999999999'])('frozen_time=%s is refused', async (time) => {
  const b = await bench()
  const answer = await b.call('POST', path, `frozen_time=${time}`)
  expect([answer.status, answer.error.param]).toEqual([400, 'frozen_time'])
  expect((await b.stripe.testHelpers.testClocks.list()).data).toEqual([])
})
