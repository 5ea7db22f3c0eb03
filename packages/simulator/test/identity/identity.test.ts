// Verification sessions: a person decides on their page, and what was learned can be forgotten.
import { expect, test } from 'vitest'
import { type Bench, bench } from '../support.ts'

async function decide({ account }: Bench, url: string | null, outcome: string) {
  const answer = await fetch(url ?? '', {
    method: 'POST',
    body: new URLSearchParams({ outcome }),
    redirect: 'manual',
  })
  account.advance(1)
  return answer
}

test('a person fails, tries again and is verified', async () => {
  const b = await bench()
  const sessions = b.stripe.identity.verificationSessions
  const session = await sessions.create({
    type: 'document',
    return_url: 'https://shop.example/back',
    options: { document: { require_matching_selfie: true } },
  })
  expect(session).toMatchObject({
    status: 'requires_input',
    options: { document: { require_matching_selfie: true } },
  })
  expect(await (await fetch(session.url ?? '')).text()).toContain('Verify your identity')
  const answer = await decide(b, session.url, 'unverified')
  expect(answer.headers.get('location')).toBe('https://shop.example/back')
  expect(await sessions.retrieve(session.id)).toMatchObject({
    status: 'requires_input',
    last_error: { code: 'document_unverified_other' },
  })
  await decide(b, session.url, 'verified')
  const verified = await sessions.retrieve(session.id, { expand: ['last_verification_report'] })
  expect(verified).toMatchObject({
    status: 'verified',
    url: null,
    verified_outputs: { first_name: 'Jenny', last_name: 'Rosen' },
    last_verification_report: { document: { status: 'verified' } },
  })
  const report = verified.last_verification_report
  if (report === null || typeof report === 'string') throw new Error('the report is not expanded')
  expect(await b.stripe.identity.verificationReports.retrieve(report.id)).toEqual(report)
  expect((await fetch(session.url ?? '')).status).toBe(404)
  expect(b.types().map((type) => type.split('.').at(-1))).toEqual([
    'created',
    'processing',
    'requires_input',
    'processing',
    'verified',
  ])
})

test('redaction takes a while and leaves nothing of the person', async () => {
  const b = await bench()
  const sessions = b.stripe.identity.verificationSessions
  const session = await sessions.create({ type: 'document', metadata: { user: '7' } })
  await decide(b, session.url, 'verified')
  expect(await sessions.redact(session.id)).toMatchObject({ redaction: { status: 'processing' } })
  b.account.advance(1)
  expect(await sessions.retrieve(session.id)).toMatchObject({
    redaction: { status: 'redacted' },
    verified_outputs: null,
    last_verification_report: null,
    metadata: {},
  })
  expect((await b.stripe.identity.verificationReports.list()).data).toEqual([])
  expect(b.types().at(-1)).toBe('identity.verification_session.redacted')
})

test('a session can be changed and canceled only while it waits for input', async () => {
  const b = await bench()
  const sessions = b.stripe.identity.verificationSessions
  const { id } = await sessions.create({ type: 'document' })
  expect(await sessions.update(id, { type: 'id_number' })).toMatchObject({ type: 'id_number' })
  expect(await sessions.cancel(id)).toMatchObject({ status: 'canceled', url: null })
  await expect(sessions.cancel(id)).rejects.toMatchObject({ statusCode: 400 })
  await expect(sessions.update(id, { metadata: { a: 'b' } })).rejects.toMatchObject({
    statusCode: 400,
  })
  await expect(sessions.create({})).rejects.toMatchObject({ param: 'type' })
})
