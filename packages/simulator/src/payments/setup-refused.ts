/** Stripe's answer to a caller whose payment method could not be saved. */
import type { SetupIntent } from '../account/tables.ts'
import { StripeError } from '../http/errors.ts'

/** A refused setup answers 402 and still leaves its events behind. */
export function setupRefused(intent: SetupIntent): StripeError {
  const {
    code,
    message = 'The setup failed.',
    doc_url: _,
    type: __,
    ...more
  } = intent.last_setup_error ?? {}
  return new StripeError({
    status: 402,
    type: 'card_error',
    code,
    message,
    more: { ...more, setup_intent: intent },
    keepsState: true,
  })
}
