/** Authorizations: a purchase with an issued card, the question whether to allow it, and what becomes of it. */
import type { IssuingAuthorization, IssuingCard } from '../account/tables-platform.ts'
import type { Transaction } from '../account/transaction.ts'
import { refuse } from '../http/errors.ts'
import { flag, integer, oneOf, required, shape, text } from '../http/params.ts'
import { applyUpdate, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, inParam, inPath, type Route, route } from '../http/route.ts'
import { type MerchantEntry, merchantFields, merchantOf } from './merchant.ts'
import { isWithin } from './spending-controls.ts'
import { newTransaction, purchaseSpec } from './transactions.ts'

const path = '/v1/issuing/authorizations'
const helpers = '/v1/test_helpers/issuing/authorizations'
const kind = 'issuing.authorization'
const question = 'issuing_authorization.request'
/** Stripe waits this long for the account's word, then declines. */
const answerWithinMs = 2000
const noAmounts = { atm_fee: null, cashback_amount: 0 }
const defaultAmount = 100
const methods = oneOf('chip', 'contactless', 'keyed_in', 'online', 'swipe')

type Reason = IssuingAuthorization['request_history'][number]['reason']

interface Swipe {
  readonly amount: number | undefined
  readonly currency: string | undefined
  readonly method: IssuingAuthorization['authorization_method'] | undefined
  readonly merchant?: MerchantEntry | undefined
}

function authorize(tx: Transaction, card: IssuingCard, swipe: Swipe): IssuingAuthorization {
  const { amount = defaultAmount, currency = card.currency, method = 'online' } = swipe
  const authorization: IssuingAuthorization = {
    id: tx.newId('iauth_1'),
    object: kind,
    amount: 0,
    amount_details: noAmounts,
    approved: false,
    authorization_method: method,
    balance_transactions: [],
    card,
    card_presence: ['online', 'keyed_in'].includes(method) ? 'not_present' : 'present',
    cardholder: card.cardholder.id,
    created: tx.now,
    currency,
    fleet: null,
    fraud_challenges: null,
    fuel: null,
    livemode: false,
    merchant_amount: 0,
    merchant_currency: currency,
    merchant_data: merchantOf(swipe.merchant),
    metadata: {},
    network_data: null,
    pending_request: {
      amount,
      amount_details: noAmounts,
      currency,
      is_amount_controllable: false,
      merchant_amount: amount,
      merchant_currency: currency,
      network_risk_score: null,
    },
    request_history: [],
    status: 'pending',
    token: null,
    transactions: [],
    treasury: null,
    verification_data: {
      address_line1_check: 'not_provided',
      address_postal_code_check: 'not_provided',
      authentication_exemption: null,
      cvc_check: 'not_provided',
      expiry_check: 'match',
      postal_code: null,
      three_d_secure: null,
    },
    verified_by_fraud_challenge: null,
    wallet: null,
  }
  const obstacle = obstacleTo(tx, card, authorization)
  if (obstacle) return decide(tx, authorization, false, obstacle)
  tx.emit(question, authorization)
  // Where nobody is asked, the card's own rules have decided.
  if (!isAsked(tx)) return decide(tx, authorization, true, 'card_active')
  tx.schedule(answerWithinMs, { kind: 'decide_authorization', authorizationId: authorization.id })
  return tx.db.put(kind, authorization)
}

/** Stripe puts the question only to endpoints that name the event. */
function isAsked(tx: Transaction): boolean {
  return tx.db
    .all('webhook_endpoint')
    .some((row) => row.status === 'enabled' && row.enabled_events.includes(question))
}

function obstacleTo(
  tx: Transaction,
  card: IssuingCard,
  purchase: IssuingAuthorization,
): Reason | undefined {
  const { status, cardholder, spending_controls } = card
  if (status !== 'active') return status === 'canceled' ? 'card_canceled' : 'card_inactive'
  if (cardholder.status === 'blocked') return 'cardholder_blocked'
  if (cardholder.status !== 'active') return 'cardholder_inactive'
  if (cardholder.requirements.past_due?.length) return 'cardholder_verification_required'
  const earlier = tx.db.where(kind, 'cardholder', cardholder.id)
  const ofCard = earlier.filter((row) => row.card.id === card.id)
  const within =
    isWithin(tx, spending_controls, purchase, ofCard) &&
    (!cardholder.spending_controls || isWithin(tx, cardholder.spending_controls, purchase, earlier))
  return within ? undefined : 'spending_controls'
}

