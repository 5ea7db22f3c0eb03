/** Cards that the account issues: virtual and physical ones, and their life. */
import type { IssuingCard } from '../account/tables-platform.ts'
import type { Transaction } from '../account/transaction.ts'
import { fullAddress } from '../http/common-params.ts'
import { missingParam, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { applyUpdate, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, inParam, inPath, mergeMetadata, type Route } from '../http/route.ts'
import { spendingControls } from './spending-controls.ts'

type Entry = ParamsOf<'POST /v1/issuing/cards'>
type Parcel = NonNullable<Entry['shipping']>

const path = '/v1/issuing/cards'
const kind = 'issuing.card'
const validYears = 3
/** Visa's test range of issued cards; a serial number and the check digit follow. */
const issuerPrefix = '400000999'

function digits(tx: Transaction): string {
  const body = issuerPrefix + String(tx.db.count(kind) + 1).padStart(6, '0')
  const sum = [...body].reduce((total, digit, index) => {
    const doubled = Number(digit) * 2
    return total + (index % 2 === 0 ? doubled - (doubled > 9 ? 9 : 0) : Number(digit))
  }, 0)
  return body + ((10 - (sum % 10)) % 10)
}

function parcel(entry: Parcel): NonNullable<IssuingCard['shipping']> {
  return {
    address: fullAddress(entry.address),
    address_validation: null,
    business_name: entry.business_name ?? null,
    carrier: null,
    customs: entry.customs ? { eori_number: entry.customs.eori_number ?? null } : null,
    delivered_at: null,
    eta: null,
    name: entry.name,
    phone_number: entry.phone_number ?? null,
    require_signature: entry.require_signature ?? null,
    service: entry.service ?? 'standard',
    shipped_at: null,
    status: 'pending',
    tracking_number: null,
    tracking_url: null,
    type: entry.type ?? 'individual',
  }
}

function holderOf(tx: Transaction, { cardholder, replacement_for }: Entry) {
  const replaced =
    replacement_for === undefined
      ? undefined
      : inParam(tx, kind, replacement_for, 'replacement_for')
  const id = cardholder ?? replaced?.cardholder.id
  if (id === undefined) throw missingParam('cardholder')
  return { replaced, holder: inParam(tx, 'issuing.cardholder', id, 'cardholder') }
}

function refuseActive({ past_due }: IssuingCard['cardholder']['requirements']): void {
  if (!past_due?.length) return
  throw refuse(
    `The cardholder of this card has outstanding requirements preventing them from activating an associated card: ${past_due.join(', ')}.`,
    { param: 'status' },
  )
}

function newCard(tx: Transaction, entry: Entry): IssuingCard {
  const { holder, replaced } = holderOf(tx, entry)
  if (entry.status === 'active') refuseActive(holder.requirements)
  if (entry.type === 'physical' && entry.shipping === undefined) throw missingParam('shipping')
  const number = digits(tx)
  const today = new Date(tx.now * 1000)
  const wallet = { eligible: true, ineligible_reason: null }
  const card = tx.db.put(kind, {
    id: tx.newId('ic_1'),
    object: kind,
    brand: 'Visa',
    cancellation_reason: null,
    cardholder: holder,
    created: tx.now,
    currency: entry.currency,
    exp_month: entry.exp_month ?? today.getUTCMonth() + 1,
    exp_year: entry.exp_year ?? today.getUTCFullYear() + validYears,
    financial_account: null,
    last4: number.slice(-4),
    latest_fraud_warning: null,
    lifecycle_controls: entry.lifecycle_controls ?? null,
    livemode: false,
    metadata: mergeMetadata({}, entry.metadata),
    personalization_design: null,
    replaced_by: null,
    replacement_for: replaced?.id ?? null,
    replacement_reason: entry.replacement_reason ?? null,
    second_line: entry.second_line ?? null,
    shipping: entry.shipping ? parcel(entry.shipping) : null,
    spending_controls: spendingControls(entry.spending_controls),
    status: entry.status ?? 'inactive',
    type: entry.type,
    wallets: { apple_pay: wallet, google_pay: wallet, primary_account_identifier: null },
  })
  if (replaced) tx.db.put(kind, { ...replaced, replaced_by: card.id })
  tx.db.put('issuing_card_secret', { id: card.id, number, cvc: '123' })
  tx.emit('issuing_card.created', card)
  return card
}

export const issuedCardRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => newCard(tx, params), {
    refuses: ['financial_account', 'personalization_design'],
  }),
  retrieveRoute(`GET ${path}/:id`, kind),
  listRoute(
    `GET ${path}`,
    kind,
    (card, { cardholder }) => cardholder === undefined || card.cardholder.id === cardholder,
  ),
  api(
    `POST ${path}/:id`,
    ({ tx, ids, params }) => {
      const before = inPath(tx, kind, ids[0])
      const { metadata, status, cancellation_reason, spending_controls, shipping } = params
      if (status !== undefined && status !== before.status && before.status === 'canceled') {
        throw refuse('A canceled card cannot change its status.', { param: 'status' })
      }
      if (status === 'active') refuseActive(before.cardholder.requirements)
      const changes = {
        status,
        cancellation_reason: status === 'canceled' ? (cancellation_reason ?? null) : undefined,
        shipping: shipping && parcel(shipping),
        spending_controls: spending_controls && spendingControls(spending_controls),
      }
      return applyUpdate(tx, kind, before, changes, metadata, 'issuing_card.updated')
    },
    { refuses: ['financial_account', 'personalization_design'] },
  ),
]
