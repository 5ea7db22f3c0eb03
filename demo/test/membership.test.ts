// Goal: a member's page tells how things stand, promises nothing that is not so, and escapes all.
// Method: pages are rendered from made-up stories; the routes are asked with an engine of answers.
import type { AccessReason, Invoice, Subscription, SubscriptionStatus } from '@quittance/engine'
import { describe, expect, it } from 'vitest'
import type { Play } from '../src/counter.ts'
import { PLAN_CATALOGUE, PLANS } from '../src/plans.ts'
import { textOf } from '../src/storefront/layout.ts'
import { scenesFor } from '../src/storefront/membership/counter-panel.ts'
import { membershipPage, membershipProgress, offerPage } from '../src/storefront/membership/page.ts'
import { closedDoorPage, readingRoomPage } from '../src/storefront/membership/reading-room.ts'
import { membershipRoutes } from '../src/storefront/membership/routes.ts'
import { REASONS } from '../src/storefront/membership/words.ts'
import { access, at, invoice, SIMULATOR, story, subscription } from './membership-stories.ts'

const EVIL = '<script>alert(1)</script>'

const shown = (changes: Partial<Subscription> | null) =>
  textOf(
    membershipPage(
      story({ subscription: changes === null ? null : subscription(changes) }),
      SIMULATOR,
    ),
  )

