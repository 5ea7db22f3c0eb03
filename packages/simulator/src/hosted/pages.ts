/** Answers `/c/pay/…`: the page on which a person pays a session. */
import type { Account } from '../account/account.ts'
import {
  answerChallenge,
  completeFree,
  type PayOutcome,
  payWithCard,
  payWithDelayed,
  readSession,
  redirectReady,
  type SessionView,
} from '../checkout/pay.ts'
import type { HostedRequest, HostedResponse } from '../http/hosted-port.ts'
import { checkoutPage, type MethodName, type OrderView } from './checkout-page.ts'
import { defaultCountry } from './countries.ts'
import { seeOther } from './layout.ts'
import { challengePage, completePage, expiredPage, unknownPage } from './notice-pages.ts'
import { methodsOf, orderOf, verbOf, webUrl } from './order-view.ts'
import { placed } from './pay-errors.ts'
import {
  type Buyer,
  type Entry,
  type FieldError,
  type FieldValues,
  judge,
  judgeEmail,
  readFields,
} from './pay-form.ts'

/** One visit: who asks, for which session, and the order that every page shows. */
interface Visit {
  readonly request: HostedRequest
  readonly account: Account
  readonly view: SessionView
  readonly order: OrderView
  readonly home: string
}

type Answer = (visit: Visit) => HostedResponse | Promise<HostedResponse>

const routes: Readonly<Record<string, Answer>> = {
  'GET /': showForm,
  'HEAD /': showForm,
  'POST /': pay,
  'GET /challenge': showChallenge,
  'POST /challenge': endChallenge,
}

export async function handleHosted(request: HostedRequest): Promise<HostedResponse> {
  const { account, sessionId, method } = request
  const view = account && readSession(account, sessionId)
  if (!account || !view) return unknownPage()
  const home = `/c/pay/${sessionId}`
  const answer = routes[`${method} ${request.path.slice(home.length) || '/'}`]
  if (!answer) return unknownPage()
  const order = orderOf(view.session, view.lineItems, (id) => account.db.find('product', id))
  const visit = { request, account, view, order, home }
  return view.session.status === 'open' ? answer(visit) : ended(visit)
}

/** A second click on Pay arrives at a session that the first has completed: that buyer goes on too. */
async function ended({ request, account, view, order }: Visit): Promise<HostedResponse> {
  const { session } = view
  if (session.status === 'expired') return expiredPage(order)
  const next = webUrl(session.success_url?.replaceAll('{CHECKOUT_SESSION_ID}', session.id))
  if (request.method !== 'POST' || next === null) {
    return completePage(order, session.payment_status !== 'unpaid', next)
  }
  await redirectReady(account, session.id)
  return seeOther(next)
}

function showForm(visit: Visit): HostedResponse {
  return drawForm(visit, readFields(new URLSearchParams(), startingValues(visit)), 200, [])
}

function drawForm(
  { view, order, home }: Visit,
  values: FieldValues,
  status: number,
  errors: readonly FieldError[],
): HostedResponse {
  const { session } = view
  return checkoutPage(status, {
    order,
    action: home,
    verb: verbOf(session),
    methods: methodsOf(session),
    isEmailFixed: session.customer_email !== null,
    values,
    errors,
  })
}

/** What is known before the buyer types: the merchant's word, else what an interrupted payment held. */
function startingValues({ account, view }: Visit): Partial<FieldValues> {
  const { session } = view
  const buyer = account.db.find('session_secret', session.id)?.buyer
  return {
    email: session.customer_email ?? buyer?.email ?? '',
    method: chosenMethod({ view }, ''),
    billingName: buyer?.name ?? '',
    country: buyer?.address?.country ?? defaultCountry,
    postalCode: buyer?.address?.postal_code ?? '',
  }
}

async function pay(visit: Visit): Promise<HostedResponse> {
  const { request, account, view } = visit
  const entered = readFields(request.form, startingValues(visit))
  const method = chosenMethod(visit, entered.method)
  const values = { ...entered, method, email: view.session.customer_email ?? entered.email }
  if (view.session.amount_total === 0) return finishFree(visit, values)
  const form = judge(method, values, account.now())
  if (!form.ok) return drawForm(visit, values, 422, form.errors)
  return conclude(visit, attempt(account, view.session.id, form.entry, form.buyer), values)
}

async function finishFree(visit: Visit, values: FieldValues): Promise<HostedResponse> {
  const error = judgeEmail(values.email)
  if (error) return drawForm(visit, values, 422, [error])
  return conclude(visit, completeFree(visit.account, visit.view.session.id, values.email), values)
}

/** What the page does not offer cannot be posted into it either. */
function chosenMethod({ view }: Pick<Visit, 'view'>, wanted: string): MethodName {
  const offered = methodsOf(view.session)
  return offered.find((name) => name === wanted) ?? offered[0] ?? 'card'
}

function attempt(account: Account, sessionId: string, entry: Entry, buyer: Buyer): PayOutcome {
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
      return webUrl(outcome.redirectUrl) === null ? seeOther(home) : seeOther(outcome.redirectUrl)
    }
    case 'requires_action':
      return seeOther(`${home}/challenge`)
    case 'declined':
      return drawForm(visit, values, 402, [placed(outcome.error, values.method)])
    case 'gone':
      return seeOther(home)
  }
}

/** Reached without a payment in progress (a reload, the Back button), it leads to the form. */
function showChallenge({ view, order, home }: Visit): HostedResponse {
  if (view.intent?.status !== 'requires_action') return seeOther(home)
  return challengePage(order, `${home}/challenge`)
}

async function endChallenge(visit: Visit): Promise<HostedResponse> {
  const { request, account, view, home } = visit
  if (view.intent?.status !== 'requires_action') return seeOther(home)
  const isPassed = request.form.get('outcome') === 'complete'
  const outcome = answerChallenge(account, view.session.id, isPassed)
  return conclude(visit, outcome, readFields(new URLSearchParams(), startingValues(visit)))
}
