/** Answers `/c/pay/…`: the page on which a person pays a session. */

import {
  answerChallenge,
  completeFree,
  type PayOutcome,
  payWithCard,
  payWithDelayed,
  redirectReady,
} from '../checkout/pay.ts'
import {
  type HostedResponse,
  type PageRequest,
  type PageRoom,
  targetOf,
} from '../http/hosted-port.ts'
import type { Account } from '../world/account.ts'
import type { FieldValues } from './fields.ts'
import { seeOther } from './layout.ts'
import { challengePage, completePage, expiredPage, unknownPage } from './notice-pages.ts'
import { webUrl } from './order-view.ts'
import { placed } from './pay-errors.ts'
import { type Buyer, type Entry, judge } from './pay-form.ts'
import { changes, shipBy } from './revisions.ts'
import { drawForm, type Visit, valuesOf, visitOf } from './visit.ts'

type Answer = (visit: Visit, rest: string) => HostedResponse | Promise<HostedResponse>

const routes: Readonly<Record<string, Answer>> = {
  'GET /': showForm,
  'HEAD /': showForm,
  'POST /': pay,
  'POST /quantity': revise,
  'POST /promotion': revise,
  'POST /shipping': revise,
  // A reload of what a change of the order answered.
  'GET /quantity': goHome,
  'GET /promotion': goHome,
  'GET /shipping': goHome,
  'GET /challenge': showChallenge,
  'POST /challenge': endChallenge,
}

const prefix = '/c/pay/'

export const checkoutPages: PageRoom = { prefix, answer: handleHosted }

async function handleHosted(request: PageRequest): Promise<HostedResponse> {
  const { id, rest } = targetOf(request.path, prefix)
  const account = request.find('session', id)
  const visit = account && visitOf(request, account, id)
  const answer = routes[`${request.method} ${rest}`]
  if (!visit || !answer) return unknownPage()
  return visit.view.session.status === 'open' ? answer(visit, rest) : ended(visit)
}

/** A second click on Pay arrives at a session that the first has completed: that buyer goes on too. */
async function ended(visit: Visit): Promise<HostedResponse> {
  const { request, account, view, order } = visit
  const { session } = view
  if (session.status === 'expired') {
    const recoverUrl = webUrl(session.after_expiration?.recovery?.url)
    return expiredPage({ ...factsOf(order), cancelUrl: order.cancelUrl, recoverUrl })
  }
  const next = webUrl(session.success_url?.replaceAll('{CHECKOUT_SESSION_ID}', session.id))
  if (request.method !== 'POST' || next === null) {
    const link = account.db.find('payment_link', session.payment_link ?? '')
    const message = link?.after_completion.hosted_confirmation?.custom_message ?? null
    return completePage({ ...factsOf(order), session, next, message })
  }
  await redirectReady(account, session.id)
  return seeOther(next)
}

function goHome({ home }: Visit): HostedResponse {
  return seeOther(home)
}

function showForm(visit: Visit): HostedResponse {
  return drawForm(visit, valuesOf(visit, new URLSearchParams()))
}

/** What was typed meanwhile comes along when the page's script is there, and stays. */
function revise(visit: Visit, rest: string): HostedResponse {
  const { request, account, view } = visit
  const said = changes[rest]?.(account, view.session.id, request.form)
  const after = visitOf(request, account, view.session.id)
  if (!said || !after) return unknownPage()
  const typed = request.form.has('email') ? request.form : new URLSearchParams()
  const values = valuesOf(after, typed)
  const shippingRate = after.view.session.shipping_cost?.shipping_rate ?? ''
  return drawForm(after, { ...values, shippingRate }, { status: said.ok ? 200 : 422, said })
}

async function pay(visit: Visit): Promise<HostedResponse> {
  const { request, account, view, asks } = visit
  const values = valuesOf(visit, request.form)
  const form = judge(asks, values, account.now())
  if (!form.ok) return drawForm(visit, values, { status: 422, errors: form.errors })
  const moved = otherShipping(visit, values)
  if (moved) return moved
  return conclude(visit, attempt(account, view.session.id, form.entry, form.buyer), values)
}

/** Without the page's script another way of shipping comes with the payment: first the buyer sees the new total. */
function otherShipping(visit: Visit, values: FieldValues): HostedResponse | undefined {
  const { request, account, view } = visit
  const { session } = view
  const current = session.shipping_cost?.shipping_rate ?? ''
  if (values.shippingRate === current || session.shipping_options.length === 0) return undefined
  const said = shipBy(account, session.id, values.shippingRate)
  const after = visitOf(request, account, session.id)
  return after && drawForm(after, values, { status: said.ok ? 200 : 422, said })
}

function attempt(
  account: Account,
  sessionId: string,
  entry: Entry | undefined,
  buyer: Buyer,
): PayOutcome {
  if (!entry) return completeFree(account, sessionId, buyer)
  return entry.method === 'card'
    ? payWithCard(account, sessionId, { ...buyer, ...entry })
    : payWithDelayed(account, sessionId, { ...buyer, ...entry })
}

async function conclude(
  visit: Visit,
  outcome: PayOutcome,
  values: FieldValues,
): Promise<HostedResponse> {
  const { account, view, home } = visit
  switch (outcome.kind) {
    case 'complete': {
      await redirectReady(account, view.session.id)
      return seeOther(webUrl(outcome.redirectUrl) ?? home)
    }
    case 'requires_action':
      return seeOther(`${home}/challenge`)
    case 'declined':
      return drawForm(visit, values, {
        status: 402,
        errors: [placed(outcome.error, values.method)],
      })
    case 'gone':
      return seeOther(home)
  }
}

/** Reached without a payment in progress (a reload, the Back button), it leads to the form. */
function showChallenge({ view, order, home }: Visit): HostedResponse {
  return view.isChallenged ? challengePage(factsOf(order), `${home}/challenge`) : seeOther(home)
}

function factsOf({ merchant, sums }: Visit['order']) {
  const due = sums.find(({ isDue }) => isDue)
  return { merchant, amount: due?.amount ?? null }
}

async function endChallenge(visit: Visit): Promise<HostedResponse> {
  const { request, account, view, home } = visit
  if (!view.isChallenged) return seeOther(home)
  const isPassed = request.form.get('outcome') === 'complete'
  const outcome = answerChallenge(account, view.session.id, isPassed)
  return conclude(visit, outcome, valuesOf(visit, new URLSearchParams()))
}
