-- Who works for whom on which programme, and how long on which day: written by the person, approved, locked by month.
set lock_timeout = '2s';

create table employments (
    employment_id uuid not null,
    programme text not null,
    worker_id uuid not null,
    organisation_id uuid not null,
    partner text not null,
    component text not null,
    valid_from date not null,
    valid_to date,
    fte_thousandths smallint,
    version bigint not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    changed_by uuid not null,
    constraint employments_pkey primary key (employment_id),
    constraint employments_valid_check check (valid_from <= valid_to),
    constraint employments_fte_check check (fte_thousandths between 1 and 1000),
    constraint employments_version_check check (version >= 1)
);
create index employments_page_idx on employments (programme, created_at desc, employment_id desc);
create index employments_worker_idx on employments (worker_id, programme);
comment on table employments is 'Somebody works on a programme, for one component of it, paid by one organisation. Those of one person, partner and component never overlap; that is checked under the lock of the person.';
comment on column employments.organisation_id is 'Whose finance officer approves the hours.';
comment on column employments.partner is 'Code of the partner of the region that pays.';
alter table employments enable row level security;

create table locked_months (
    programme text not null,
    month date not null,
    locked_at timestamptz not null,
    locked_by uuid not null,
    constraint locked_months_pkey primary key (programme, month),
    constraint locked_months_month_check check (extract(day from month) = 1)
);
comment on table locked_months is 'Months of a programme in which only counter-entries change anything. Never removed.';
alter table locked_months enable row level security;

create table time_sheets (
    time_sheet_id uuid not null,
    employment_id uuid not null,
    programme text not null,
    worker_id uuid not null,
    organisation_id uuid not null,
    month date not null,
    state text not null,
    returned_reason text,
    confirmed_at timestamptz,
    approved_at timestamptz,
    approved_by uuid,
    version bigint not null,
    changed_at timestamptz not null,
    changed_by uuid not null,
    constraint time_sheets_pkey primary key (time_sheet_id),
    constraint time_sheets_month_key unique (employment_id, month),
    constraint time_sheets_employment_id_fkey foreign key (employment_id) references employments (employment_id),
    constraint time_sheets_month_check check (extract(day from month) = 1),
    constraint time_sheets_state_check check (state in ('draft', 'confirmed', 'approved', 'locked')),
    constraint time_sheets_reason_check check (char_length(returned_reason) between 1 and 200),
    constraint time_sheets_approved_check check ((approved_at is null) = (approved_by is null)),
    constraint time_sheets_version_check check (version >= 1)
);
create index time_sheets_page_idx on time_sheets (programme, month desc, time_sheet_id desc);
create index time_sheets_worker_idx on time_sheets (worker_id, month);
comment on table time_sheets is 'The hours of one employment in one month. Programme, worker and organisation are those of the employment, so that a policy needs no other table.';
comment on column time_sheets.version is 'Counts every change, also of entries; the ETag.';
alter table time_sheets enable row level security;

create table time_entries (
    entry_id uuid not null,
    time_sheet_id uuid not null,
    day date not null,
    hour_class text not null,
    minutes integer not null,
    correction boolean not null,
    reason text,
    entered_at timestamptz not null,
    entered_by uuid not null,
    constraint time_entries_pkey primary key (entry_id),
    constraint time_entries_time_sheet_id_fkey foreign key (time_sheet_id) references time_sheets (time_sheet_id),
    constraint time_entries_hour_class_check check (hour_class in ('with_participant', 'around_participant')),
    constraint time_entries_minutes_check check (
        minutes between -1440 and 1440 and minutes <> 0 and (correction or minutes > 0)),
    constraint time_entries_reason_check check ((reason is null) = (not correction) and char_length(reason) between 1 and 200)
);
create unique index time_entries_day_key on time_entries (time_sheet_id, day, hour_class) where not correction;
create index time_entries_sheet_idx on time_entries (time_sheet_id);
comment on table time_entries is 'Whole minutes on a day in one of the two classes of the 60/40 rule. What is locked stays; a counter-entry stands beside it.';
comment on column time_entries.minutes is 'Below zero only in a counter-entry.';
alter table time_entries enable row level security;

create function time_entries_kept() returns trigger language plpgsql as $$
begin
    if exists (select from time_sheets where time_sheet_id = old.time_sheet_id and state <> 'draft') then
        raise exception 'entries of a time sheet that is not a draft stay as they are';
    end if;
    return coalesce(new, old);
end $$;
comment on function time_entries_kept is 'Also the owner overwrites no entry of a sheet that was confirmed.';
create trigger time_entries_kept before update or delete on time_entries for each row execute function time_entries_kept();

