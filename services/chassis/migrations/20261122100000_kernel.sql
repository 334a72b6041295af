-- The tables every service stands on, in a schema of their own. Owned by the owner role; the runtime role (setting
-- `bondgenoot.runtime_role`, given by the migrator) gets exactly what it needs and owns nothing.
set lock_timeout = '2s';

create schema chassis;

create table chassis.deployment (
    one boolean default true,
    service text not null,
    region text not null,
    epoch bigint not null default 1,
    database_identity text not null,
    created_at timestamptz not null default now(),
    constraint deployment_pkey primary key (one),
    constraint deployment_one_check check (one),
    constraint deployment_epoch_check check (epoch >= 1)
);
comment on table chassis.deployment is 'Which service of which region this database belongs to. One row, checked at start and against envelope and token.';
comment on column chassis.deployment.epoch is 'Producer epoch: rises when the database was restored from an older copy.';
comment on column chassis.deployment.database_identity is 'System identifier, timeline and oid of the database: another value at start means a restore.';

create table chassis.outbox (
    position bigint generated always as identity,
    event_id uuid not null,
    event_type text not null,
    aggregate_type text not null,
    aggregate_id uuid not null,
    event_sequence bigint not null,
    epoch bigint not null,
    digest bytea not null,
    recorded_at timestamptz not null,
    traceparent text not null,
    payload bytea not null,
    published_at timestamptz,
    constraint outbox_pkey primary key (position),
    constraint outbox_event_id_key unique (event_id),
    constraint outbox_aggregate_sequence_key unique (aggregate_id, event_sequence),
    constraint outbox_event_sequence_check check (event_sequence >= 1)
);
create index outbox_unpublished_idx on chassis.outbox (position) where published_at is null;
create index outbox_recorded_at_idx on chassis.outbox (recorded_at);
comment on table chassis.outbox is 'Events written in the transaction of the change. The relay publishes rows without published_at, in order of position; never by position > last, because positions are handed out before commit. Published rows are kept.';
comment on column chassis.outbox.digest is 'SHA-256 over the previous digest of the aggregate and this event id: names the history up to here.';

create table chassis.histories (
    aggregate_id uuid not null,
    aggregate_type text not null,
    epoch bigint not null,
    last_sequence bigint not null,
    digest bytea not null,
    constraint histories_pkey primary key (aggregate_id)
);
comment on table chassis.histories is 'The latest published event of every aggregate; its row lock makes event_sequence gap-free and in commit order.';

create table chassis.inbox (
    position bigint generated always as identity,
    event_id uuid not null,
    producer text not null,
    event_type text not null,
    aggregate_type text not null,
    aggregate_id uuid not null,
    event_sequence bigint not null,
    epoch bigint not null,
    recorded_at timestamptz not null,
    payload bytea not null,
    received_at timestamptz not null default now(),
    constraint inbox_pkey primary key (position),
    constraint inbox_event_id_key unique (event_id)
);
create index inbox_aggregate_idx on chassis.inbox (producer, aggregate_id, event_sequence);
comment on table chassis.inbox is 'Every event that was applied, in the order it was applied. Kept: a rebuild replays it, and a duplicate is known for ever.';

create table chassis.consumed_histories (
    producer text not null,
    aggregate_id uuid not null,
    aggregate_type text not null,
    epoch bigint not null,
    last_sequence bigint not null,
    digest bytea not null,
    parked_id uuid,
    constraint consumed_histories_pkey primary key (producer, aggregate_id)
);
comment on table chassis.consumed_histories is 'How far this service applied each aggregate of a producer. Next applies, lower is a duplicate, higher waits in pending.';
comment on column chassis.consumed_histories.parked_id is 'The parked event that holds this aggregate back.';

create table chassis.pending (
    event_id uuid not null,
    producer text not null,
    event_type text not null,
    aggregate_type text not null,
    aggregate_id uuid not null,
    event_sequence bigint not null,
    epoch bigint not null,
    recorded_at timestamptz not null,
    traceparent text not null,
    payload bytea not null,
    waits_for uuid,
    deadline timestamptz,
    received_at timestamptz not null default now(),
    constraint pending_pkey primary key (event_id)
);
create index pending_aggregate_idx on chassis.pending (producer, aggregate_id, event_sequence);
create index pending_waits_for_idx on chassis.pending (waits_for) where waits_for is not null;
create index pending_deadline_idx on chassis.pending (deadline) where deadline is not null;
comment on table chassis.pending is 'Events that came before an earlier event of their aggregate, before their parent (waits_for), or behind a parked one.';

