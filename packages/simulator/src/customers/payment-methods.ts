/** The routes of payment methods and of card tokens. */

import { previousAttributes } from '../account/transaction.ts'
import { inTimeOf } from '../clocks/in-time-of.ts'
import { billingDetailsFields, fullAddress, pageFields } from '../http/common-params.ts'
import { missingParam, refuse } from '../http/errors.ts'
import { listPageBy } from '../http/list-page.ts'
import { anything, integer, metadataSpec, oneOf, required, shape, text } from '../http/params.ts'
import { given, inParam, inPath, mergeMetadata, type Route, route } from '../http/route.ts'
import { checkNumbers, findMethod, fingerprintOf } from './instruments.ts'
import { methodDataFields, methodFrom } from './method-params.ts'
import { detach } from './method-state.ts'
import { save } from './save.ts'

const path = '/v1/payment_methods'

export const paymentMethodRoutes: readonly Route[] = [
  route(
    'POST',
    path,
    { ...methodDataFields, billing_details: shape(billingDetailsFields) },
    ({ tx, params }) => methodFrom(tx, params),
  ),
  route('GET', `${path}/:id`, {}, ({ tx, ids }) => inPath(tx, 'payment_method', ids[0])),
  route(
    'POST',
    `${path}/:id`,
    {
      allow_redisplay: oneOf('always', 'limited', 'unspecified'),
      billing_details: shape(billingDetailsFields),
      card: shape({ exp_month: integer(1, 12), exp_year: integer(), networks: anything() }),
      metadata: metadataSpec(),
    },
    ({ tx, ids, params }) => {
      const before = inPath(tx, 'payment_method', ids[0])
      if (before.customer === null) {
        throw refuse('You must save this PaymentMethod to a customer before you can update it.')
      }
      const { billing_details: details, card, metadata } = params
      const after = tx.db.put('payment_method', {
        ...before,
        ...given({ allow_redisplay: params.allow_redisplay }),
        billing_details: {
          ...before.billing_details,
          ...given({ email: details?.email, name: details?.name, phone: details?.phone }),
          ...(details?.address ? { address: fullAddress(details.address) } : {}),
        },
        ...(card && before.card
          ? {
              card: {
                ...before.card,
                ...given({ exp_month: card.exp_month, exp_year: card.exp_year }),
              },
            }
          : {}),
        metadata: mergeMetadata(before.metadata, metadata),
      })
      const previous = previousAttributes(before, after)
      if (previous) tx.emit('payment_method.updated', after, previous)
      return after
    },
  ),
  route('POST', `${path}/:id/attach`, { customer: required(text()) }, ({ tx, ids, params }) => {
    const customer = inParam(tx, 'customer', params.customer, 'customer')
    const method = findMethod(tx, ids[0] ?? '', 'payment_method', 404)
    return save(inTimeOf(tx, customer.id), method, customer)
  }),
  route('POST', `${path}/:id/detach`, {}, ({ tx, ids }) => {
    const before = inPath(tx, 'payment_method', ids[0])
    if (before.customer === null) {
      throw refuse(
        'The payment method you provided is not attached to a customer so detachment is impossible.',
      )
    }
    return detach(tx, before)
  }),
  route(
    'GET',
    path,
    {
      ...pageFields,
      allow_redisplay: oneOf('always', 'limited', 'unspecified'),
      customer: text(),
      type: text(),
    },
    ({ tx, params }) => {
      return listPageBy(
        tx.db,
        'payment_method',
        ['customer', params.customer],
        path,
        params,
        ({ type }) => params.type === undefined || type === params.type,
      )
    },
  ),
]

const tokenCard = shape({
  address_city: text(),
  address_country: text(),
  address_line1: text(),
  address_line2: text(),
  address_state: text(),
  address_zip: text(),
  currency: text(3),
  cvc: text(4),
  exp_month: required(integer()),
  exp_year: required(integer()),
  name: text(),
  networks: anything(),
  number: required(text(30)),
})

export const tokenRoutes: readonly Route[] = [
  route('POST', '/v1/tokens', { card: tokenCard, customer: text() }, ({ tx, params }) => {
    const entry = params.card
    if (!entry) throw missingParam('card')
    const { exp_month: expMonth, exp_year: expYear, number, cvc } = entry
    const card = checkNumbers({ number, expMonth, expYear, cvc }, tx.now)
    const token = tx.db.put('token', {
      id: tx.newId('tok_1'),
      object: 'token',
      card: {
        id: tx.newId('card_1'),
        object: 'card',
        address_city: entry.address_city ?? null,
        address_country: entry.address_country ?? null,
        address_line1: entry.address_line1 ?? null,
        address_line1_check: null,
        address_line2: entry.address_line2 ?? null,
        address_state: entry.address_state ?? null,
        address_zip: entry.address_zip ?? null,
        address_zip_check: null,
        brand: card.brand,
        country: card.country,
        cvc_check: cvc === undefined ? null : 'unchecked',
        dynamic_last4: null,
        exp_month: expMonth,
        exp_year: expYear,
        fingerprint: fingerprintOf(card.number),
        funding: card.funding,
        last4: card.number.slice(-4),
        metadata: {},
        name: entry.name ?? null,
        regulated_status: 'unregulated',
        tokenization_method: null,
      },
      client_ip: '127.0.0.1',
      created: tx.now,
      livemode: false,
      type: 'card',
      used: false,
    })
    const { behaviour } = card
    tx.db.put('instrument', { id: token.id, card: { number: card.number, behaviour } })
    return token
  }),
  route('GET', '/v1/tokens/:id', {}, ({ tx, ids }) => inPath(tx, 'token', ids[0])),
]
