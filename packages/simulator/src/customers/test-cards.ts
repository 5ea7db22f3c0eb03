/** Stripe's test cards, one row each: number, names, and what a payment with it comes to. */

export interface Decline {
  readonly code:
    | 'authentication_required'
    | 'card_declined'
    | 'expired_card'
    | 'incorrect_cvc'
    | 'incorrect_number'
    | 'processing_error'
  /** What the issuer said, for `card_declined`. */
  readonly declineCode?: string
  /** Radar refused it before the network saw it. */
  readonly blocked?: boolean
}

export interface CardBehaviour {
  readonly decline?: Decline
  /** Required: every on-session payment asks; optional: supported, never asked. */
  readonly challenge?: 'required' | 'optional'
  /** When a card that requires a challenge asks for one off-session; always, unless told. */
  readonly offSession?: 'unless_set_up' | 'never'
  readonly cvcCheck?: 'fail'
  readonly refund?: 'pending' | 'fails_later'
  readonly risk?: 'elevated' | 'highest'
  /** When the money of a payment is there; after the usual days, unless told. */
  readonly funds?: 'at_once'
  /** The card can be saved, only its payments are declined. */
  readonly declinesOnlyPayments?: true
  /** What follows a payment. */
  readonly dispute?: DisputePlan
  readonly fraudWarning?: true
}

export type DisputePlan = 'fraudulent' | 'product_not_received' | 'inquiry' | 'multiple'

export interface TestCard {
  readonly number: string
  readonly brand: string
  readonly country: string
  readonly funding: 'credit' | 'debit' | 'prepaid'
  /** Names after `pm_card_`. */
  readonly methods: readonly string[]
  /** Names after `tok_`. */
  readonly tokens: readonly string[]
  readonly behaviour: CardBehaviour
}

type Extra = Partial<Omit<TestCard, 'number' | 'methods' | 'behaviour'>>

function row(
  number: string,
  methods: readonly string[],
  behaviour: CardBehaviour = {},
  extra: Extra = {},
): TestCard {
  return {
    number,
    methods,
    behaviour,
    brand: 'visa',
    country: 'US',
    funding: 'credit',
    tokens: methods,
    ...extra,
  }
}

const declined = (declineCode: string): CardBehaviour => ({
  decline: { code: 'card_declined', declineCode },
})

/** Cards that pay, each from another country. */
const abroad: readonly (readonly [country: string, number: string])[] = [
  ['at', '4000000400000008'],
  ['au', '4000000360000006'],
  ['br', '4000000760000002'],
  ['ca', '4000001240000000'],
  ['ch', '4000007560000009'],
  ['de', '4000002760000016'],
  ['es', '4000007240000007'],
  ['fr', '4000002500000003'],
  ['gb', '4000008260000000'],
  ['ie', '4000003720000005'],
  ['in', '4000003560000008'],
  ['it', '4000003800000008'],
  ['jp', '4000003920000003'],
  ['mx', '4000004840008001'],
  ['nl', '4000005280000002'],
  ['pl', '4000006160000005'],
  ['se', '4000007520000008'],
  ['us', '4242424242424242'],
]

