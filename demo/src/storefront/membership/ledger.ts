// Owns the paper trail of a membership: its invoices, and every change of its state.
import type { Invoice, SubscriptionHistoryView } from '@quittance/engine'
import { html } from 'hono/html'
import { priceText } from '../../goods.ts'
import { dateText, type Html, timeText } from '../layout.ts'
import { billedFor, invoiceText } from './words.ts'

const TONES: Readonly<Record<string, string>> = { paid: 'open', open: 'wait' }

export function invoiceList(invoices: readonly Invoice[]): Html {
  return html`<section class="sheet ledger" aria-labelledby="invoices-title"><h2 id="invoices-title">Invoices</h2>
${
  invoices.length === 0
    ? html`<p class="hint">There are none yet.</p>`
    : html`<ul class="rows">${invoices.map(invoiceRow)}</ul>`
}</section>`
}

function invoiceRow(invoice: Invoice): Html {
  const { status, periodStart, periodEnd, total, currency, amountRefunded } = invoice
  const period =
    periodStart === null || periodEnd === null
      ? ''
      : `${dateText(periodStart)} to ${dateText(periodEnd)}`
  return html`<li data-status="${status}"><span class="what"><strong>${billedFor(invoice)}</strong><small>${period}</small></span>
<span class="badge ${TONES[status] ?? 'shut'}">${invoiceText(invoice)}</span>
<span class="amount">${priceText(total, currency)}${amountRefunded > 0 ? html`<small>${priceText(amountRefunded, currency)} refunded</small>` : html``}</span></li>`
}

const word = (status: string | null): string => (status ?? '–').replaceAll('_', ' ')

export function historyTable(history: readonly SubscriptionHistoryView[]): Html {
  return html`<section class="sheet ledger" aria-labelledby="past-title"><h2 id="past-title">History</h2>
<p class="hint">Every change of this membership, as it is written in the shop’s own database.</p>
<div class="scroll"><table><thead><tr><th scope="col">When</th><th scope="col">From</th><th scope="col">To</th>
<th scope="col">Because of</th></tr></thead><tbody>${history.map(historyRow)}</tbody></table></div></section>`
}

function historyRow({ at, from, to, cause, note, eventId }: SubscriptionHistoryView): Html {
  return html`<tr><td><time datetime="${at.toISOString()}">${dateText(at)}, ${timeText(at)}</time></td>
<td>${word(from)}</td><td>${word(to)}</td>
<td>${note === null ? cause : `${cause}: ${note}`}${eventId === null ? html`` : html` <code>${eventId}</code>`}</td></tr>`
}
