/** The ways of an invoice's status, and what Stripe says to any other. */
import type { Invoice } from '../account/tables.ts'
import { refuse } from '../http/errors.ts'

type Status = 'draft' | 'open' | 'paid' | 'uncollectible' | 'void'

const ways: Readonly<Record<Status, readonly Status[]>> = {
  draft: ['open'],
  open: ['paid', 'uncollectible', 'void'],
  uncollectible: ['paid', 'void'],
  paid: [],
  void: [],
}

export function mayBecome(invoice: Invoice, next: Status): boolean {
  const now = (Object.keys(ways) as Status[]).find((status) => status === invoice.status)
  return now !== undefined && ways[now].includes(next)
}

const verbs: Readonly<Record<Exclude<Status, 'draft'>, string>> = {
  open: 'finalize',
  paid: 'pay',
  uncollectible: 'mark as uncollectible',
  void: 'void',
}

export function requireWay(invoice: Invoice, next: Exclude<Status, 'draft'>): void {
  if (mayBecome(invoice, next)) return
  if (next === 'open') {
    throw refuse("This invoice is already finalized, you can't re-finalize a non-draft invoice.", {
      code: 'invoice_not_editable',
    })
  }
  if (next === 'paid' && invoice.status === 'paid') {
    throw refuse('Invoice is already paid')
  }
  throw refuse(
    `You can only ${verbs[next]} an invoice that is ${froms(next)}; this one is ${invoice.status}.`,
  )
}

function froms(next: Status): string {
  return Object.entries(ways)
    .filter(([, to]) => to.includes(next))
    .map(([from]) => from)
    .join(' or ')
}

/** Most of an invoice can only be changed while it is a draft. */
export function requireDraft(invoice: Invoice): void {
  if (invoice.status === 'draft') return
  throw refuse('This invoice is no longer editable; only drafts can be changed.', {
    code: 'invoice_not_editable',
  })
}