create table chassis.parked (
    parked_id uuid not null,
    event_id uuid,
    producer text,
    event_type text,
    aggregate_type text,
    aggregate_id uuid,
    event_sequence bigint,
    epoch bigint,
    recorded_at timestamptz,
    traceparent text not null default '',
    payload bytea not null,
    reason text not null,
    error text not null,
    parked_at timestamptz not null default now(),
    redriven_at timestamptz,
    constraint parked_pkey primary key (parked_id),
    constraint parked_event_id_key unique (event_id)
);
create index parked_open_idx on chassis.parked (parked_at, parked_id) where redriven_at is null;
comment on table chassis.parked is 'Events that could not be applied and wait for a person. Columns are null as far as the message could not be read.';

create table chassis.idempotency_keys (
    caller text not null,
    rpc text not null,
    key text not null,
    request_hash bytea not null,
    response bytea,
    subject_id uuid,
    created_at timestamptz not null default now(),
    erased_at timestamptz,
    constraint idempotency_keys_pkey primary key (caller, rpc, key)
);
create index idempotency_keys_subject_idx on chassis.idempotency_keys (subject_id) where subject_id is not null;
create index idempotency_keys_created_at_idx on chassis.idempotency_keys (created_at);
comment on table chassis.idempotency_keys is 'The first answer to every write, stored with the effect: a repeat gets it again. Answers are encrypted and go with an erasure.';

create table chassis.audit (
    position bigint generated always as identity,
    audit_id uuid not null,
    at timestamptz not null,
    principal text not null,
    worker_id uuid,
    organisation_id uuid,
    mandate_id uuid,
    action text not null,
    purpose text not null,
    subject_ids uuid[] not null,
    request_id text not null,
    trace_id text not null,
    sequence bigint,
    previous_hash bytea,
    hash bytea,
    constraint audit_pkey primary key (position),
    constraint audit_audit_id_key unique (audit_id)
);
create index audit_subject_ids_idx on chassis.audit using gin (subject_ids) with (fastupdate = on);
create index audit_unsealed_idx on chassis.audit (position) where sequence is null;
comment on table chassis.audit is 'Who did or saw what, when, for what purpose: one row per request, in the transaction of the read or write. Append only but for sealing.';
comment on column chassis.audit.hash is 'SHA-256 over previous_hash and the canonical row; filled by the sealer.';

create function chassis.audit_is_append_only() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.hash is null
       and (to_jsonb(new) - 'sequence' - 'previous_hash' - 'hash') = (to_jsonb(old) - 'sequence' - 'previous_hash' - 'hash') then
        return new;
    end if;
    raise exception 'audit rows are never changed or removed';
end $$;
create trigger audit_append_only before update or delete on chassis.audit
    for each row execute function chassis.audit_is_append_only();
create trigger audit_no_truncate before truncate on chassis.audit
    for each statement execute function chassis.audit_is_append_only();

do $$
declare
    runtime text := current_setting('bondgenoot.runtime_role');
begin
    execute format('grant usage on schema chassis to %I', runtime);
    execute format('grant select, update (epoch, database_identity) on chassis.deployment to %I', runtime);
    execute format('grant select, insert, update (published_at) on chassis.outbox to %I', runtime);
    execute format('grant select, insert, update on chassis.histories to %I', runtime);
    execute format('grant select, insert, delete on chassis.inbox to %I', runtime);
    execute format('grant select, insert, update, delete on chassis.consumed_histories to %I', runtime);
    execute format('grant select, insert, update, delete on chassis.pending to %I', runtime);
    execute format('grant select, insert, update on chassis.parked to %I', runtime);
    execute format('grant select, insert, update, delete on chassis.idempotency_keys to %I', runtime);
    execute format('grant select, insert, update (sequence, previous_hash, hash) on chassis.audit to %I', runtime);
end $$;
