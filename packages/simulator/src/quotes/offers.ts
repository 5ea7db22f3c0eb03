/** The discounts that a quote offers: reckoned with from the draft on, redeemed when it is accepted. */
import type { QuoteOffer, QuoteSecret } from '../account/tables-quotes.ts'
import type { Transaction } from '../account/transaction.ts'
import { offerDiscount } from '../catalogue/discounts.ts'
import { inParam } from '../http/route.ts'
import type { DiscountChoice } from '../subscriptions/items.ts'

type Choices = readonly DiscountChoice[] | null | undefined

/** Those of one quote, while a request is read. */
export class Offers {
  readonly #tx: Transaction
  readonly #customer: string | null
  all: QuoteSecret['offers']

  constructor(tx: Transaction, customer: string | null, before: QuoteSecret['offers'] = {}) {
    this.#tx = tx
    this.#customer = customer
    this.all = before
  }

  /** The ids of the discounts that the parameters choose. */
  read(choices: Choices, path: string): string[] {
    return (choices ?? []).map((choice, index) => {
      const at = `${path === '' ? '' : `${path}.`}discounts[${index}]`
      return choice.discount === undefined
        ? this.#offer(choice, at)
        : inParam(this.#tx, 'discount', choice.discount, `${at}[discount]`).id
    })
  }

  #offer({ coupon, promotion_code: promotionCode }: DiscountChoice, at: string): string {
    const params = { coupon: `${at}[coupon]`, promotionCode: `${at}[promotion_code]` }
    const { id } = offerDiscount(this.#tx, { coupon, promotionCode, params }, this.#customer)
    const offer: QuoteOffer =
      promotionCode === undefined ? { coupon: coupon ?? '' } : { promotion_code: promotionCode }
    this.all = { ...this.all, [id]: offer }
    return id
  }
}

type Asked = QuoteOffer | { readonly discount: string }

/** What is asked for when the offer is accepted: the discount that was there already, or a redemption. */
export function choicesOf(discounts: readonly string[], offers: QuoteSecret['offers']): Asked[] {
  return discounts.map((discount) => offers[discount] ?? { discount })
}
