-- Who works with people: the only place that knows their names.
set lock_timeout = '2s';

create table worker_keys (
    worker_id uuid not null,
    region_key_id text not null,
    wrapped bytea not null,
    constraint worker_keys_pkey primary key (worker_id)
);
comment on table worker_keys is 'The key of each worker, wrapped by the region key.';
alter table worker_keys enable row level security;

create table workers (
    worker_id uuid not null,
    programme text not null,
    name bytea not null,
    organisation_id uuid not null,
    languages text[] not null,
    municipalities text[] not null,
    expertise text[] not null,
    gender bytea,
    starter_gate text[] not null,
    registered_at timestamptz not null,
    version bigint not null,
    changed_at timestamptz not null,
    changed_by uuid not null,
    constraint workers_pkey primary key (worker_id),
    constraint workers_worker_id_fkey foreign key (worker_id) references worker_keys (worker_id),
    constraint workers_languages_check check (cardinality(languages) between 1 and 30),
    constraint workers_starter_gate_check check (starter_gate <@ array['starter_training', 'contract', 'extract']),
    constraint workers_version_check check (version >= 1)
);
create index workers_page_idx on workers (registered_at desc, worker_id desc);
comment on table workers is 'People who work with people. The id is the one under which the worker signs in. The row is locked while places of the worker are counted.';
comment on column workers.programme is 'Programme for which the worker was registered: its coordinator reaches the worker before any mandate.';
comment on column workers.name is 'Sealed under the worker''s key, as is gender.';
comment on column workers.municipalities is 'NIS codes; none is anywhere in the region.';
comment on column workers.gender is 'Sealed word; null when participants may not ask for it.';
comment on column workers.version is 'Counts every change of the details; the ETag.';
alter table workers enable row level security;

create table mandates (
    mandate_id uuid not null,
    worker_id uuid not null,
    role text not null,
    programme text,
    scope text not null,
    valid_from date not null,
    valid_to date,
    granted_at timestamptz not null,
    granted_by uuid not null,
    ended_at timestamptz,
    ended_by uuid,
    constraint mandates_pkey primary key (mandate_id),
    constraint mandates_worker_id_fkey foreign key (worker_id) references workers (worker_id),
    constraint mandates_scope_check check (scope in ('own_cases', 'organisation', 'programme', 'region')),
    constraint mandates_period_check check (valid_to >= valid_from),
    constraint mandates_ended_check check ((ended_at is null) = (ended_by is null))
);
create index mandates_worker_id_idx on mandates (worker_id, valid_from);
comment on table mandates is 'What gives a worker a role, dated. Two in one role for one programme never hold on one day; that is checked under the lock of the worker.';
comment on column mandates.programme is 'Null is every programme of the region.';
comment on column mandates.valid_to is 'Last day, inclusive; null is open.';
alter table mandates enable row level security;

create table capacities (
    worker_id uuid not null,
    programme text not null,
    valid_from date not null,
    valid_to date,
    share numeric(4, 3) not null,
    set_at timestamptz not null,
    set_by uuid not null,
    constraint capacities_pkey primary key (worker_id, programme, valid_from),
    constraint capacities_worker_id_fkey foreign key (worker_id) references workers (worker_id),
    constraint capacities_period_check check (valid_to >= valid_from),
    constraint capacities_share_check check (share > 0 and share <= 1)
);
comment on table capacities is 'The share of full time a worker gives to a programme. On a day the row with the latest first day counts, if it did not end.';
alter table capacities enable row level security;
