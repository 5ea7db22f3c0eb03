/** Configurations of the customer portal, and the one that counts when none is named. */
import type { PortalConfiguration } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { badParam, notSimulated, refuse } from '../http/errors.ts'
import type { ParamsOf } from '../http/generated-params.ts'
import { applyUpdate, listRoute, retrieveRoute } from '../http/resource.ts'
import { api, given, inPath, mergeMetadata, type Route } from '../http/route.ts'
import { type FeatureParams, noFeatures, readFeatures, usualFeatures } from './features.ts'

const path = '/v1/billing_portal/configurations'

type CreateParams = ParamsOf<`POST ${typeof path}`>
type UpdateParams = ParamsOf<`POST ${typeof path}/:id`>
type Profile = PortalConfiguration['business_profile']

const noProfile: Profile = {
  headline: null,
  privacy_policy_url: null,
  terms_of_service_url: null,
}

function newConfiguration(
  tx: Transaction,
  parts: Partial<PortalConfiguration> & Pick<PortalConfiguration, 'features'>,
): PortalConfiguration {
  return tx.db.put('billing_portal.configuration', {
    id: tx.newId('bpc_1'),
    object: 'billing_portal.configuration',
    active: true,
    application: null,
    business_profile: noProfile,
    created: tx.now,
    default_return_url: null,
    is_default: false,
    livemode: false,
    login_page: { enabled: false, url: null },
    metadata: {},
    name: null,
    updated: tx.now,
    ...parts,
  })
}

/** Every account has one that the Dashboard made; here it comes to be when it is first needed. */
export function defaultConfiguration(tx: Transaction): PortalConfiguration {
  const known = tx.db.all('billing_portal.configuration').find((one) => one.is_default)
  return known ?? newConfiguration(tx, { features: usualFeatures, is_default: true })
}

function create(tx: Transaction, params: CreateParams): PortalConfiguration {
  refuseLogin(params.login_page)
  const made = newConfiguration(tx, {
    business_profile: profileOf(noProfile, params.business_profile),
    default_return_url: urlOf(params.default_return_url, 'default_return_url') ?? null,
    features: readFeatures(tx, noFeatures, asUpdate(params.features)),
    metadata: mergeMetadata({}, params.metadata),
    name: params.name ?? null,
  })
  tx.emit('billing_portal.configuration.created', made)
  return made
}

/** The features of a creation demand more, and mean the same. */
function asUpdate(features: CreateParams['features']): FeatureParams {
  return features
}

function update(
  tx: Transaction,
  before: PortalConfiguration,
  params: UpdateParams,
): PortalConfiguration {
  refuseLogin(params.login_page)
  if (before.is_default && params.active === false) {
    throw refuse('You cannot deactivate the default configuration.', { param: 'active' })
  }
  const { business_profile: profile, features } = params
  return applyUpdate(
    tx,
    'billing_portal.configuration',
    before,
    {
      active: params.active,
      business_profile: profile && profileOf(before.business_profile, profile),
      default_return_url: urlOf(params.default_return_url, 'default_return_url'),
      features: features && readFeatures(tx, before.features, features),
      name: params.name,
      updated: tx.now,
    },
    params.metadata,
    'billing_portal.configuration.updated',
  )
}

function profileOf(before: Profile, asked: UpdateParams['business_profile']): Profile {
  return {
    ...before,
    ...given({
      headline: asked?.headline,
      privacy_policy_url: urlOf(asked?.privacy_policy_url, 'business_profile[privacy_policy_url]'),
      terms_of_service_url: urlOf(
        asked?.terms_of_service_url,
        'business_profile[terms_of_service_url]',
      ),
    }),
  }
}

export function urlOf<T extends string | null | undefined>(url: T, param: string): T {
  if (!url || (/^https?:\/\//i.test(url) && URL.canParse(url))) return url
  throw badParam('Not a valid URL', param, 'url_invalid')
}

/** It would have to send mails. */
function refuseLogin(asked: UpdateParams['login_page']): void {
  if (asked?.enabled) throw notSimulated('the login page of the portal', 'login_page')
}

export const portalConfigurationRoutes: readonly Route[] = [
  api(`POST ${path}`, ({ tx, params }) => create(tx, params)),
  retrieveRoute(`GET ${path}/:id`, 'billing_portal.configuration'),
  api(`POST ${path}/:id`, ({ tx, ids, params }) =>
    update(tx, inPath(tx, 'billing_portal.configuration', ids[0]), params),
  ),
  listRoute(`GET ${path}`, 'billing_portal.configuration'),
]
