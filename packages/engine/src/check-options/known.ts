// Owns how a wrong option is refused: by its name, with the names that are known beside it.
import { EngineError } from '../errors.ts'

export type Bounds = readonly [least: number, most: number]

export function refuse(what: string): never {
  throw new EngineError('CONFIG_INVALID', what)
}

/** @throws EngineError `CONFIG_INVALID` for what is no object, or has a name that nobody reads. */
export function assertKnown(where: string, given: unknown, known: object): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    refuse(`${where} must be an object`)
  }
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name)) continue
    refuse(`${where} has no ${name}; it knows ${Object.keys(known).join(', ')}`)
  }
}

export function assertWhole(where: string, value: unknown, [least, most]: Bounds): void {
  const whole = typeof value === 'number' && Number.isSafeInteger(value)
  if (!whole || value < least || value > most) {
    refuse(`${where} must be a whole number from ${least} to ${most}`)
  }
}

export function assertOneOf(where: string, value: unknown, names: readonly unknown[]): void {
  if (!names.includes(value)) refuse(`${where} must be one of ${names.join(', ')}`)
}

export function assertText(where: string, value: unknown, charactersMax: number): void {
  const text = typeof value === 'string' && value.trim() !== ''
  if (!text || value.length > charactersMax) {
    refuse(`${where} must be a text of 1 to ${charactersMax} characters`)
  }
}
