// Owns forgetting what an attempt asked whose answer nobody recorded: its parameters may hold an address.
import type { Queryable } from '../ports/database.ts'

/**
 * A session lasts for a day at most, and so does Stripe's memory of the attempt's key: an answer that
 * is not here after two can neither be asked for again nor lead to a payment page.
 */
const ATTEMPT_HOURS = 48

/**
 * An event may have named the order's session where the answer was lost. Where none did, whoever asks
 * once more opens another attempt, and whoever needs the order out of the way closes it.
 */
const FORGET_ATTEMPTS = `
update quittance.checkout_attempts a set
  state = case when o.session_id is null then 'refused' else 'answered' end,
  session_id = o.session_id,
  stripe_code = case when o.session_id is null then 'lapsed' end,
  params = null,
  answered_at = quittance.now()
from quittance.orders o
where a.order_id = o.id and a.state = 'asked'
  and a.asked_at < quittance.now() - interval '${ATTEMPT_HOURS} hours'`

export async function forgetAttempts(on: Queryable): Promise<void> {
  await on.query(FORGET_ATTEMPTS)
}
