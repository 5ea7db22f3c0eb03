// Owns the tables of access: reasons and policies, as the engine has them.
import { DEFAULT_POLICIES } from '../../packages/engine/dist/catalogue.js'
import { POLICY_BOUNDS, POLICY_VALUES } from '../../packages/engine/dist/check-options/catalogue.js'
import { ACCESS_REASONS } from '../../packages/engine/dist/pipeline/projections/access/reasons.js'
import { assertSame } from './options.mjs'
import { code, table } from './table.mjs'

export const reasonTable = () =>
  table(
    ['reason', 'granted', 'ends by time, and is then', 'means'],
    Object.entries(ACCESS_REASONS).map(([name, { grants, over, meaning }]) => [
      code(name),
      grants ? 'yes' : 'no',
      over === null ? '–' : code(over),
      meaning,
    ]),
  )

/** What each policy decides; one without a row here, or a row without one, fails. */
const DECIDES = {
  pastDueGraceDays: 'Days, from when a renewal fell due, in which `past_due` keeps its features.',
  partialRefund: 'A refund of a part, of the order or the newest paid period.',
  fullRefund: 'A refund of all of it.',
  inquiry: 'A dispute that is an inquiry: the bank asks, no money has moved.',
  chargeback: 'A dispute that is undecided. What was won back is always kept.',
  disputeLost: 'A dispute that was lost.',
  canceledNow: 'A subscription canceled at once: over, or until the end of what was paid for.',
  collectionVoided: 'Collection is paused with `void`.',
}

export function policyTable() {
  assertSame('policies', Object.keys(DEFAULT_POLICIES), Object.keys(DECIDES))
  return table(
    ['policy', 'default', 'allowed', 'decides about'],
    Object.entries(DEFAULT_POLICIES).map(([name, value]) => [
      code(name),
      code(value),
      POLICY_BOUNDS[name]?.join(' to ') ?? POLICY_VALUES[name].map(code).join(', '),
      DECIDES[name],
    ]),
  )
}