function decide(
  tx: Transaction,
  authorization: IssuingAuthorization,
  approved: boolean,
  reason: Reason,
): IssuingAuthorization {
  const { pending_request: request, request_history: history } = authorization
  if (!request) throw refuse('This authorization has already been approved or declined.')
  const { is_amount_controllable: _, ...asked } = request
  const decided = tx.db.put(kind, {
    ...authorization,
    amount: approved ? request.amount : 0,
    merchant_amount: approved ? request.merchant_amount : 0,
    approved,
    pending_request: null,
    request_history: [
      {
        ...asked,
        approved,
        authorization_code: null,
        created: tx.now,
        reason,
        reason_message: null,
        requested_at: authorization.created,
      },
      ...history,
    ],
    status: approved ? 'pending' : 'closed',
  })
  tx.emit('issuing_authorization.created', decided)
  return decided
}

export function giveUpWaiting(tx: Transaction, id: string): void {
  const authorization = tx.db.find(kind, id)
  if (authorization?.pending_request) decide(tx, authorization, false, 'webhook_timeout')
}

/** Only what was approved and is still held can be captured, reversed or expire. */
function held(tx: Transaction, id: string | undefined): IssuingAuthorization {
  const authorization = inPath(tx, kind, id)
  if (authorization.approved && authorization.status === 'pending') return authorization
  throw refuse(`This authorization is ${authorization.status} and holds no funds.`)
}

function release(tx: Transaction, before: IssuingAuthorization, status: 'expired' | 'reversed') {
  const changes = { amount: 0, merchant_amount: 0, status }
  return applyUpdate(tx, kind, before, changes, undefined, 'issuing_authorization.updated')
}

interface CaptureEntry {
  readonly capture_amount?: number | undefined
  readonly close_authorization?: boolean | undefined
  readonly purchase_details?: Parameters<typeof newTransaction>[1]['purchase']
}

function capture(
  tx: Transaction,
  before: IssuingAuthorization,
  { capture_amount, close_authorization: closes = true, purchase_details }: CaptureEntry,
): IssuingAuthorization {
  const amount = capture_amount ?? before.amount
  const transaction = newTransaction(tx, {
    authorization: before,
    card: before.card,
    amount: -amount,
    currency: before.currency,
    merchant: before.merchant_data,
    type: 'capture',
    purchase: purchase_details,
  })
  const rest = closes ? 0 : Math.max(0, before.amount - amount)
  const changes = {
    amount: rest,
    merchant_amount: rest,
    status: closes ? 'closed' : before.status,
    transactions: [...before.transactions, transaction],
  }
  return applyUpdate(tx, kind, before, changes, undefined, 'issuing_authorization.updated')
}

const answer = (verdict: 'approve' | 'decline') =>
  api(`POST ${path}/:id/${verdict}`, ({ tx, ids, params }) => {
    const before = inPath(tx, kind, ids[0])
    const noted = applyUpdate(tx, kind, before, {}, params.metadata, null)
    const approved = verdict === 'approve'
    return decide(tx, noted, approved, approved ? 'webhook_approved' : 'webhook_declined')
  })

export const authorizationRoutes: readonly Route[] = [
  // The official CLI's way; the SDK has the test helper below instead.
  route(
    'POST',
    '/v1/issuing/cards/:id/test/authorizations',
    {
      held_amount: integer(0),
      held_currency: text(3),
      authorization_method: methods,
    },
    ({ tx, ids, params }) =>
      authorize(tx, inPath(tx, 'issuing.card', ids[0]), {
        amount: params.held_amount,
        currency: params.held_currency,
        method: params.authorization_method,
      }),
  ),
  route(
    'POST',
    helpers,
    {
      amount: integer(0),
      authorization_method: methods,
      card: required(text()),
      currency: text(3),
      merchant_data: shape(merchantFields),
    },
    ({ tx, params }) =>
      authorize(tx, inParam(tx, 'issuing.card', params.card, 'card'), {
        amount: params.amount,
        currency: params.currency,
        method: params.authorization_method,
        merchant: params.merchant_data,
      }),
  ),
  route(
    'POST',
    `${helpers}/:id/capture`,
    {
      capture_amount: integer(1),
      close_authorization: flag(),
      purchase_details: purchaseSpec,
    },
    ({ tx, ids, params }) => capture(tx, held(tx, ids[0]), params),
  ),
  api(`POST ${helpers}/:id/reverse`, ({ tx, ids }) => release(tx, held(tx, ids[0]), 'reversed'), {
    refuses: ['reverse_amount'],
  }),
  api(`POST ${helpers}/:id/expire`, ({ tx, ids }) => release(tx, held(tx, ids[0]), 'expired')),
  answer('approve'),
  answer('decline'),
  retrieveRoute(`GET ${path}/:id`, kind),
  listRoute(`GET ${path}`, kind, (row, { card }) => card === undefined || row.card.id === card),
  api(`POST ${path}/:id`, ({ tx, ids, params }) =>
    applyUpdate(
      tx,
      kind,
      inPath(tx, kind, ids[0]),
      {},
      params.metadata,
      'issuing_authorization.updated',
    ),
  ),
]
