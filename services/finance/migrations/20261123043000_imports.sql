-- Files with employments and time-sheet days (`hours_import`): the finance officer of the organisation or programme writes employments
-- down, and days into drafts that the person still confirms. Nothing that was confirmed, approved or locked is in reach.
set lock_timeout = '2s';

create function imports_hours(programme text, organisation uuid) returns boolean language sql stable as
    $$ select principal_is('worker') and purpose_is('hours_import') and organisation_in_reach(programme, organisation) $$;
comment on function imports_hours is 'Whether the caller takes in a file as finance officer of this organisation or programme.';

create or replace function declared_minutes(worker uuid, first_day date, last_day date)
returns table (day date, minutes bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select time_entries.day, sum(time_entries.minutes)
    from time_sheets
    join time_entries using (time_sheet_id)
    where time_sheets.worker_id = worker
      and time_sheets.month between date_trunc('month', first_day::timestamp)::date and last_day
      and time_entries.day between first_day and last_day
      and current_setting('app.purpose', true) in ('own_time_sheets', 'staff', 'hours_import')
    group by time_entries.day
$$;

create policy employments_import_read on employments for select using (imports_hours(programme, organisation_id));
create policy employments_import_add on employments for insert
    with check (imports_hours(programme, organisation_id) and version = 1);
create policy employments_import_change on employments for update using (imports_hours(programme, organisation_id));

create policy time_sheets_import_read on time_sheets for select using (imports_hours(programme, organisation_id));
create policy time_sheets_import_open on time_sheets for insert
    with check (imports_hours(programme, organisation_id) and state in ('draft', 'locked') and version = 1);
create policy time_sheets_import_change on time_sheets for update
    using (imports_hours(programme, organisation_id) and state = 'draft')
    with check (imports_hours(programme, organisation_id) and state = 'draft');

create policy time_entries_import_add on time_entries for insert
    with check (not correction and purpose_is('hours_import') and exists (
        select from time_sheets where time_sheets.time_sheet_id = time_entries.time_sheet_id and state = 'draft'));
create policy time_entries_import_remove on time_entries for delete
    using (purpose_is('hours_import') and exists (
        select from time_sheets where time_sheets.time_sheet_id = time_entries.time_sheet_id and state = 'draft'));
