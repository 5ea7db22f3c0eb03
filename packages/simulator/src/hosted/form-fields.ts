/** Draws the fields of the payment form, each with its label, its error and what it held. */
import type { CheckoutView, MethodName } from './checkout-page.ts'
import { countries } from './countries.ts'
import { type Html, html } from './html.ts'
import { cardBrands } from './icons.ts'
import type { FieldName } from './pay-form.ts'
import { type TestEntry, testAccounts, testCards, testIbans } from './test-data.ts'

export function formFields(view: CheckoutView): Html {
  return html`<h2>Contact information</h2>
<div class="field">${labelled(view, 'email', 'Email', { type: 'email', autocomplete: 'email', placeholder: 'you@example.com', readonly: view.isEmailFixed })}
${errorsOf(view, ['email'])}</div>
${view.methods.length > 0 && methodFields(view)}`
}

function methodFields(view: CheckoutView): Html {
  const single = view.methods.length === 1
  return html`<fieldset class="block">
<legend class="hidden">Payment method</legend>
<h2 aria-hidden="true">Payment method</h2>
<div class="methods${single ? ' single' : ''}">${view.methods.map((name) => method(view, name, single))}</div>
</fieldset>`
}

const methods: Readonly<
  Record<MethodName, { label: string; note: string; panel: (view: CheckoutView) => Html }>
> = {
  card: { label: 'Card', note: '', panel: cardPanel },
  sepa_debit: { label: 'SEPA Direct Debit', note: 'Settles later', panel: sepaPanel },
  us_bank_account: { label: 'US bank account', note: 'Settles later', panel: bankPanel },
}

function method(view: CheckoutView, name: MethodName, single: boolean): Html {
  const { label, note, panel } = methods[name]
  const isChosen = view.values.method === name
  const choice = single
    ? html`<input type="hidden" name="method" value="${name}">`
    : html`<label class="choice"><input type="radio" name="method" value="${name}"${isChosen && html` checked`}>${label}${note && html`<small>${note}</small>`}</label>`
  return html`<div class="method">${choice}<div class="panel">${panel(view)}</div></div>`
}

function cardPanel(view: CheckoutView): Html {
  return html`<div class="field" role="group" aria-label="Card information">
<span class="label" aria-hidden="true">Card information</span>
<div class="group">
<div class="wide with-brands">${bare(view, 'cardNumber', 'Card number', { inputmode: 'numeric', autocomplete: 'cc-number', placeholder: '1234 1234 1234 1234' })}${cardBrands}</div>
<div class="first">${bare(view, 'cardExpiry', 'Expiration (MM / YY)', { inputmode: 'numeric', autocomplete: 'cc-exp', placeholder: 'MM / YY' })}</div>
<div class="last">${bare(view, 'cardCvc', 'CVC', { inputmode: 'numeric', autocomplete: 'cc-csc', placeholder: 'CVC' })}</div>
</div>
${errorsOf(view, ['cardNumber', 'cardExpiry', 'cardCvc'])}</div>
<div class="field">${labelled(view, 'billingName', 'Name on card', { autocomplete: 'cc-name', placeholder: 'Full name' })}</div>
<div class="field" role="group" aria-label="Country and postal code">
<label for="country">Country or region</label>
<div class="group">
<div class="wide"><select id="country" name="country" autocomplete="country">${countries.map((country) => html`<option value="${country.code}"${country.code === view.values.country && html` selected`}>${country.name}</option>`)}</select></div>
<div class="wide under">${bare(view, 'postalCode', 'Postal code', { autocomplete: 'postal-code', placeholder: 'ZIP or postal code' })}</div>
</div></div>
${testHints('Test cards', 'Any future date and any CVC will do.', testCards)}`
}

function sepaPanel(view: CheckoutView): Html {
  return html`<div class="field">${labelled(view, 'iban', 'IBAN', { autocomplete: 'off', placeholder: 'AT00 0000 0000 0000 0000' })}
${errorsOf(view, ['iban'])}</div>
<div class="field">${labelled(view, 'ibanName', 'Name on account', { autocomplete: 'name', placeholder: 'Full name' })}
${errorsOf(view, ['ibanName'])}</div>
${settlesLater}
${testHints('Test accounts', 'The account decides how the debit ends.', testIbans)}`
}

function bankPanel(view: CheckoutView): Html {
  return html`<div class="field">${labelled(view, 'accountNumber', 'Account number', { inputmode: 'numeric', autocomplete: 'off', placeholder: '000123456789' })}
${errorsOf(view, ['accountNumber'])}</div>
<div class="field">${labelled(view, 'accountName', 'Name on account', { autocomplete: 'name', placeholder: 'Full name' })}
${errorsOf(view, ['accountName'])}</div>
${settlesLater}
${testHints('Test accounts', 'At the test bank, routing number 110000000.', testAccounts)}`
}

const settlesLater = html`<p class="note">A debit takes days to settle. You come back at once; the order is paid when the bank says so.</p>`

function testHints(title: string, note: string, entries: readonly TestEntry[]): Html {
  const row = (
    entry: TestEntry,
  ) => html`<li><div><code>${entry.shown}</code><span>${entry.does}</span></div>
<button class="fill" type="button" hidden data-fill="${JSON.stringify(entry.values)}" aria-label="Fill in ${entry.shown}: ${entry.does}">Fill</button></li>`
  return html`<details class="tests"><summary>${title}</summary><ul>${entries.map(row)}<li><span>${note}</span></li></ul></details>`
}

interface Attributes {
  readonly type?: string
  readonly inputmode?: string
  readonly autocomplete: string
  readonly placeholder: string
  readonly readonly?: boolean
}

function labelled(
  view: CheckoutView,
  name: FieldName,
  label: string,
  attributes: Attributes,
): Html {
  return html`<label for="${name}">${label}</label>${input(view, name, null, attributes)}`
}

/** Inside a joined group the label is the group's; each input still says its own name. */
function bare(view: CheckoutView, name: FieldName, label: string, attributes: Attributes): Html {
  return input(view, name, label, attributes)
}

function input(
  view: CheckoutView,
  name: FieldName,
  label: string | null,
  attributes: Attributes,
): Html {
  const isInvalid = view.errors.some((error) => error.field === name)
  // A security code is never sent back to the page, as on the real one.
  const value = name === 'cardCvc' ? '' : view.values[name]
  return html`<input id="${name}" name="${name}" type="${attributes.type ?? 'text'}" value="${value}" placeholder="${attributes.placeholder}" autocomplete="${attributes.autocomplete}" spellcheck="false"${label !== null && html` aria-label="${label}"`}${attributes.inputmode !== undefined && html` inputmode="${attributes.inputmode}"`}${attributes.readonly === true && html` readonly`}${isInvalid && html` aria-invalid="true" aria-describedby="${name}-error"`}>`
}

function errorsOf(view: CheckoutView, names: readonly FieldName[]): Html[] {
  return view.errors
    .filter((error) => names.includes(error.field))
    .map(
      (error) =>
        html`<p class="error" role="alert" id="${error.field}-error" data-code="${error.code}">${error.message}</p>`,
    )
}
