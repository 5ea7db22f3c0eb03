/** Cardholders: whom cards are issued to. */
import type { IssuingCardholder } from '../account/tables-platform.ts'
import { fullAddress } from '../http/common-params.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { applyUpdate, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, inPath, mergeMetadata, type Route } from '../http/route.ts'
import { spendingControls } from './spending-controls.ts'

type Person = NonNullable<ParamsOf<'POST /v1/issuing/cardholders'>['individual']>
type Individual = NonNullable<IssuingCardholder['individual']>

function individual(entry: Person, before?: Individual | null): Individual {
  const terms = entry.card_issuing?.user_terms_acceptance
  const document = entry.verification?.document
  return {
    card_issuing: terms
      ? {
          user_terms_acceptance: {
            date: terms.date ?? null,
            ip: terms.ip ?? null,
            user_agent: terms.user_agent ?? null,
          },
        }
      : (before?.card_issuing ?? null),
    dob: entry.dob ?? before?.dob ?? null,
    first_name: entry.first_name ?? before?.first_name ?? null,
    last_name: entry.last_name ?? before?.last_name ?? null,
    verification: document
      ? { document: { back: document.back ?? null, front: document.front ?? null } }
      : (before?.verification ?? null),
  }
}

/** What Stripe still wants to know: a card of a person of whom it lacks something cannot be active. */
function requirementsOf(
  holder: Pick<IssuingCardholder, 'type' | 'individual' | 'billing'>,
): IssuingCardholder['requirements'] {
  if (holder.type !== 'individual') return { disabled_reason: null, past_due: [] }
  const { first_name, last_name, card_issuing } = holder.individual ?? {}
  const terms = card_issuing?.user_terms_acceptance
  const past_due: NonNullable<IssuingCardholder['requirements']['past_due']> = []
  if (!first_name) past_due.push('individual.first_name')
  if (!last_name) past_due.push('individual.last_name')
  if (holder.billing.address.country === 'US') {
    if (!terms?.date) past_due.push('individual.card_issuing.user_terms_acceptance.date')
    if (!terms?.ip) past_due.push('individual.card_issuing.user_terms_acceptance.ip')
  }
  return { disabled_reason: past_due.length > 0 ? 'requirements.past_due' : null, past_due }
}

const path = '/v1/issuing/cardholders'
const kind = 'issuing.cardholder'

export const cardholderRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => {
    const entry = {
      billing: { address: fullAddress(params.billing.address) },
      individual: params.individual ? individual(params.individual) : null,
      type: params.type ?? 'individual',
    }
    const holder = tx.db.put(kind, {
      ...entry,
      id: tx.newId('ich_1'),
      object: kind,
      company: params.company ? { tax_id_provided: params.company.tax_id !== undefined } : null,
      created: tx.now,
      email: params.email ?? null,
      livemode: false,
      metadata: mergeMetadata({}, params.metadata),
      name: params.name,
      phone_number: params.phone_number ?? null,
      preferred_locales: params.preferred_locales ?? [],
      requirements: requirementsOf(entry),
      spending_controls: spendingControls(params.spending_controls),
      status: params.status ?? 'active',
    })
    tx.emit('issuing_cardholder.created', holder)
    return holder
  }),
  retrieveRoute(`GET ${path}/:id`, kind),
  listRoute(`GET ${path}`, kind),
  api(`POST ${path}/:id`, ({ tx, ids, params }) => {
    const before = inPath(tx, kind, ids[0])
    const { metadata, billing, company, individual: person, spending_controls, ...rest } = params
    const changed = {
      type: before.type,
      billing: billing ? { address: fullAddress(billing.address) } : before.billing,
      individual: person ? individual(person, before.individual) : before.individual,
    }
    const changes = {
      ...rest,
      ...changed,
      company: company && { tax_id_provided: company.tax_id !== undefined },
      requirements: requirementsOf(changed),
      spending_controls: spending_controls && spendingControls(spending_controls),
    }
    const after = applyUpdate(tx, kind, before, changes, metadata, 'issuing_cardholder.updated')
    if (after === before) return after
    // A card shows its holder in full, as the holder is now.
    for (const card of tx.db.all('issuing.card')) {
      if (card.cardholder.id === after.id) tx.db.put('issuing.card', { ...card, cardholder: after })
    }
    return after
  }),
]
