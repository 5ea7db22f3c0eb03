/** The merchant's own questions on the payment page, and the buyer's answers to them. */
import type { Session } from '../account/tables.ts'
import { badParam, missingParam } from '../http/errors.ts'
import type { SessionParams } from './session-params.ts'

type Asked = NonNullable<SessionParams['custom_fields']>[number]
type Field = Session['custom_fields'][number]

const fieldsMax = 3
const keyPattern = /^[A-Za-z0-9]{1,200}$/

export function customFieldsOf(asked: readonly Asked[]): Field[] {
  if (asked.length > fieldsMax) {
    throw badParam(`Invalid array: at most ${fieldsMax} values are allowed`, 'custom_fields')
  }
  return asked.map((field, index) => fieldOf(field, `custom_fields[${index}]`))
}

function fieldOf(asked: Asked, path: string): Field {
  if (!keyPattern.test(asked.key)) {
    throw badParam('The key must be alphanumeric, of at most 200 characters.', `${path}[key]`)
  }
  const base = {
    key: asked.key,
    label: { custom: asked.label.custom, type: asked.label.type },
    optional: asked.optional ?? false,
    type: asked.type,
  }
  if (asked.type === 'dropdown') {
    if (!asked.dropdown) throw missingParam(`${path}[dropdown]`)
    const { options, default_value: chosen = null } = asked.dropdown
    return { ...base, dropdown: { default_value: chosen, options, value: chosen } }
  }
  const given = asked.type === 'numeric' ? asked.numeric : asked.text
  const blank = {
    default_value: given?.default_value ?? null,
    maximum_length: given?.maximum_length ?? null,
    minimum_length: given?.minimum_length ?? null,
    value: null,
  }
  return asked.type === 'numeric' ? { ...base, numeric: blank } : { ...base, text: blank }
}

/** What the merchant would hear: why this answer does not do; undefined when it does. */
export function judgeAnswer(field: Field, answer: string): string | undefined {
  if (answer === '') return field.optional ? undefined : 'This field is incomplete.'
  if (field.dropdown) {
    const known = field.dropdown.options.some(({ value }) => value === answer)
    return known ? undefined : 'Choose one of the options.'
  }
  if (field.numeric && !/^\d+$/.test(answer)) return 'This field takes digits only.'
  const limits = field.numeric ?? field.text
  const least = limits?.minimum_length
  const most = limits?.maximum_length
  if (typeof least === 'number' && answer.length < least) {
    return `This field takes at least ${least} characters.`
  }
  if (typeof most === 'number' && answer.length > most) {
    return `This field takes at most ${most} characters.`
  }
  return undefined
}

/** The fields with the buyer's answers, by key; unanswered ones hold null. */
export function answered(
  fields: readonly Field[],
  answers: Readonly<Record<string, string>>,
): Field[] {
  return fields.map((field) => {
    const value = answers[field.key] || null
    if (field.dropdown) return { ...field, dropdown: { ...field.dropdown, value } }
    if (field.numeric) return { ...field, numeric: { ...field.numeric, value } }
    return field.text ? { ...field, text: { ...field.text, value } } : field
  })
}
