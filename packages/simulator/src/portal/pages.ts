/** Answers `/p/session/…`: the portal, and the flows that lead to one page of it. */

import { seeOther } from '../hosted/layout.ts'
import { challengePage, unknownPage } from '../hosted/notice-pages.ts'
import {
  type HostedResponse,
  type PageRequest,
  type PageRoom,
  targetOf,
} from '../http/hosted-port.ts'
import { endChallenge, preferMethod, removeMethod } from './actions.ts'
import { homePage } from './home-page.ts'
import { portalPagePath } from './page-path.ts'
import { addCardTo, changeCustomer, showCard, showCustomer } from './person-routes.ts'
import { endPlan, resumePlan, showCancel, showUpdate, updatePlan } from './plan-routes.ts'
import { doneText, finished, flowPath } from './steps.ts'
import { methodsOf, type Visit, visitOf } from './visit.ts'

export const portalPages: PageRoom = { prefix: portalPagePath, answer: handlePortal }

/** `id` is what the path names besides the session. */
type Answer = (visit: Visit, id: string) => HostedResponse
type Feature = keyof Visit['configuration']['features']

interface Page {
  readonly feature?: Feature
  readonly answer: Answer
}

const pages: Readonly<Record<string, Page>> = {
  'GET /': { answer: begin },
  'GET /home': { answer: showHome },
  'GET /subscriptions/:id/cancel': { feature: 'subscription_cancel', answer: showCancel },
  'POST /subscriptions/:id/cancel': { feature: 'subscription_cancel', answer: endPlan },
  'POST /subscriptions/:id/keep': { feature: 'subscription_cancel', answer: resumePlan },
  'GET /subscriptions/:id/update': { feature: 'subscription_update', answer: showUpdate },
  'POST /subscriptions/:id/update': { feature: 'subscription_update', answer: updatePlan },
  'GET /payment-methods/add': { feature: 'payment_method_update', answer: showCard },
  'POST /payment-methods/add': { feature: 'payment_method_update', answer: addCardTo },
  'POST /payment-methods/default': { feature: 'payment_method_update', answer: makeDefault },
  'POST /payment-methods/remove': { feature: 'payment_method_update', answer: remove },
  'GET /challenges/:id': { feature: 'payment_method_update', answer: showChallenge },
  'POST /challenges/:id': { feature: 'payment_method_update', answer: passChallenge },
  'GET /customer': { feature: 'customer_update', answer: showCustomer },
  'POST /customer': { feature: 'customer_update', answer: changeCustomer },
}

/** The second step of a path is an id where there is more than a name before it. */
function keyOf(method: string, rest: string): { readonly key: string; readonly id: string } {
  const [name = '', second = '', ...more] = rest.slice(1).split('/')
  const isNamed = name === 'subscriptions' || name === 'challenges'
  const read = method === 'HEAD' ? 'GET' : method
  const path = isNamed ? [name, ':id', ...more].join('/') : rest.slice(1)
  return { key: `${read} /${path}`, id: isNamed ? decodeURIComponent(second) : '' }
}

function handlePortal(request: PageRequest): HostedResponse {
  const { id: sessionId, rest } = targetOf(request.path, portalPagePath)
  const visit = visitOf(request, sessionId)
  const { key, id } = keyOf(request.method, rest)
  const page = pages[key]
  if (!visit || !page) return unknownPage()
  // What the configuration does not allow cannot be posted into it either.
  const { features } = visit.configuration
  if (page.feature && !features[page.feature].enabled) return seeOther(`${visit.home}/home`)
  return page.answer(visit, id)
}

/** A flow begins at its own page. */
function begin(visit: Visit): HostedResponse {
  const path = flowPath(visit)
  return path === null ? showHome(visit) : seeOther(path)
}

function showHome(visit: Visit): HostedResponse {
  return homePage(visit, { said: doneText(visit.request.query.get('done')) })
}

function makeDefault(visit: Visit): HostedResponse {
  const method = methodOf(visit)
  if (!method) return showHome(visit)
  const done = preferMethod(visit, method)
  return done.ok ? finished(visit, 'default') : homePage(visit, { error: done.error.message })
}

function remove(visit: Visit): HostedResponse {
  const method = methodOf(visit)
  if (!method) return showHome(visit)
  const done = removeMethod(visit, method)
  return done.ok ? finished(visit, 'removed') : homePage(visit, { error: done.error.message })
}

function methodOf(visit: Visit) {
  const id = visit.request.form.get('method')
  return methodsOf(visit).find((one) => one.id === id)
}

function waitingSetup({ account, customer }: Visit, id: string) {
  const intent = account.db.find('setup_intent', id)
  const isWaiting = intent?.status === 'requires_action' && intent.customer === customer.id
  return isWaiting ? intent : undefined
}

function showChallenge(visit: Visit, id: string): HostedResponse {
  if (!waitingSetup(visit, id)) return seeOther(`${visit.home}/payment-methods/add`)
  return challengePage(
    { merchant: visit.merchant, amount: null },
    `${visit.home}/challenges/${encodeURIComponent(id)}`,
  )
}

function passChallenge(visit: Visit, id: string): HostedResponse {
  const intent = waitingSetup(visit, id)
  if (!intent) return seeOther(`${visit.home}/payment-methods/add`)
  const done = endChallenge(visit, intent, visit.request.form.get('outcome') === 'complete')
  return done.ok ? finished(visit, 'card') : showCard(visit, '', done.error)
}