-- The sums of a person over every programme of the region, of which the caller need not see a single row: the cap of a year and
-- the 24 hours of a day hold over all projects. Runs as the owner; gives sums and nothing else.
create function declared_minutes(worker uuid, first_day date, last_day date)
returns table (day date, minutes bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select time_entries.day, sum(time_entries.minutes)
    from time_sheets
    join time_entries using (time_sheet_id)
    where time_sheets.worker_id = worker
      and time_sheets.month between date_trunc('month', first_day::timestamp)::date and last_day
      and time_entries.day between first_day and last_day
      and current_setting('app.purpose', true) in ('own_time_sheets', 'staff')
    group by time_entries.day
$$;
comment on function declared_minutes is 'Minutes a person declared on each day, over every programme of the region.';
revoke all on function declared_minutes from public;

-- Who sees and writes what. The person: their own (`own_time_sheets`). The finance officer: those of their organisation, or of the
-- programme (`staff` to write, `time_sheets` to read, as coordinator and auditor do).
create function organisation_in_reach(programme text, organisation uuid) returns boolean language sql stable as $$
    select programme_in_reach(programme) or coalesce(
        current_setting('app.scope', true) = 'organisation'
        and organisation::text = nullif(current_setting('app.organisation', true), '')
        and (current_setting('app.programmes', true) = '*'
             or programme = any (string_to_array(nullif(current_setting('app.programmes', true), ''), ','))),
        false)
$$;
comment on function organisation_in_reach is 'Whether the caller''s mandate covers this programme, or this organisation in it.';

create function worker_is(worker uuid) returns boolean language sql stable as $$
    select coalesce(principal_is('worker') and purpose_is('own_time_sheets')
                    and worker::text = nullif(current_setting('app.worker', true), ''), false)
$$;
comment on function worker_is is 'Whether the caller asks for what is their own.';

create function keeps_staff(programme text, organisation uuid) returns boolean language sql stable as
    $$ select principal_is('worker') and purpose_is('staff') and organisation_in_reach(programme, organisation) $$;
comment on function keeps_staff is 'Whether the caller writes as finance officer of this organisation or programme.';

create function reads_sheets(programme text, organisation uuid) returns boolean language sql stable as $$
    select principal_is('worker') and organisation_in_reach(programme, organisation)
       and (purpose_is('staff') or purpose_is('time_sheets') or purpose_is('wages') or purpose_is('claims') or purpose_is('claims_read'))
$$;
comment on function reads_sheets is 'Whether the caller may see employments and hours of this organisation or programme.';

create policy employments_read on employments for select using (worker_is(worker_id) or reads_sheets(programme, organisation_id));
create policy employments_add on employments for insert with check (keeps_staff(programme, organisation_id) and version = 1);
create policy employments_change on employments for update
    using (keeps_staff(programme, organisation_id) or (purpose_is('wages') and organisation_in_reach(programme, organisation_id)));

create policy locked_months_read on locked_months for select using (principal_is('worker'));
create policy locked_months_add on locked_months for insert
    with check (principal_is('worker') and purpose_is('staff') and programme_in_reach(programme));

create policy time_sheets_read on time_sheets for select using (worker_is(worker_id) or reads_sheets(programme, organisation_id));
create policy time_sheets_open on time_sheets for insert
    with check (worker_is(worker_id) and state = 'draft' and version = 1);
create policy time_sheets_missing on time_sheets for insert
    with check (keeps_staff(programme, organisation_id) and state = 'locked' and version = 1);
create policy time_sheets_own_change on time_sheets for update
    using (worker_is(worker_id) and state = 'draft') with check (worker_is(worker_id) and state in ('draft', 'confirmed'));
create policy time_sheets_change on time_sheets for update
    using (keeps_staff(programme, organisation_id) and state <> 'draft')
    with check (keeps_staff(programme, organisation_id));

create policy time_entries_read on time_entries for select
    using (exists (select from time_sheets where time_sheets.time_sheet_id = time_entries.time_sheet_id));
create policy time_entries_write on time_entries for insert
    with check (not correction and purpose_is('own_time_sheets') and exists (
        select from time_sheets where time_sheets.time_sheet_id = time_entries.time_sheet_id and state = 'draft'));
create policy time_entries_correct on time_entries for insert
    with check (correction and purpose_is('staff') and exists (
        select from time_sheets where time_sheets.time_sheet_id = time_entries.time_sheet_id and state = 'locked'));
create policy time_entries_remove on time_entries for delete
    using (purpose_is('own_time_sheets') and exists (
        select from time_sheets where time_sheets.time_sheet_id = time_entries.time_sheet_id and state = 'draft'));

create policy suggested_hours_own on suggested_hours for select using (worker_is(worker_id));

do $$
declare
    runtime text := current_setting('bondgenoot.runtime_role');
begin
    execute format('grant select, insert, update (valid_to, fte_thousandths, version, changed_at, changed_by) on employments to %I', runtime);
    execute format('grant select, insert on locked_months to %I', runtime);
    execute format('grant select, insert, update (state, returned_reason, confirmed_at, approved_at, approved_by, version, changed_at, '
                   'changed_by) on time_sheets to %I', runtime);
    execute format('grant select, insert, delete on time_entries to %I', runtime);
    execute format('grant execute on function declared_minutes to %I', runtime);
end $$;
