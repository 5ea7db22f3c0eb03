// Owns the invoice's state table: what each status means, does to access, and may become.
import type { InvoiceStatus } from '../../../model.ts'

interface StatusRow {
  readonly meaning: string
  readonly access: string
  /** Something may begin so. */
  readonly starts?: true
  /** Nothing follows: in the schema too. */
  readonly ended: boolean
  readonly follows: readonly InvoiceStatus[]
}

/** The docs' picture of an invoice's life is drawn from this table. */
export const INVOICE_STATES: { readonly [Status in InvoiceStatus]: StatusRow } = {
  draft: {
    meaning: 'being written; Stripe finalises it after about an hour',
    access: 'none by itself',
    starts: true,
    ended: false,
    follows: ['open', 'deleted'],
  },
  open: {
    meaning: 'final, and to be paid',
    access: 'once an attempt has failed: its period is the one that the grace counts from',
    ended: false,
    follows: ['paid', 'uncollectible', 'void'],
  },
  paid: {
    meaning: 'settled, by whatever way',
    access: 'its period is paid for, until it is refunded or disputed',
    ended: true,
    follows: [],
  },
  uncollectible: {
    meaning: 'given up; it can still be paid',
    access: 'none by itself',
    ended: false,
    follows: ['paid', 'void'],
  },
  void: {
    meaning: 'withdrawn: nothing is owed',
    access: 'none by itself',
    ended: true,
    follows: [],
  },
  deleted: {
    meaning: 'a draft that was thrown away; Stripe has nothing more of it',
    access: 'none by itself',
    ended: true,
    follows: [],
  },
}

export const isInvoiceStatus = (value: unknown): value is InvoiceStatus =>
  typeof value === 'string' && Object.hasOwn(INVOICE_STATES, value)
