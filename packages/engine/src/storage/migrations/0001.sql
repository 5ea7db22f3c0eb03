-- The inbox, its dispatch, and the orders. PostgreSQL 14 or newer; also PGlite.

-- One clock for everything that SQL decides; tests shift it, nothing else writes the row.
create table quittance.clock (
  one boolean primary key default true check (one),
  shift interval not null default '0'
);
insert into quittance.clock default values;

-- STABLE, so that an index on available_at can be used.
create function quittance.now() returns timestamptz language sql stable as
  $$ select statement_timestamp() + (select shift from quittance.clock) $$;

-- Events, checks and tickets draw from one sequence: an answer with ticket t serves exactly the
-- events with seq < t, because Stripe had sent those before we asked.
create sequence quittance.seq as bigint;

-- ---------------------------------------------------------------- what arrived (immutable)

-- Dedupe keys live at least 35 days: longer than Stripe retries, resends and lists events.
create table quittance.event_keys (
  account text not null,
  event_id text not null check (length(event_id) between 1 and 255),
  seq bigint not null unique,
  received_at timestamptz not null,
  primary key (event_id, account)
);
create index event_keys_received on quittance.event_keys (received_at);

create table quittance.events (
  seq bigint not null,
  received_at timestamptz not null,
  account text not null,
  event_id text not null,
  type text not null,
  object_id text,
  lane text not null,
  endpoint text not null,
  secret_index smallint,
  source text not null check (source in ('webhook', 'question', 'import')),
  api_version text,
  livemode boolean,
  stripe_created timestamptz,
  primary key (seq, received_at)
) partition by range (received_at);
create index events_type on quittance.events (type, seq desc);
create index events_object on quittance.events (object_id, seq desc);

create table quittance.payloads (
  seq bigint not null,
  received_at timestamptz not null,
  -- text: the body as it came; base64: not valid UTF-8, or holds NUL; sealed forms come later.
  format text not null check (format in ('text', 'base64')),
  key_id text,
  body text not null,
  primary key (seq, received_at)
) partition by range (received_at);

create table quittance.events_default partition of quittance.events default;
create table quittance.payloads_default partition of quittance.payloads default;

-- Makes the monthly partitions from this month to `ahead` months on; answers how many it made.
-- One process at a time, and never for long: creating a partition locks the parent, and deliveries
-- would queue behind a creation that itself queues behind an old reader. What could not be made
-- now is made the next time; until then the default partition takes the rows, and a month whose
-- rows sit there is left to it.
create function quittance.ensure_partitions(ahead integer) returns integer
language plpgsql set lock_timeout = '200ms' as $$
declare
  parent text;
  lower_bound timestamptz;
  upper_bound timestamptz;
  partition_name text;
  made integer := 0;
begin
  if not pg_try_advisory_xact_lock(7201954) then return 0; end if;
  for month in 0..ahead loop
    lower_bound := (date_trunc('month', quittance.now() at time zone 'UTC')
      + make_interval(months => month)) at time zone 'UTC';
    upper_bound := (date_trunc('month', quittance.now() at time zone 'UTC')
      + make_interval(months => month + 1)) at time zone 'UTC';
    foreach parent in array array['events', 'payloads'] loop
      partition_name := parent || '_' || to_char(lower_bound at time zone 'UTC', 'YYYYMM');
      continue when to_regclass('quittance.' || partition_name) is not null;
      begin
        execute format(
          'create table quittance.%I partition of quittance.%I for values from (%L) to (%L)',
          partition_name, parent, lower_bound, upper_bound);
        made := made + 1;
      exception
        when check_violation or duplicate_table then null;
        -- What was made already holds its lock until we return: so we do.
        when lock_not_available then return made;
      end;
    end loop;
  end loop;
  return made;
end $$;
select quittance.ensure_partitions(3);

-- Questions to Stripe about an object, asked by a redirect, a stale delivery, a sweep or a person.
create table quittance.checks (
  seq bigint primary key,
  object_type text not null check (object_type in ('checkout.session', 'event')),
  object_id text not null,
  origin text not null check (origin in ('redirect', 'question', 'operator', 'sweep')),
  created_at timestamptz not null
);

-- ---------------------------------------------------------------- what is to be done with it

