/** Which payment methods an intent takes, and the one that a request chooses. */
import type { Customer, PaymentMethod } from '../account/tables.ts'
import type { Transaction } from '../account/transaction.ts'
import { findMethod } from '../customers/instruments.ts'
import { methodFrom } from '../customers/method-params.ts'
import { refuse } from '../http/errors.ts'
import type { MethodParams } from './intent-params.ts'

/** The methods that an account with everything switched on offers in a currency. */
export function automaticTypes(currency: string, excluded: readonly string[] = []): string[] {
  const byCurrency = { eur: ['sepa_debit'], usd: ['us_bank_account'] }
  const local = new Map(Object.entries(byCurrency)).get(currency) ?? []
  return ['card', ...local].filter((type) => !excluded.includes(type))
}

export function methodOf(tx: Transaction, params: MethodParams): PaymentMethod | undefined {
  if (params.payment_method !== undefined) {
    return findMethod(tx, params.payment_method, 'payment_method')
  }
  const data = params.payment_method_data
  return data && methodFrom(tx, data, 'payment_method_data')
}

/** Refuses a method that the intent does not take, or that is another customer's. */
export function checkMethod(
  tx: Transaction,
  method: PaymentMethod,
  types: readonly string[],
  customer: Customer['id'] | null,
  noun: 'PaymentIntent' | 'SetupIntent',
): void {
  if (!types.includes(method.type)) {
    throw refuse(
      `The PaymentMethod provided (${method.type}) is not allowed for this ${noun}. Please attach a PaymentMethod of one of the following types: ${types.join(', ')}.`,
      { code: 'payment_intent_incompatible_payment_method', param: 'payment_method' },
    )
  }
  if (method.customer !== null && method.customer !== customer) {
    throw refuse(
      `The PaymentMethod ${method.id} belongs to the Customer ${method.customer}. Please include the Customer in the \`customer\` parameter on the ${noun}.`,
      { param: 'payment_method' },
    )
  }
  if (method.customer === null && tx.db.find('instrument', method.id)?.isSpent === true) {
    throw refuse(
      'The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.',
    )
  }
}