export const testCards: readonly TestCard[] = [
  ...abroad.map(([name, number]) => row(number, [name], {}, { country: name.toUpperCase() })),
  row('4242424242424242', ['visa']),
  row('4000056655665556', ['visa_debit'], {}, { funding: 'debit' }),
  row('5555555555554444', ['mastercard'], {}, { brand: 'mastercard' }),
  row('5200828282828210', ['mastercard_debit'], {}, { brand: 'mastercard', funding: 'debit' }),
  row('5105105105105100', ['mastercard_prepaid'], {}, { brand: 'mastercard', funding: 'prepaid' }),
  row('378282246310005', ['amex'], {}, { brand: 'amex' }),
  row('6011111111111117', ['discover'], {}, { brand: 'discover' }),
  row('3056930009020004', ['diners'], {}, { brand: 'diners' }),
  row('3566002020360505', ['jcb'], {}, { brand: 'jcb', country: 'JP' }),
  row('4000000000000002', ['chargeDeclined', 'visa_chargeDeclined'], declined('generic_decline')),
  row(
    '4000000000009995',
    ['chargeDeclinedInsufficientFunds', 'visa_chargeDeclinedInsufficientFunds'],
    declined('insufficient_funds'),
  ),
  row('4000000000009987', ['visa_chargeDeclinedLostCard'], declined('lost_card')),
  row('4000000000009979', ['visa_chargeDeclinedStolenCard'], declined('stolen_card')),
  row('4000000000000069', ['chargeDeclinedExpiredCard'], { decline: { code: 'expired_card' } }),
  row('4000000000000127', ['chargeDeclinedIncorrectCvc'], {
    decline: { code: 'incorrect_cvc' },
    cvcCheck: 'fail',
  }),
  row('4000000000000119', ['chargeDeclinedProcessingError'], {
    decline: { code: 'processing_error' },
  }),
  row(
    '4000000000006975',
    ['chargeDeclinedVelocityLimitExceeded', 'visa_chargeDeclinedVelocityLimitExceeded'],
    declined('card_velocity_exceeded'),
  ),
  row('4000000000000101', ['cvcCheckFail'], { cvcCheck: 'fail' }),
  row('4000000000000341', ['chargeCustomerFail'], {
    ...declined('generic_decline'),
    declinesOnlyPayments: true,
  }),
  row('4000002500003155', ['authenticationRequiredOnSetup'], {
    challenge: 'required',
    offSession: 'unless_set_up',
  }),
  row('4000002760003184', ['authenticationRequired'], { challenge: 'required' }),
  row('4000003800000446', ['authenticationRequiredSetupForOffSession'], {
    challenge: 'required',
    offSession: 'never',
  }),
  row('4000008260003178', ['authenticationRequiredChargeDeclinedInsufficientFunds'], {
    challenge: 'required',
    offSession: 'unless_set_up',
    ...declined('insufficient_funds'),
    declinesOnlyPayments: true,
  }),
  row('4000000000003220', ['threeDSecure2Required'], { challenge: 'required' }),
  row('4000008400001629', ['threeDSecureRequiredChargeDeclined'], {
    challenge: 'required',
    ...declined('generic_decline'),
  }),
  row('4000000000003055', ['threeDSecureOptional'], { challenge: 'optional' }),
  row('4000000000007726', ['pendingRefund'], { refund: 'pending' }),
  row('4000000000005126', ['refundFail'], { refund: 'fails_later' }),
  row('4000000000000077', ['bypassPending'], { funds: 'at_once' }),
  row('4000000000000259', ['createDispute'], { dispute: 'fraudulent' }),
  row('4000000000002685', ['createDisputeProductNotReceived'], {
    dispute: 'product_not_received',
  }),
  row('4000000000001976', ['createDisputeInquiry'], { dispute: 'inquiry' }),
  row('4000000404000079', ['createMultipleDisputes'], { dispute: 'multiple' }),
  row('4000000000005423', ['createIssuerFraudRecord'], { fraudWarning: true }),
  row('4000000000009235', ['riskLevelElevated'], { risk: 'elevated' }),
  row('4000000000004954', ['riskLevelHighest'], { risk: 'highest' }),
  row('4100000000000019', ['chargeDeclinedFraudulent'], {
    decline: { code: 'card_declined', declineCode: 'fraudulent', blocked: true },
    risk: 'highest',
  }),
]

const byNumber = new Map(testCards.map((card) => [card.number, card]))
const byMethod = new Map(testCards.flatMap((card) => card.methods.map((name) => [name, card])))
const byToken = new Map(testCards.flatMap((card) => card.tokens.map((name) => [name, card])))

export function cardOfNumber(number: string): TestCard | undefined {
  return byNumber.get(number)
}

/** `pm_card_visa` and its kin. */
export function cardOfMethodName(id: string): TestCard | undefined {
  return id.startsWith('pm_card_') ? byMethod.get(id.slice('pm_card_'.length)) : undefined
}

/** `tok_visa` and its kin. */
export function cardOfTokenName(id: string): TestCard | undefined {
  return id.startsWith('tok_') ? byToken.get(id.slice('tok_'.length)) : undefined
}

export function passesLuhn(number: string): boolean {
  if (!/^\d{12,19}$/.test(number)) return false
  const sum = [...number].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 1 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}
