/** What the page of a session asks of the buyer, beside the payment method itself. */
import type { Customer, Session, ShippingRate } from '../account/tables.ts'
import type { SessionView } from '../checkout/pay.ts'

export type MethodName = 'card' | 'sepa_debit' | 'us_bank_account'

export interface Asks {
  readonly methods: readonly MethodName[]
  /** The merchant named the buyer's e-mail; it cannot be changed here. */
  readonly isEmailFixed: boolean
  readonly phone: boolean
  /** The countries that are delivered to; null where nothing is sent. */
  readonly shippingCountries: readonly string[] | null
  readonly shippingRates: readonly ShippingRate[]
  readonly billingAddress: boolean
  readonly customFields: Session['custom_fields']
  readonly terms: boolean
}

const drawn: readonly MethodName[] = ['card', 'sepa_debit', 'us_bank_account']

interface Surroundings {
  readonly customer: Customer | undefined
  readonly findRate: (id: string) => ShippingRate | undefined
}

export function asksOf(
  { session, intent, needsMethod }: SessionView,
  { customer, findRate }: Surroundings,
): Asks {
  const rates = session.shipping_options
    .map(({ shipping_rate: id }) => findRate(id))
    .filter((rate) => rate !== undefined)
  const offered = drawn.filter((name) => session.payment_method_types.includes(name))
  return {
    methods: !needsMethod ? [] : offered.length > 0 ? offered : ['card'],
    isEmailFixed: session.customer_email !== null || Boolean(customer?.email),
    phone: session.phone_number_collection?.enabled === true,
    shippingCountries: session.shipping_address_collection?.allowed_countries ?? null,
    // A payment that has begun has its amount.
    shippingRates: intent
      ? rates.filter(({ id }) => id === session.shipping_cost?.shipping_rate)
      : rates,
    billingAddress: session.billing_address_collection === 'required',
    customFields: session.custom_fields,
    terms: session.consent_collection?.terms_of_service === 'required',
  }
}
