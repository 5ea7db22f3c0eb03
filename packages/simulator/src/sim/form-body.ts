/** Reads a posted form as the JSON that a call of `/_sim/…` takes: each field's name says how, as in `advance:number`. */
import { BadSimRequest, type Json } from './bodies.ts'

/** What a field's texts mean; undefined leaves it out. */
const readers: Readonly<Record<string, (texts: readonly string[]) => unknown>> = {
  text: ([text = '']) => (text.trim() === '' ? undefined : text.trim()),
  number: ([text = '']) => (text.trim() === '' ? undefined : Number(text)),
  /** Nothing means that there is none. */
  limit: ([text = '']) => (text.trim() === '' ? null : Number(text)),
  percent: ([text = '']) => Number(text) / 100,
  numbers: (texts) => wordsOf(texts).map(Number),
  texts: (texts) => (wordsOf(texts).length > 0 ? wordsOf(texts) : undefined),
  /** As an input of type datetime-local has it, in UTC. */
  date: ([text = '']) => Date.parse(`${text}Z`) / 1000,
}

function wordsOf(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split(/[\s,]+/)).filter((word) => word !== '')
}

export function jsonOfForm(form: string): Json {
  const fields = new URLSearchParams(form)
  const body: Record<string, unknown> = {}
  for (const field of new Set(fields.keys())) {
    const [name = '', type = 'text'] = field.split(':')
    const value = Object.hasOwn(readers, type) ? readers[type]?.(fields.getAll(field)) : undefined
    if ([value].flat().some(Number.isNaN)) throw new BadSimRequest(`${name} must be a number.`)
    if (value !== undefined) place(body, name.split('.'), value)
  }
  return body
}

/** `only.events` is a member of `only`. */
function place(body: Record<string, unknown>, [name = '', ...below]: string[], value: unknown) {
  if (below.length === 0) {
    body[name] = value
    return
  }
  const inner: Record<string, unknown> = { ...Object(body[name]) }
  place(inner, below, value)
  body[name] = inner
}
