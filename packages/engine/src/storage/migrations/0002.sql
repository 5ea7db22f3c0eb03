-- Who bought, what renews, what was billed and paid back, and who may use what because of it.

-- ---------------------------------------------------------------- buyers

-- One row for the app's user and the Stripe customer together. A guest has only the customer, a
-- user who has not been to Stripe yet only the user.
create table quittance.buyers (
  id bigint generated always as identity primary key,
  user_id text unique check (length(user_id) between 1 and 255),
  customer_id text unique check (length(customer_id) between 1 and 255),
  -- The random part of the idempotency key under which the customer is asked for: two tabs send
  -- the same request, two databases on one account do not. Cleared by the answer; until then the
  -- customer that it may have made can be found by it, among those of the account.
  customer_key text,
  -- What is asked under the key, until it is answered: the same key must send the same bytes.
  -- Forgotten after a day, for the sake of the address; the key stays.
  customer_params text,
  customer_deleted boolean not null default false,
  -- Since when a failed payment waits for the buyer; cleared when it is paid or given up.
  follow_up_since timestamptz,
  entitlement_ticket bigint not null default 0,
  -- The access rules (catalogue and policies) under which access was derived last.
  rules text not null default '',
  -- When a due check was asked for last; cleared when access is derived. A check that fails for
  -- good is asked again after a while, not with every poll.
  due_asked_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (user_id is not null or customer_id is not null)
);
create index buyers_rules on quittance.buyers (rules);
-- Of the few questions that wait, those that are to be forgotten. A key begins with its moment.
create index buyers_unanswered on quittance.buyers (customer_key collate "C")
  where customer_params is not null;

-- The rules of the engine that was started last: of two releases that run side by side, only the
-- newer one has its buyers derived anew, or they would take turns.
create table quittance.access_rules (
  one boolean primary key default true check (one),
  hash text not null,
  at timestamptz not null
);

-- Which item a price was sold as: a lookup key moves to another price, its subscribers do not.
create table quittance.catalogue_prices (
  price_id text primary key,
  item_id text not null,
  seen_at timestamptz not null
);

-- ---------------------------------------------------------------- subscriptions

