-- Who may see and change what. A second net below the use cases: with their checks taken away it still holds.
--
-- Callers: the finance officer of a programme reads and writes its budgets (`finance`); a board member reads budgets and totals, and no
-- line, wage or funding line (`finance_totals`); the consumer and an operator keep the projection; a job stores the files it works under.
-- Relay, anonymous and participant link have no policy here, hence nothing.
-- Where a policy asks for a budget, that table's own policies apply inside it. Nothing of an approved budget can be changed.
set lock_timeout = '2s';

create policy file_versions_read on file_versions for select using (true);
create policy file_versions_job on file_versions for insert with check (principal_is('job'));

create policy budgets_create on budgets for insert
    with check (principal_is('worker') and purpose_is('finance') and programme_in_reach(programme) and state = 'draft' and version = 1);
create policy budgets_read on budgets for select
    using (principal_is('worker') and (purpose_is('finance') or purpose_is('finance_totals')) and programme_in_reach(programme));
create policy budgets_change on budgets for update
    using (principal_is('worker') and purpose_is('finance') and programme_in_reach(programme) and state = 'draft')
    with check (programme_in_reach(programme));

create policy staff_lines_read on staff_lines for select
    using (purpose_is('finance') and exists (select from budgets where budgets.budget_id = staff_lines.budget_id));
create policy staff_lines_add on staff_lines for insert
    with check (purpose_is('finance')
                and exists (select from budgets where budgets.budget_id = staff_lines.budget_id and budgets.state = 'draft'));
create policy staff_lines_change on staff_lines for update
    using (purpose_is('finance')
           and exists (select from budgets where budgets.budget_id = staff_lines.budget_id and budgets.state = 'draft'));
create policy staff_lines_remove on staff_lines for delete
    using (purpose_is('finance')
           and exists (select from budgets where budgets.budget_id = staff_lines.budget_id and budgets.state = 'draft'));

create policy wage_keys_read on wage_keys for select
    using (purpose_is('finance') and exists (select from staff_lines where staff_lines.line_id = wage_keys.line_id));
create policy wage_keys_add on wage_keys for insert
    with check (purpose_is('finance') and exists (select from staff_lines where staff_lines.line_id = wage_keys.line_id));
create policy wage_keys_change on wage_keys for update
    using (purpose_is('finance') and exists (
        select from staff_lines join budgets using (budget_id)
        where staff_lines.line_id = wage_keys.line_id and budgets.state = 'draft'));

create policy funding_lines_read on funding_lines for select
    using (purpose_is('finance') and exists (select from budgets where budgets.budget_id = funding_lines.budget_id));
create policy funding_lines_add on funding_lines for insert
    with check (purpose_is('finance')
                and exists (select from budgets where budgets.budget_id = funding_lines.budget_id and budgets.state = 'draft'));
create policy funding_lines_remove on funding_lines for delete
    using (purpose_is('finance')
           and exists (select from budgets where budgets.budget_id = funding_lines.budget_id and budgets.state = 'draft'));

create policy contributions_read on contributions for select
    using (purpose_is('finance') and exists (select from budgets where budgets.budget_id = contributions.budget_id));
create policy contributions_add on contributions for insert
    with check (purpose_is('finance')
                and exists (select from budgets where budgets.budget_id = contributions.budget_id and budgets.state = 'draft'));
create policy contributions_remove on contributions for delete
    using (purpose_is('finance')
           and exists (select from budgets where budgets.budget_id = contributions.budget_id and budgets.state = 'draft'));

create policy budget_totals_read on budget_totals for select
    using (exists (select from budgets where budgets.budget_id = budget_totals.budget_id));
create policy budget_totals_add on budget_totals for insert
    with check (purpose_is('finance')
                and exists (select from budgets where budgets.budget_id = budget_totals.budget_id and budgets.state = 'draft'));
create policy budget_totals_remove on budget_totals for delete
    using (purpose_is('finance')
           and exists (select from budgets where budgets.budget_id = budget_totals.budget_id and budgets.state = 'draft'));

create policy suggested_hours_read on suggested_hours for select
    using (principal_is('worker') and purpose_is('finance') and programme_in_reach(programme));
create policy suggested_hours_keep on suggested_hours
    using (principal_is('consumer') or principal_is('operator'))
    with check (principal_is('consumer') or principal_is('operator'));

do $$
declare
    runtime text := current_setting('bondgenoot.runtime_role');
begin
    execute format('grant select, insert on file_versions to %I', runtime);
    execute format('grant select, insert, update (state, version, changed_at, changed_by, approved_at, approved_by) on budgets to %I', runtime);
    execute format('grant select, insert, delete, update (row_key, component, partner, partner_kind, worker_id, wage, hours) '
                   'on staff_lines to %I', runtime);
    execute format('grant select, insert, update (region_key_id, wrapped) on wage_keys to %I', runtime);
    execute format('grant select, insert, delete on funding_lines, contributions, budget_totals to %I', runtime);
    execute format('grant select, insert, delete, update (trajectory_sequence, day, time_class, minutes, struck_out) '
                   'on suggested_hours to %I', runtime);
end $$;
