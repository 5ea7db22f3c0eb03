// Owns which buyers are due by time alone, or by new rules, and the checks that settle them.
import type { Database, Queryable } from '../../../ports/database.ts'
import { ring } from '../../inbox/bell.ts'

/** Buyers of one sweep; the next one takes the next. */
const SWEEP_MAX = 500
/** A check that became a dead letter is asked for again, but not with every poll. */
const ASK_AGAIN_MINUTES = 60

const NOT_ASKED = `(b.due_asked_at is null
    or b.due_asked_at <= quittance.now() - interval '${ASK_AGAIN_MINUTES} minutes')`

/**
 * Puts a check for each picked buyer that nobody is at: who holds its row settles it anyway, and
 * is not waited for. Coalesced with a check that nobody has started.
 */
const ASK = (origin: 'due' | 'sweep', picked: string) => `
with picked as (
  select id, coalesce(customer_id, 'buyer:' || id) as lane, 'buyer:' || id as key
  from quittance.buyers where id in (${picked}) for no key update skip locked
), asked as (
  update quittance.buyers b set due_asked_at = quittance.now() from picked p where b.id = p.id
), numbered as (
  select p.*, nextval('quittance.seq') as seq from picked p
), placed as (
  insert into quittance.dispatch (seq, kind, lane, state, available_at, received_at, coalesce_key)
  select seq, 'check', lane, 'ready', quittance.now(), quittance.now(), key
  from numbered order by key
  on conflict (coalesce_key) where coalesce_key is not null do nothing
  returning seq
), noted as (
  insert into quittance.checks (seq, object_type, object_id, origin, created_at)
  select n.seq, 'buyer', n.id::text, '${origin}', quittance.now()
  from numbered n join placed using (seq)
)
select lane from picked`

/** Their access ended by the clock, and the app was not told yet. */
const ASK_ENDED = ASK(
  'due',
  `select a.buyer_id from quittance.access a join quittance.buyers b on b.id = a.buyer_id
   where a.told and a.access_until <= quittance.now() and ${NOT_ASKED}
   order by a.access_until limit ${SWEEP_MAX}`,
)

/**
 * Derived under other rules than these. A buyer that nothing was derived for has none; two ranges,
 * because an index finds no inequality.
 */
const ASK_OUTDATED = ASK(
  'sweep',
  `(select b.id from quittance.buyers b
    where b.rules > '' and b.rules < $1 and ${NOT_ASKED} limit ${SWEEP_MAX})
   union all
   (select b.id from quittance.buyers b
    where b.rules > $1 and ${NOT_ASKED} limit ${SWEEP_MAX})
   limit ${SWEEP_MAX}`,
)

const ANNOUNCE = `
insert into quittance.access_rules (hash, at) values ($1, quittance.now())
on conflict (one) do update set hash = excluded.hash, at = excluded.at
where access_rules.hash <> excluded.hash`

const ARE_NEWEST = 'select 1 from quittance.access_rules where hash = $1'

type LaneRow = { readonly lane: string }

export class DueBuyers {
  readonly #database: Database
  readonly #rules: string
  #announced = false

  /** `rules` is the hash of the rules that this engine derives by. */
  constructor(database: Database, rules: string) {
    this.#database = database
    this.#rules = rules
  }

  /** Asks for those whose access ended, and with `thorough` for those of other rules. How many? */
  async sweep(how: 'due' | 'thorough'): Promise<number> {
    const database = this.#database
    const ended = await database.query<LaneRow>(ASK_ENDED)
    const outdated = how === 'thorough' ? await this.#askOutdated(database) : []
    const lanes = [...ended, ...outdated].map(({ lane }) => lane)
    await ring(database, lanes)
    return lanes.length
  }

  /** An engine that runs on beside a newer one leaves its buyers alone: its own rules are over. */
  async #askOutdated(on: Queryable): Promise<readonly LaneRow[]> {
    if (!this.#announced) {
      await on.query(ANNOUNCE, [this.#rules])
      this.#announced = true
    }
    const newest = await on.query(ARE_NEWEST, [this.#rules])
    return newest.length === 0 ? [] : await on.query<LaneRow>(ASK_OUTDATED, [this.#rules])
  }
}