create table quittance.subscriptions (
  id text primary key,
  -- Of the newest answer that wrote the row: an older answer never overwrites it.
  ticket bigint not null default 0,
  -- Where the answer kept its periods: in the items (basil and later), or at the top.
  shape text not null default 'items' check (shape in ('items', 'top')),
  customer_id text not null,
  order_id text,
  livemode boolean not null,
  status text not null check (status in ('incomplete', 'incomplete_expired', 'trialing', 'active',
    'past_due', 'unpaid', 'paused', 'canceled')),
  -- It was let in at some time: told as a fact, once, and never taken back.
  activated boolean not null default false,
  -- What was told last of overdue payments: a pause on top of one says nothing new of it.
  overdue boolean not null default false,
  currency text,
  -- When it will end by itself, by whichever of Stripe's two ways; null while it goes on.
  cancel_at timestamptz,
  cancel_at_period_end boolean not null default false,
  canceled_at timestamptz,
  cancel_reason text,
  ended_at timestamptz,
  started_at timestamptz,
  trial_start timestamptz,
  trial_end timestamptz,
  pause_behavior text,
  pause_resumes_at timestamptz,
  period_start timestamptz,
  period_end timestamptz,
  latest_invoice_id text,
  change_pending boolean not null default false,
  stripe_created timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index subscriptions_customer on quittance.subscriptions (customer_id, stripe_created desc);
create index subscriptions_created on quittance.subscriptions (stripe_created desc, id);
create index subscriptions_order on quittance.subscriptions (order_id) where order_id is not null;

create table quittance.subscription_items (
  subscription_id text not null references quittance.subscriptions (id) on delete cascade,
  id text not null,
  price_id text not null,
  product_id text,
  lookup_key text,
  -- The catalogue's item; null when the price is not in it.
  item_id text,
  quantity bigint,
  period_start timestamptz,
  period_end timestamptz,
  primary key (subscription_id, id)
);

create table quittance.subscription_history (
  subscription_id text not null references quittance.subscriptions (id),
  n bigint generated always as identity,
  from_status text,
  to_status text not null,
  cause text not null,
  event_id text,
  seq bigint,
  note text,
  at timestamptz not null,
  primary key (subscription_id, n)
);
create trigger subscription_history_append_only before update or delete
  on quittance.subscription_history for each row execute function quittance.refuse_change();

-- Terminal in the database too: what was canceled never comes back under the same id.
create function quittance.guard_subscription() returns trigger language plpgsql as $$
begin
  if old.status in ('canceled', 'incomplete_expired') and new.status <> old.status then
    raise exception 'subscription % is % and stays so', old.id, old.status using errcode = '23514';
  end if;
  return new;
end $$;
create trigger subscriptions_guard before update of status on quittance.subscriptions
  for each row execute function quittance.guard_subscription();

-- ---------------------------------------------------------------- invoices

create table quittance.invoices (
  id text primary key,
  ticket bigint not null default 0,
  shape text not null default 'parent' check (shape in ('parent', 'top')),
  customer_id text,
  subscription_id text,
  livemode boolean not null,
  status text not null check (status in ('draft', 'open', 'paid', 'uncollectible', 'void',
    'deleted')),
  billing_reason text,
  currency text not null,
  subtotal bigint not null,
  total bigint not null,
  amount_due bigint not null,
  amount_paid bigint not null,
  amount_remaining bigint not null,
  attempted boolean not null,
  attempt_count integer not null,
  next_payment_attempt timestamptz,
  -- What its subscription lines pay for. The invoice's own period is the one before.
  period_start timestamptz,
  period_end timestamptz,
  due_at timestamptz,
  finalized_at timestamptz,
  paid_at timestamptz,
  -- Of its payments: kept equal to the charges and disputes.
  amount_refunded bigint not null default 0,
  dispute_status text,
  stripe_created timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index invoices_subscription on quittance.invoices (subscription_id, stripe_created desc)
  where subscription_id is not null;
create index invoices_customer on quittance.invoices (customer_id, stripe_created desc);

create function quittance.guard_invoice() returns trigger language plpgsql as $$
begin
  if old.status in ('paid', 'void', 'deleted') and new.status <> old.status then
    raise exception 'invoice % is % and stays so', old.id, old.status using errcode = '23514';
  end if;
  return new;
end $$;
create trigger invoices_guard before update of status on quittance.invoices
  for each row execute function quittance.guard_invoice();

create table quittance.invoice_payments (
  invoice_id text not null references quittance.invoices (id) on delete cascade,
  id text not null,
  payment_intent_id text,
  charge_id text,
  status text not null,
  amount_paid bigint,
  primary key (invoice_id, id)
);
create index invoice_payments_intent on quittance.invoice_payments (payment_intent_id);
create index invoice_payments_charge on quittance.invoice_payments (charge_id);

-- ---------------------------------------------------------------- money that went back

-- Charges that were refunded or disputed. They name a payment intent; an order or an invoice that
-- names the same one is what they are about, whichever of the two we hear of first.
create table quittance.charges (
  id text primary key,
  ticket bigint not null default 0,
  payment_intent_id text,
  customer_id text,
  currency text not null,
  amount bigint not null,
  amount_refunded bigint not null,
  stripe_created timestamptz
);
create index charges_intent on quittance.charges (payment_intent_id);
create index charges_customer on quittance.charges (customer_id);

create table quittance.refunds (
  id text primary key,
  ticket bigint not null default 0,
  charge_id text not null,
  -- Its place among the refunds of its charge, the oldest first: two may be of one second.
  nth integer not null default 0,
  amount bigint not null,
  currency text not null,
  status text not null,
  reason text,
  failure_reason text,
  -- When the money came back. A later refund does not count this one, an earlier one does.
  failed_at timestamptz,
  stripe_created timestamptz
);
create index refunds_charge on quittance.refunds (charge_id);

create table quittance.disputes (
  id text primary key,
  ticket bigint not null default 0,
  charge_id text not null,
  amount bigint not null,
  currency text not null,
  status text not null,
  reason text,
  due_at timestamptz,
  -- That it was decided so at one time: an appeal may have changed the status since.
  was_won boolean not null default false,
  was_lost boolean not null default false,
  stripe_created timestamptz
);
create index disputes_charge on quittance.disputes (charge_id);

-- What was told of refunds and disputes. It is derived anew with every change of their buyer; what
-- is in here is told to nobody again, not to a handler either that came later.
create table quittance.payment_facts (
  key text primary key,
  seq bigint not null,
  at timestamptz not null
);

-- ---------------------------------------------------------------- orders of subscriptions

alter table quittance.orders
  add column kind text not null default 'payment' check (kind in ('payment', 'subscription')),
  add column buyer_id bigint references quittance.buyers (id),
  add column subscription_id text unique,
  add column trial_days integer check (trial_days > 0),
  add column dispute_status text,
  add constraint orders_subscription_kind
    check (kind = 'subscription' or (subscription_id is null and trial_days is null));
create index orders_buyer on quittance.orders (buyer_id, created_at desc)
  where buyer_id is not null;

-- ---------------------------------------------------------------- who may use what

-- Stripe's own entitlements, as Stripe lists them: the whole set of a customer at a time.
create table quittance.entitlements (
  customer_id text not null,
  lookup_key text not null,
  feature_id text not null,
  id text not null,
  primary key (customer_id, lookup_key)
);

-- Derived from all of a buyer's subscriptions, orders, refunds and disputes; never set by hand.
create table quittance.access (
  buyer_id bigint not null references quittance.buyers (id) on delete cascade,
  feature text not null,
  granted boolean not null,
  -- What ends by time alone ends here, to the second; null while nothing ends it.
  access_until timestamptz,
  reason text not null,
  -- Null when nothing is left that speaks of the feature (reason `none`): as good as no row.
  source text check (source in ('subscription', 'order')),
  source_id text,
  -- What is to be said from access_until on.
  later_reason text,
  later_source text check (later_source in ('subscription', 'order')),
  later_source_id text,
  -- What the app was told last, and how often it was told: grants and revocations alternate.
  told boolean not null default false,
  times_told integer not null default 0,
  updated_at timestamptz not null,
  primary key (buyer_id, feature),
  check (granted or access_until is null),
  check ((reason = 'none') = (source is null)),
  check ((source is null) = (source_id is null)),
  check ((access_until is null) = (later_reason is null)),
  check ((later_reason is null) = (later_source is null)),
  check ((later_source is null) = (later_source_id is null))
);
create index access_due on quittance.access (access_until)
  where told and access_until is not null;

-- ---------------------------------------------------------------- questions about these objects

alter table quittance.checks
  drop constraint checks_object_type_check,
  drop constraint checks_origin_check,
  add constraint checks_object_type_check check (object_type in (
    'checkout.session', 'event', 'subscription', 'invoice', 'charge', 'dispute', 'buyer')),
  add constraint checks_origin_check check (origin in (
    'redirect', 'question', 'operator', 'sweep', 'due'));

-- ---------------------------------------------------------------- for the app's own SQL

-- Whether a user may use a feature: one row by two unique keys.
create function quittance.can(
  user_id text, feature text, at timestamptz default quittance.now()
) returns boolean language sql stable as $$
  select exists (
    select 1 from quittance.buyers b join quittance.access a on a.buyer_id = b.id
    where b.user_id = $1 and a.feature = $2 and a.granted
      and (a.access_until is null or a.access_until > $3))
$$;

-- As it is now: an end that has passed reads as what came after it.
create view quittance.buyer_access as
  select b.user_id, b.customer_id, a.feature, a.granted and not e.ended as granted,
    case when not e.ended then a.access_until end as access_until,
    case when e.ended then a.later_reason else a.reason end as reason,
    case when e.ended then a.later_source else a.source end as source,
    case when e.ended then a.later_source_id else a.source_id end as source_id
  from quittance.buyers b join quittance.access a on a.buyer_id = b.id
  cross join lateral (
    select coalesce(a.access_until <= quittance.now(), false) as ended) e;

create view quittance.buyer_subscriptions as
  select b.user_id, s.customer_id, s.id, s.status, s.cancel_at, s.canceled_at, s.ended_at,
    s.trial_end, s.pause_behavior, s.period_start, s.period_end, s.order_id,
    i.item_id, i.price_id, i.quantity
  from quittance.subscriptions s
  join quittance.subscription_items i on i.subscription_id = s.id
  left join quittance.buyers b on b.customer_id = s.customer_id;

create view quittance.buyer_invoices as
  select b.user_id, v.customer_id, v.id, v.subscription_id, v.status, v.billing_reason, v.currency,
    v.total, v.amount_paid, v.amount_remaining, v.amount_refunded, v.dispute_status,
    v.period_start, v.period_end, v.attempt_count, v.next_payment_attempt, v.paid_at,
    v.stripe_created
  from quittance.invoices v
  left join quittance.buyers b on b.customer_id = v.customer_id
  where v.status <> 'deleted';

create view quittance.buyer_orders as
  select coalesce(b.user_id, o.user_id) as user_id, b.customer_id, o.id, o.kind, o.status,
    o.item_id, o.quantity, o.currency, o.amount_total, o.amount_refunded, o.dispute_status,
    o.subscription_id, o.created_at, o.fulfilled_at
  from quittance.orders o left join quittance.buyers b on b.id = o.buyer_id;
