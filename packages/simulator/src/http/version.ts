/** What the Stripe-Version header of a request decides. */
import type { Transaction } from '../account/transaction.ts'
import { refuse } from './errors.ts'

const versionPattern = /^\d{4}-\d{2}-\d{2}(\.[a-z_]+)?$/
/** Since this version `payment_method_types` is no longer writable. */
const endive = '2026-09-30'

export function checkVersion(version: string | null): void {
  if (version !== null && !versionPattern.test(version)) {
    throw refuse(`Invalid Stripe API version: ${version}`)
  }
}

/** Requests without a version are tolerated: the official CLI's fixtures still send the parameter. */
export function refuseMethodTypes(
  tx: Transaction,
  asked: readonly string[] | undefined,
  what: string,
): void {
  const version = tx.request?.version ?? null
  if (asked === undefined || version === null || version.slice(0, endive.length) < endive) return
  throw refuse(
    `The parameter \`payment_method_types\` is no longer supported on ${what} as of API version ${endive}.endive. Use \`allowed_payment_method_types\` or \`excluded_payment_method_types\`, or leave it out to use dynamic payment methods.`,
    { code: 'payment_method_types_no_longer_supported', param: 'payment_method_types' },
  )
}
