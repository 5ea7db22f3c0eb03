/** Reads the currencies that requests name. */
import { badParam } from '../http/errors.ts'

const pattern = /^[a-z]{3}$/

export function readCurrency(entered: string, param: string): string {
  const currency = entered.toLowerCase()
  if (!pattern.test(currency)) throw badParam(`Invalid currency: ${entered}`, param)
  return currency
}
