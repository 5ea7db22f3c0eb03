/** Holds plain data from outside against the shape that it must have, and says where it does not. */

/** Throws a RangeError that names `at` when the value does not fit. */
export type Shape = (value: unknown, at: string) => void

function fits(is: (value: unknown) => boolean, what: string): Shape {
  return (value, at) => {
    if (!is(value)) throw new RangeError(`${at} must be ${what}.`)
  }
}

export const text = fits((value) => typeof value === 'string' && value !== '', 'text')
export const number = fits((value) => Number.isFinite(value), 'a number')
const list = fits((value) => Array.isArray(value), 'a list')
const object = fits(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'an object',
)

export function listOf(one: Shape): Shape {
  return (value, at) => {
    list(value, at)
    const members: unknown[] = Object(value)
    for (const [index, member] of members.entries()) one(member, `${at}[${index}]`)
  }
}

/** A list of this length, each place with a shape of its own. */
export function tuple(...shapes: readonly Shape[]): Shape {
  return (value, at) => {
    list(value, at)
    for (const [index, shape] of shapes.entries()) shape(Object(value)[index], `${at}[${index}]`)
  }
}

export function record(one: Shape): Shape {
  return (value, at) => {
    object(value, at)
    for (const [key, member] of Object.entries(Object(value))) one(member, `${at}.${key}`)
  }
}

/** Members beside these may be anything. */
export function having(shapes: Readonly<Record<string, Shape>>): Shape {
  return (value, at) => {
    object(value, at)
    for (const [key, shape] of Object.entries(shapes)) shape(Object(value)[key], `${at}.${key}`)
  }
}

export function orNull(shape: Shape): Shape {
  return (value, at) => {
    if (value !== null) shape(value, at)
  }
}
