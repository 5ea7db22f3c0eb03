// Report runs: known types with data of the past, done after a moment.
import { expect, test } from 'vitest'
import { bench } from '../support.ts'

const parameters = { interval_start: 1_790_000_000, interval_end: 1_793_000_000 }

test('a report run succeeds after a moment', async () => {
  const { stripe, account, types } = await bench()
  const runs = stripe.reporting.reportRuns
  const run = await runs.create({ report_type: 'balance.summary.1', parameters })
  expect(run).toMatchObject({ status: 'pending', result: null, parameters })
  account.advance(1)
  expect(await runs.retrieve(run.id)).toMatchObject({
    status: 'succeeded',
    succeeded_at: account.now(),
    result: { object: 'file', purpose: 'finance_report_run', url: null },
  })
  expect(types()).toEqual(['reporting.report_run.succeeded'])
  expect((await runs.list()).data).toHaveLength(1)
})

test('unknown types, missing times and a future that has no data are refused', async () => {
  const { stripe, account } = await bench()
  const run = (report_type: string, given: Partial<typeof parameters> = parameters) =>
    stripe.reporting.reportRuns.create({ report_type, parameters: given })
  await expect(run('balance.nonsense.1')).rejects.toMatchObject({ param: 'report_type' })
  await expect(run('payouts.summary.1', { interval_start: 1 })).rejects.toMatchObject({
    param: 'parameters[interval_end]',
    code: 'parameter_missing',
  })
  await expect(
    run('payouts.summary.1', { ...parameters, interval_end: account.now() }),
  ).rejects.toMatchObject({ param: 'parameters[interval_end]' })
  const types = await stripe.reporting.reportTypes.list()
  expect(types.data.map(({ id }) => id)).toContain('payouts.summary.1')
  expect(await stripe.reporting.reportTypes.retrieve('payouts.summary.1')).toMatchObject({
    version: 1,
  })
})
