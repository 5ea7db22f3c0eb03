/** The single fields of a form: each with its label, its error and what it held. */
import { countries, countryName } from './countries.ts'
import type { FieldError, FieldName, FieldValues } from './fields.ts'
import { type Html, html } from './html.ts'

export interface FormView {
  readonly values: FieldValues
  readonly errors: readonly FieldError[]
}

interface Attributes {
  readonly type?: string
  readonly inputmode?: string
  readonly autocomplete: string
  readonly placeholder?: string
  readonly readonly?: boolean
  readonly optional?: boolean
}

/** A field with a visible label, and what is wrong with it. */
export function field(
  view: FormView,
  name: FieldName,
  label: string,
  attributes: Attributes,
): Html {
  const optional = attributes.optional === true && html` <span class="optional">(optional)</span>`
  return html`<div class="field"><label for="${name}">${label}${optional}</label>${input(view, name, null, attributes)}
${errorsOf(view, [name])}</div>`
}

/** Inside a joined group the visible label is the group's; each input still says its own name. */
export function input(
  view: FormView,
  name: FieldName,
  label: string | null,
  attributes: Attributes,
): Html {
  // A security code is never sent back to the page, as on the real one.
  const value = name === 'cardCvc' ? '' : view.values[name]
  const { type = 'text', inputmode, autocomplete, placeholder = '', readonly = false } = attributes
  return html`<input id="${name}" name="${name}" type="${type}" value="${value}" placeholder="${placeholder}" autocomplete="${autocomplete}" spellcheck="false"${label !== null && html` aria-label="${label}"`}${inputmode !== undefined && html` inputmode="${inputmode}"`}${readonly && html` readonly`}${invalid(view, name)}>`
}

export interface Choice {
  readonly value: string
  readonly label: string
}

export function select(
  view: FormView,
  name: FieldName,
  choices: readonly Choice[],
  { label, autocomplete = 'off' }: { readonly label?: string; readonly autocomplete?: string } = {},
): Html {
  const chosen = view.values[name]
  return html`<select id="${name}" name="${name}" autocomplete="${autocomplete}"${label !== undefined && html` aria-label="${label}"`}${invalid(view, name)}>${choices.map(({ value, label: shown }) => html`<option value="${value}"${value === chosen && html` selected`}>${shown}</option>`)}</select>`
}

/** A box to tick, with a text beside it that may be long. */
export function tickBox(view: FormView, name: FieldName, text: Html | string): Html {
  const isTicked = view.values[name] !== ''
  return html`<div class="field"><label class="tick"><input type="checkbox" id="${name}" name="${name}" value="yes"${isTicked && html` checked`}${invalid(view, name)}><span>${text}</span></label>
${errorsOf(view, [name])}</div>`
}

function invalid(view: FormView, name: FieldName): Html | false {
  const isInvalid = view.errors.some((error) => error.field === name)
  return isInvalid && html` aria-invalid="true" aria-describedby="${name}-error"`
}

export function errorsOf(view: FormView, names: readonly FieldName[]): Html[] {
  return view.errors
    .filter((error) => names.includes(error.field))
    .map(
      (error) =>
        html`<p class="error" role="alert" id="${error.field}-error" data-code="${error.code}">${error.message}</p>`,
    )
}

export const everyCountry: readonly Choice[] = countries.map(({ code, name }) => ({
  value: code,
  label: name,
}))

export function countryChoices(codes: readonly string[]): Choice[] {
  return codes
    .map((value) => ({ value, label: countryName(value) }))
    .sort((a, b) => (a.label < b.label ? -1 : 1))
}

interface AddressFields {
  /** Begins the name of every field of it. */
  readonly prefix: 'shipping' | 'billing'
  readonly title: string
  readonly choices: readonly Choice[]
}

/** A whole address as one joined group; the parts of the bill keep the names that every bill has. */
export function addressFields(view: FormView, { prefix, title, choices }: AddressFields): Html {
  const isBill = prefix === 'billing'
  const name = (part: 'Country' | 'PostalCode'): FieldName =>
    isBill ? (part === 'Country' ? 'country' : 'postalCode') : `shipping${part}`
  const part = (of: 'Line1' | 'Line2' | 'City' | 'State'): FieldName => `${prefix}${of}`
  const complete = (token: string) => `${prefix} ${token}`
  const cell = (of: FieldName, label: string, token: string) =>
    input(view, of, `${title} ${label.toLowerCase()}`, {
      autocomplete: complete(token),
      placeholder: label,
    })
  return html`<div class="field" role="group" aria-label="${title} address">
<span class="label" aria-hidden="true">Address</span>
<div class="group">
<div class="wide">${select(view, name('Country'), choices, { label: isBill ? 'Country or region' : 'Shipping country', autocomplete: complete('country') })}</div>
<div class="wide mid">${cell(part('Line1'), 'Address line 1', 'address-line1')}</div>
<div class="wide mid">${cell(part('Line2'), 'Address line 2', 'address-line2')}</div>
<div class="half mid">${cell(part('City'), 'City', 'address-level2')}</div>
<div class="half mid next">${input(view, name('PostalCode'), isBill ? 'Postal code' : 'Shipping postal code', { autocomplete: complete('postal-code'), placeholder: 'Postal code' })}</div>
<div class="wide under">${cell(part('State'), 'State or province', 'address-level1')}</div>
</div>
${errorsOf(view, [name('Country'), part('Line1'), part('Line2'), part('City'), name('PostalCode'), part('State')])}</div>`
}
