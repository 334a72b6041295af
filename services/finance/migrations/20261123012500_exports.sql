-- Exports of submitted claims: what each was made of, recorded before a byte is written, so that it can be made again byte for byte.
set lock_timeout = '2s';

create table exports (
    export_id uuid not null,
    claim_id uuid not null,
    revision integer not null,
    made_by text not null,
    csv_separator text not null,
    csv_decimal text not null,
    recorded_at timestamptz not null,
    manifest text,
    completed_at timestamptz,
    constraint exports_pkey primary key (export_id),
    constraint exports_revision_key unique (claim_id, revision),
    constraint exports_revision_fkey foreign key (claim_id, revision) references claim_revisions (claim_id, revision),
    constraint exports_completed_check check ((completed_at is null) = (manifest is null))
);
comment on table exports is 'One row for each submitted revision that was exported. With the tables beside it and what never changes (lines, hours, bookings, approved budgets) it decides every byte.';
comment on column exports.made_by is 'The build that recorded it; stands in the manifest.';
comment on column exports.manifest is 'The manifest as it was written; null until its files stand in the target.';
alter table exports enable row level security;

create table export_staff (
    export_id uuid not null,
    employment_id uuid not null,
    kbo text not null,
    fte_thousandths smallint,
    constraint export_staff_pkey primary key (export_id, employment_id),
    constraint export_staff_export_id_fkey foreign key (export_id) references exports (export_id)
);
comment on table export_staff is 'What can change of an employment and its partner, as it was when the export was recorded.';
alter table export_staff enable row level security;

create table export_budgets (
    export_id uuid not null,
    budget_id uuid not null,
    constraint export_budgets_pkey primary key (export_id, budget_id),
    constraint export_budgets_export_id_fkey foreign key (export_id) references exports (export_id),
    constraint export_budgets_budget_id_fkey foreign key (budget_id) references budgets (budget_id)
);
comment on table export_budgets is 'The budgets that were approved when the export was recorded.';
alter table export_budgets enable row level security;

create table export_ledger_entries (
    export_id uuid not null,
    entry_id uuid not null,
    constraint export_ledger_entries_pkey primary key (export_id, entry_id),
    constraint export_ledger_entries_export_id_fkey foreign key (export_id) references exports (export_id),
    constraint export_ledger_entries_entry_id_fkey foreign key (entry_id) references ledger_entries (entry_id)
);
comment on table export_ledger_entries is 'What was booked when the export was recorded; what is booked later stands in no earlier export.';
alter table export_ledger_entries enable row level security;

create index claimed_entries_export_idx on claimed_entries (claim_id, entry_id);

create function export_kept() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.completed_at is not null
       or (new.export_id, new.claim_id, new.revision, new.made_by, new.csv_separator, new.csv_decimal, new.recorded_at)
          is distinct from (old.export_id, old.claim_id, old.revision, old.made_by, old.csv_separator, old.csv_decimal, old.recorded_at) then
        raise exception 'a recorded export stays as it is';
    end if;
    return new;
end $$;
comment on function export_kept is 'A record is completed once, and never changed or removed.';
create trigger exports_kept before update or delete on exports for each row execute function export_kept();

-- The job reads what a submitted claim is made of, and keeps its record. Officer and auditor of the programme read the record.
create policy exports_job on exports using (principal_is('job')) with check (principal_is('job'));
create policy exports_read on exports for select
    using (exists (select from claims where claims.claim_id = exports.claim_id and reads_claims(claims.programme)));
create policy export_staff_job on export_staff using (principal_is('job')) with check (principal_is('job'));
create policy export_budgets_job on export_budgets using (principal_is('job')) with check (principal_is('job'));
create policy export_ledger_entries_job on export_ledger_entries using (principal_is('job')) with check (principal_is('job'));

create policy claims_job on claims for select using (principal_is('job'));
create policy claim_lines_job on claim_lines for select using (principal_is('job'));
create policy claim_keys_job on claim_keys for select using (principal_is('job'));
create policy claimed_entries_job on claimed_entries for select using (principal_is('job'));
create policy time_sheets_job on time_sheets for select using (principal_is('job') and state = 'locked');
create policy employments_job on employments for select using (principal_is('job'));
create policy ledger_entries_job on ledger_entries for select using (principal_is('job'));
create policy budgets_job on budgets for select using (principal_is('job') and state = 'approved');
create policy funding_lines_job on funding_lines for select
    using (principal_is('job') and exists (select from budgets where budgets.budget_id = funding_lines.budget_id));

do $$
declare
    runtime text := current_setting('bondgenoot.runtime_role');
begin
    execute format('grant select, insert, update (manifest, completed_at) on exports to %I', runtime);
    execute format('grant select, insert on export_staff, export_budgets, export_ledger_entries to %I', runtime);
end $$;
