/** What is known of an invoice and not shown. */

export interface InvoiceSecret {
  readonly id: string
  /** The method that will not work again; only another one is tried. */
  readonly refusedMethod?: string
  /** An attempt that the schedule waits for, such as a bank debit. */
  readonly underWay?: boolean
  readonly settled?: SettledTerms
}

/** It was paid before it was drafted: by these terms, which nothing moves any more, and without the customer's balance. */
export interface SettledTerms {
  readonly taxExempt: 'exempt' | 'none' | 'reverse'
}

/** The terms by which an order was paid, for its invoice, which may come days later. */
export interface SettledOrder extends SettledTerms {
  /** Ids. */
  readonly discounts: readonly string[]
}
