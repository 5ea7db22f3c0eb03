/** Draws the payment methods of the form, one panel each, and the test data that they take. */
import type { MethodName } from './asks.ts'
import type { FieldName } from './fields.ts'
import { errorsOf, everyCountry, type FormView, field, input, select } from './form-fields.ts'
import { type Html, html } from './html.ts'
import { cardBrands } from './icons.ts'
import { type TestEntry, testAccounts, testCards, testIbans } from './test-data.ts'

interface MethodsView extends FormView {
  readonly methods: readonly MethodName[]
  /** The whole billing address is asked for elsewhere. */
  readonly hasBilling: boolean
}

export function methodFields(view: MethodsView): Html | false {
  const single = view.methods.length === 1
  return (
    view.methods.length > 0 &&
    html`<fieldset class="block">
<legend class="hidden">Payment method</legend>
<h2 aria-hidden="true">Payment method</h2>
<div class="methods${single ? ' single' : ''}">${view.methods.map((name) => method(view, name, single))}</div>
</fieldset>`
  )
}

interface Method {
  readonly label: string
  readonly note: string
  readonly panel: (view: MethodsView) => Html
}

const methods: Readonly<Record<MethodName, Method>> = {
  card: { label: 'Card', note: '', panel: (view) => cardPanel(view, !view.hasBilling) },
  sepa_debit: { label: 'SEPA Direct Debit', note: 'Settles later', panel: sepaPanel },
  us_bank_account: { label: 'US bank account', note: 'Settles later', panel: bankPanel },
}

function method(view: MethodsView, name: MethodName, single: boolean): Html {
  const { label, note, panel } = methods[name]
  const isChosen = view.values.method === name
  const choice = single
    ? html`<input type="hidden" name="method" value="${name}">`
    : html`<label class="choice"><input type="radio" name="method" value="${name}"${isChosen && html` checked`}>${label}${note && html`<small>${note}</small>`}</label>`
  return html`<div class="method">${choice}<div class="panel">${panel(view)}</div></div>`
}

/** The card alone, for pages that take nothing else. */
export function cardPanel(view: FormView, asksCountry = true): Html {
  return html`<div class="field" role="group" aria-label="Card information">
<span class="label" aria-hidden="true">Card information</span>
<div class="group">
<div class="wide with-brands">${input(view, 'cardNumber', 'Card number', { inputmode: 'numeric', autocomplete: 'cc-number', placeholder: '1234 1234 1234 1234' })}${cardBrands}</div>
<div class="first">${input(view, 'cardExpiry', 'Expiration (MM / YY)', { inputmode: 'numeric', autocomplete: 'cc-exp', placeholder: 'MM / YY' })}</div>
<div class="last">${input(view, 'cardCvc', 'CVC', { inputmode: 'numeric', autocomplete: 'cc-csc', placeholder: 'CVC' })}</div>
</div>
${errorsOf(view, ['cardNumber', 'cardExpiry', 'cardCvc'])}</div>
${field(view, 'billingName', 'Name on card', { autocomplete: 'cc-name', placeholder: 'Full name' })}
${asksCountry && billingCountry(view)}
${testHints('Test cards', 'Any future date and any CVC will do.', testCards)}`
}

function billingCountry(view: FormView): Html {
  return html`<div class="field" role="group" aria-label="Country and postal code">
<label for="country">Country or region</label>
<div class="group">
<div class="wide">${select(view, 'country', everyCountry, { autocomplete: 'country' })}</div>
<div class="wide under">${input(view, 'postalCode', 'Postal code', { autocomplete: 'postal-code', placeholder: 'ZIP or postal code' })}</div>
</div></div>`
}

function sepaPanel(view: FormView): Html {
  return html`${field(view, 'iban', 'IBAN', { autocomplete: 'off', placeholder: 'AT00 0000 0000 0000 0000' })}
${holder(view, 'ibanName')}
${settlesLater}
${testHints('Test accounts', 'The account decides how the debit ends.', testIbans)}`
}

function bankPanel(view: FormView): Html {
  return html`${field(view, 'accountNumber', 'Account number', { inputmode: 'numeric', autocomplete: 'off', placeholder: '000123456789' })}
${holder(view, 'accountName')}
${settlesLater}
${testHints('Test accounts', 'At the test bank, routing number 110000000.', testAccounts)}`
}

function holder(view: FormView, name: FieldName): Html {
  return field(view, name, 'Name on account', { autocomplete: 'name', placeholder: 'Full name' })
}

const settlesLater = html`<p class="note">A debit takes days to settle. You come back at once; the order is paid when the bank says so.</p>`

function testHints(title: string, note: string, entries: readonly TestEntry[]): Html {
  const row = (
    entry: TestEntry,
  ) => html`<li><div><code>${entry.shown}</code><span>${entry.does}</span></div>
<button class="fill" type="button" hidden data-fill="${JSON.stringify(entry.values)}" aria-label="Fill in ${entry.shown}: ${entry.does}">Fill</button></li>`
  return html`<details class="tests"><summary>${title}</summary><ul>${entries.map(row)}<li><span>${note}</span></li></ul></details>`
}