-- The narrow, unpartitioned row that changes. The only truth about what became of an event.
create table quittance.dispatch (
  seq bigint primary key,
  kind text not null check (kind in ('event', 'check')),
  lane text not null,
  state text not null
    check (state in ('ready', 'waiting', 'done', 'ignored', 'quarantined', 'dead')),
  reason text,
  generation integer not null default 1 check (generation >= 1),
  available_at timestamptz not null,
  received_at timestamptz not null,
  ended_at timestamptz,
  -- A check that nobody started yet answers for all who ask the same question meanwhile.
  coalesce_key text,
  check ((state in ('ready', 'waiting')) = (ended_at is null)),
  check (state not in ('ignored', 'quarantined', 'dead') or reason is not null)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
create index dispatch_ready on quittance.dispatch (lane, seq) where state = 'ready';
create index dispatch_waiting on quittance.dispatch (available_at) where state = 'waiting';
create index dispatch_held on quittance.dispatch (state, seq desc)
  where state in ('quarantined', 'dead');
create unique index dispatch_coalesce on quittance.dispatch (coalesce_key)
  where coalesce_key is not null;

-- A lane row exists while the lane has work or is leased; the worker that finds it empty deletes
-- it. The token comes from a sequence, so it grows even across such a deletion.
create sequence quittance.lane_token as bigint;
create table quittance.lanes (
  lane text primary key,
  token bigint not null default 0,
  worker text,
  lease_until timestamptz not null default '-infinity',
  queued_at timestamptz not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500);
create index lanes_queued on quittance.lanes (queued_at);

-- Append-only. `started` is committed before an event runs, so that one that kills its process is
-- counted; `ended` commits with its effects.
create table quittance.attempts (
  seq bigint not null,
  generation integer not null,
  attempt integer not null check (attempt >= 1),
  phase text not null check (phase in ('started', 'ended')),
  worker text not null,
  token bigint not null,
  at timestamptz not null,
  outcome text,
  code text,
  check ((phase = 'ended') = (outcome is not null)),
  primary key (seq, generation, attempt, phase)
);
create function quittance.refuse_change() returns trigger language plpgsql as
  $$ begin raise exception '% is append-only', tg_table_name using errcode = '23514'; end $$;
create trigger attempts_append_only before update on quittance.attempts
  for each row execute function quittance.refuse_change();

-- One row per fact and handler, for ever: the last guard of exactly once.
create table quittance.effects (
  key text primary key,
  seq bigint not null,
  at timestamptz not null
);

-- Requests that were refused at the door: counted, never stored.
create table quittance.refusals (
  day date not null,
  endpoint text not null,
  code text not null,
  count bigint not null check (count > 0),
  primary key (day, endpoint, code)
);

-- Ids of deliveries with a right signature and a stale timestamp: asked of Stripe once each.
create table quittance.questions (
  event_id text primary key,
  asked_at timestamptz not null
);
create index questions_asked on quittance.questions (asked_at);

-- The budget of requests to Stripe, shared by every process on this database.
create table quittance.stripe_budget (
  one boolean primary key default true check (one),
  next_at timestamptz not null default '-infinity'
);
insert into quittance.stripe_budget default values;

-- ---------------------------------------------------------------- orders

create table quittance.orders (
  id text primary key,
  status text not null default 'pending' check (status in (
    'pending', 'confirmed', 'awaiting_payment', 'expired', 'canceled', 'payment_failed',
    'fulfilled')),
  -- Overlays, kept equal to order_marks: does a dead letter or a quarantined event concern it?
  failed boolean not null default false,
  held_reason text,
  -- The snapshot taken before the session was asked for. Amounts in the smallest unit.
  livemode boolean not null,
  item_id text not null,
  quantity integer not null check (quantity > 0),
  price_id text not null,
  currency text not null check (currency = lower(currency)),
  unit_amount bigint not null check (unit_amount >= 0),
  expected_subtotal bigint not null check (expected_subtotal = unit_amount * quantity),
  -- Whose it is: the app's user, and the browser (a SHA-256 of its cookie).
  user_id text,
  browser_hash text,
  -- What Stripe said.
  session_id text unique,
  payment_intent_id text unique,
  amount_subtotal bigint,
  amount_discount bigint,
  amount_shipping bigint,
  amount_tax bigint,
  amount_total bigint,
  amount_refunded bigint not null default 0 check (amount_refunded >= 0),
  -- The ticket of the newest answer that wrote refunds: an older answer never overwrites it.
  refund_ticket bigint not null default 0,
  paid_after_end boolean not null default false,
  cancel_requested_at timestamptz,
  request_scope text not null,
  request_key text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  fulfilled_at timestamptz,
  check ((status = 'fulfilled') = (fulfilled_at is not null)),
  unique (request_scope, request_key)
);
create index orders_user on quittance.orders (user_id, created_at desc) where user_id is not null;
create index orders_browser on quittance.orders (browser_hash, created_at desc)
  where browser_hash is not null;
create index orders_created on quittance.orders (created_at desc);

-- Which events keep an order failed or held. A redrive of the event takes its mark away.
create table quittance.order_marks (
  seq bigint primary key,
  order_id text not null references quittance.orders (id),
  kind text not null check (kind in ('failed', 'held')),
  reason text not null,
  is_check boolean not null
);
create index order_marks_order on quittance.order_marks (order_id);

create table quittance.order_history (
  order_id text not null references quittance.orders (id),
  n bigint generated always as identity,
  from_status text,
  to_status text not null,
  cause text not null,
  event_id text,
  seq bigint,
  note text,
  at timestamptz not null,
  primary key (order_id, n)
);
create trigger order_history_append_only before update or delete on quittance.order_history
  for each row execute function quittance.refuse_change();

-- One row per request for a session, with its parameters, so that a repeat sends the same bytes
-- under the same idempotency key. A new attempt exists only after a recorded refusal.
create table quittance.checkout_attempts (
  order_id text not null references quittance.orders (id),
  attempt integer not null check (attempt >= 1),
  -- Dropped once answered: they may hold the buyer's address, and are not needed any more.
  params text,
  state text not null default 'asked' check (state in ('asked', 'answered', 'refused')),
  session_id text,
  stripe_code text,
  asked_at timestamptz not null,
  answered_at timestamptz,
  check ((state = 'answered') = (session_id is not null)),
  check (state <> 'asked' or params is not null),
  primary key (order_id, attempt)
);
create unique index checkout_attempts_open on quittance.checkout_attempts (order_id)
  where state = 'asked';

-- Makes a status final in the database too: fulfilled never goes back.
create function quittance.guard_order() returns trigger language plpgsql as $$
begin
  if old.status = 'fulfilled' and new.status <> 'fulfilled' then
    raise exception 'order % is fulfilled and stays so', old.id using errcode = '23514';
  end if;
  return new;
end $$;
create trigger orders_guard before update of status on quittance.orders
  for each row execute function quittance.guard_order();

-- ---------------------------------------------------------------- for teams with the usual recipe

-- `processed_at` is null until the event has ended.
create view quittance.stripe_events as
  select e.event_id as id, e.type, d.ended_at as processed_at
  from quittance.events e join quittance.dispatch d using (seq);
