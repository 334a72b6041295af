-- The ledger of erasures.
set lock_timeout = '2s';

create table erasures (
    person_id uuid not null,
    ground text not null,
    erased_at timestamptz not null,
    erased_by uuid,
    constraint erasures_pkey primary key (person_id),
    constraint erasures_ground_check check (ground in ('request', 'retention', 'mistake'))
);
comment on table erasures is 'Who was erased, when and why: ids only. Never changed. A process that starts erases again whoever is in it and still has a key, so an older copy of the other tables can be brought back beside a newer ledger.';
comment on column erasures.erased_by is 'The worker; null when the process itself did, at the end of a retention term.';
alter table erasures enable row level security;