describe('the page of a membership', () => {
  it.each<[SubscriptionStatus, string, boolean]>([
    ['trialing', 'Everything is free', true],
    ['active', 'It renews by itself', true],
    ['past_due', 'See to your card', true],
    ['unpaid', 'Pay the open invoice', true],
    ['paused', 'Nothing is charged meanwhile', true],
    ['incomplete', 'begins when its first payment is here', false],
    ['incomplete_expired', 'Your last sign-up was not paid', false],
    ['canceled', 'Your membership ended', false],
  ])('says what %s means', (status, words, isLive) => {
    const text = shown({ status })
    expect(text).toContain(words)
    expect(text).toContain(`data-status="${status}"`)
    // A second one is not on offer, and there is nothing to manage without a first.
    expect(text.includes('class="buy"')).toBe(!isLive)
    expect(text.includes('data-portal ')).toBe(isLive)
  })

  it('says when it ends, once it is canceled for the end of the period', () => {
    const text = shown({ cancelAt: at(30) })
    expect(text).toContain('Your membership ends on 31 December 2026')
    expect(text).toContain('Ending')
    expect(text).not.toContain('renews by itself')
  })

  it('offers the free week to newcomers alone', () => {
    const offer = (isReturning: boolean) =>
      textOf(membershipPage(story({ subscription: null, isReturning }), SIMULATOR))
    expect(offer(false)).toContain('Begin the free week')
    expect(offer(true)).not.toMatch(/free/i)
    expect(textOf(offerPage(SIMULATOR))).toContain('7 days free')
  })

  it('puts each reason into words, beside those of the engine', () => {
    const reasons = Object.keys(REASONS) as AccessReason[]
    for (const reason of reasons) {
      const because = `in the engine's words: ${reason}`
      const text = textOf(
        membershipPage(story({ access: [access({ reason, because, until: at(7) })] }), SIMULATOR),
      )
      expect(text).toContain(reason.replaceAll('&', ''))
      expect(REASONS[reason](at(7))).toMatch(/\.$/)
    }
    expect(REASONS.past_due_grace(at(7))).toContain('until 8 December 2026')
  })

  it('tells what became of an invoice', () => {
    const told = (changes: Partial<Invoice>) =>
      textOf(membershipPage(story({ invoices: [invoice(changes)] }), SIMULATOR))
    expect(told({})).toContain('paid on 1 December 2026')
    const open = { status: 'open', attemptCount: 2, nextPaymentAttempt: at(5) } as const
    expect(told(open)).toContain('open: 2 attempts failed, the next is on 6 December 2026')
    expect(told({ amountRefunded: 400 })).toContain('$4.00 refunded')
  })

  it('escapes everything', () => {
    const text = textOf(
      membershipPage(
        story({
          member: { name: EVIL, identity: { userId: EVIL } },
          subscription: subscription({ id: EVIL }),
          access: [access({ feature: EVIL, because: EVIL })],
          history: [{ from: null, to: EVIL, cause: EVIL, eventId: EVIL, note: EVIL, at: at(0) }],
        }),
        SIMULATOR,
      ),
    )
    expect(text).not.toContain(EVIL)
    expect(text.split('&lt;script&gt;').length).toBeGreaterThan(8)
  })

  it('loads nothing from elsewhere', () => {
    for (const text of [shown({}), shown(null), textOf(offerPage(SIMULATOR))]) {
      expect(text).not.toMatch(/(src|href|action)="(?!\/|#|http:\/\/127\.0\.0\.1:4243)/)
    }
  })

  it('is another version when anything on it is, and the same one when nothing is', () => {
    const version = (changes: Parameters<typeof story>[0]) =>
      /data-version="(\w+)"/.exec(textOf(membershipProgress(story(changes), SIMULATOR)))?.[1]
    expect(version({})).toBe(version({}))
    const open = invoice({ status: 'open', attemptCount: 1 })
    expect(version({ invoices: [open] })).not.toBe(
      version({ invoices: [{ ...open, attemptCount: 2 }] }),
    )
  })
})

describe('the counter', () => {
  const plays = (changes: Partial<Subscription>): readonly Play[] =>
    scenesFor(subscription(changes)).map(({ play }) => play)

  it('plays what the membership allows', () => {
    expect(plays({ status: 'trialing' })).toEqual(['renew', 'fail', 'week'])
    expect(plays({ cancelAt: at(9) })).toEqual(['renew', 'week'])
    expect(plays({ status: 'past_due' })).toEqual(['recover', 'week'])
    expect(plays({ status: 'canceled' })).toEqual([])
    expect(scenesFor(null)).toEqual([])
  })
})

describe('the door', () => {
  it('is closed to strangers, and says to members why', () => {
    expect(textOf(closedDoorPage(null, SIMULATOR))).toContain('We do not know you yet')
    const text = textOf(
      closedDoorPage(
        access({ granted: false, reason: 'past_due_grace_over', because: 'the grace is over' }),
        SIMULATOR,
      ),
    )
    expect(text).toContain('the days of grace are over')
    expect(text).toContain('<code>the grace is over</code>')
    expect(text).not.toContain('On the margin')
  })
  it('opens the archive to those who have its key', () => {
    expect(textOf(readingRoomPage(false, SIMULATOR))).not.toContain('eleven chairs')
    expect(textOf(readingRoomPage(true, SIMULATOR))).toContain('eleven chairs')
  })
})

describe('the routes', () => {
  const ask = (path: string, init: RequestInit & { readonly name?: string } = {}) => {
    const played: Play[] = []
    const routes = membershipRoutes({
      engine: {
        access: { can: async () => false, get: async () => [access({ granted: false })] },
        subscriptions: {
          get: async () => null,
          list: async () => [],
          listFor: async () => [subscription()],
          history: async () => [],
        },
        invoices: { get: async () => null, listFor: async () => [] },
      },
      simulatorUrl: SIMULATOR,
      time: {
        now: () => at(0),
        daysAhead: () => 0,
        follow: async () => undefined,
        passTo: async () => undefined,
        settled: async () => undefined,
      },
      counter: {
        async play(play) {
          played.push(play)
        },
      },
      memberOf: () =>
        init.name === undefined ? null : { name: init.name, identity: { userId: init.name } },
    })
    return { played, answer: routes.request(path, init) }
  }
  const form = (text: string) => ({
    method: 'POST',
    body: text,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })

  it('play for members, and only what there is to play', async () => {
    const good = ask('/membership/play', { ...form('play=week'), name: 'Ada' })
    expect((await good.answer).status).toBe(303)
    expect(good.played).toEqual(['week'])
    for (const other of [
      ask('/membership/play', form('play=week')),
      ask('/membership/play', { ...form('play=everything'), name: 'Ada' }),
    ]) {
      expect((await other.answer).status).toBe(303)
      expect(other.played).toEqual([])
    }
  })

  it('take no form of another site', async () => {
    for (const path of ['/membership/play', '/sign-in', '/sign-out']) {
      const { headers, ...rest } = form('play=week&name=Eve')
      const foreign = { ...headers, 'sec-fetch-site': 'cross-site' }
      const asked = ask(path, { ...rest, headers: foreign, name: 'Ada' })
      expect((await asked.answer).status).toBe(403)
      expect(asked.played).toEqual([])
    }
  })

  it('keep the door: 401 for strangers, 403 for those whom nothing lets in', async () => {
    expect((await ask('/reading-room').answer).status).toBe(401)
    expect((await ask('/reading-room', { name: 'Ada' }).answer).status).toBe(403)
    expect((await ask('/membership/progress').answer).status).toBe(401)
  })

  it('sign in with a name, and with nothing else', async () => {
    const good = await ask('/sign-in', form('name=Ada+Lovelace')).answer
    expect(good.status).toBe(303)
    expect(good.headers.get('set-cookie')).toMatch(/^harbour_visitor=Ada%20Lovelace; .*HttpOnly/)
    const bad = await ask('/sign-in', form('name=%3Cb%3E')).answer
    expect(bad.status).toBe(422)
    expect(await bad.text()).toContain('Please give a name')
  })
})

it('the plans are of one group, and the yearly one opens more', () => {
  const groups = Object.values(PLAN_CATALOGUE).map((item) => ('group' in item ? item.group : null))
  expect(new Set(groups).size).toBe(1)
  expect(PLANS.map(({ features }) => features.length)).toEqual([1, 2])
})
