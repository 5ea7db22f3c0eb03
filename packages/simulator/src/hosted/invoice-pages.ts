/** Answers `/i/…`: the page on which a customer sees and pays an invoice, and its PDF. */

import { StripeError } from '../http/errors.ts'
import {
  type HostedResponse,
  type PageRequest,
  type PageRoom,
  targetOf,
} from '../http/hosted-port.ts'
import { payOrRefuse } from '../invoicing/pay.ts'
import { paymentRefused } from '../payments/declines.ts'
import { authenticateIntent } from '../payments/intent-confirm.ts'
import type { Account } from '../world/account.ts'
import { cardErrors, cardValues, typedCard } from './card-form.ts'
import type { FieldError, FieldValues } from './fields.ts'
import { invoicePage } from './invoice-page.ts'
import { type InvoiceView, invoiceText, invoiceViewOf } from './invoice-view.ts'
import { seeOther } from './layout.ts'
import { challengePage, unknownPage } from './notice-pages.ts'
import { placed } from './pay-errors.ts'
import { pdfOf } from './pdf.ts'

const prefix = '/i/'

export const invoicePages: PageRoom = { prefix, answer: handleInvoice }

interface Visit {
  readonly request: PageRequest
  readonly account: Account
  readonly view: InvoiceView
  readonly home: string
}

const routes: Readonly<Record<string, (visit: Visit) => HostedResponse>> = {
  'GET /': show,
  'HEAD /': show,
  'POST /': pay,
  'GET /pdf': download,
  'HEAD /pdf': download,
  'GET /challenge': showChallenge,
  'POST /challenge': endChallenge,
}

function handleInvoice(request: PageRequest): HostedResponse {
  const { id, rest } = targetOf(request.path, prefix)
  const account = request.find('invoice', id)
  const view = account && invoiceViewOf(account, id)
  // The link of a credit note leads to the invoice that it concerns.
  const path = rest.startsWith('/credit_notes/') ? '/pdf' : rest
  const answer = routes[`${request.method} ${path}`]
  if (!account || !view || !answer) return unknownPage()
  return answer({ request, account, view, home: `${prefix}${id}` })
}

function show(visit: Visit): HostedResponse {
  return draw(visit, cardValues(new URLSearchParams()))
}

function draw(
  { view, home }: Visit,
  values: FieldValues,
  status = 200,
  errors: readonly FieldError[] = [],
): HostedResponse {
  return invoicePage(status, { view, home, values, errors })
}

function pay(visit: Visit): HostedResponse {
  const { request, account, view, home } = visit
  if (view.state !== 'due') return seeOther(home)
  const values = cardValues(request.form)
  const errors = cardErrors(values, account.now())
  if (errors.length > 0) return draw(visit, values, 422, errors)
  return attempt(visit, values, () =>
    account.transact(null, (tx) => {
      const method = typedCard(tx, values, view.invoice.customer_email)
      payOrRefuse(tx, view.invoice, { method, offSession: false })
    }),
  )
}

/** What comes of a payment: the paid page, the challenge, or the form with the refusal. */
function attempt(visit: Visit, values: FieldValues, work: () => void): HostedResponse {
  const { account, view, home } = visit
  try {
    work()
    return seeOther(home)
  } catch (error) {
    if (!(error instanceof StripeError)) throw error
    const after = invoiceViewOf(account, view.invoice.id)
    const isAsked = error.detail.code === 'invoice_payment_intent_requires_action'
    if (isAsked && after?.challenged) return seeOther(`${home}/challenge`)
    return draw({ ...visit, view: after ?? view }, values, 402, [placed(error.body(), 'card')])
  }
}

function showChallenge({ view, home }: Visit): HostedResponse {
  if (!view.challenged) return seeOther(home)
  return challengePage({ merchant: view.merchant, amount: view.amount }, `${home}/challenge`)
}

function endChallenge(visit: Visit): HostedResponse {
  const { request, account, view, home } = visit
  const { challenged } = view
  if (!challenged) return seeOther(home)
  const passes = request.form.get('outcome') === 'complete'
  return attempt(visit, cardValues(new URLSearchParams()), () => {
    const after = account.transact(null, (tx) => authenticateIntent(tx, challenged, passes))
    if (after.status === 'requires_payment_method') throw paymentRefused(after)
  })
}

function download({ view }: Visit): HostedResponse {
  const { id, number } = view.invoice
  return {
    status: 200,
    headers: {
      'content-type': 'application/pdf',
      'content-disposition': `attachment; filename="Invoice-${number ?? id}.pdf"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
    body: pdfOf(invoiceText(view)),
  }
}
