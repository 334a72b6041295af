-- Who may see and change what. A second net below the use cases: with their checks taken away it still holds.
--
-- Callers: a worker of an RPC of trajectory sees the cases they are on today, with a mandate for an organisation those on which
-- that organisation is today, with one for a programme every case of it. Only who is on the case writes in it, but for its end,
-- its closing evaluation, its duties and the measures that keep them, which a coordinator may write as well. Words and numbers
-- above the class `normal` are read only by who is on the case in a role that reaches the class. The service itself (consumer,
-- job, operator's repair) does what events and days ask for. Everybody else has no policy here, hence nothing.
-- Policies on trajectories ask only case_access, and case_access asks nobody: no policy runs in a circle.
set lock_timeout = '2s';

create policy file_versions_read on file_versions for select using (true);
create policy file_versions_job on file_versions for insert with check (principal_is('job'));

create policy case_access_read on case_access for select
    using (is_own_process()
           or is_on_trajectories()
              and (worker_id = caller_worker() or programme_in_reach(programme) or organisation_in_reach(organisation_id, programme)));
create policy case_access_add on case_access for insert with check (is_own_process());
create policy case_access_end on case_access for update using (is_own_process());
create policy case_access_remove on case_access for delete using (is_own_process());

create function is_on_case(trajectory uuid) returns boolean language sql stable as $$
    select exists (
        select from case_access
        where case_access.trajectory_id = trajectory and case_access.worker_id = caller_worker()
          and case_access.valid_from <= today_in_region()
          and (case_access.valid_to is null or today_in_region() <= case_access.valid_to))
$$;
comment on function is_on_case is 'Whether the caller accompanies this trajectory today.';

create function reaches_class(trajectory uuid, class text) returns boolean language sql stable as $$
    select class = 'normal' or exists (
        select from case_access
        where case_access.trajectory_id = trajectory and case_access.worker_id = caller_worker()
          and case_access.domain_class = class
          and case_access.valid_from <= today_in_region()
          and (case_access.valid_to is null or today_in_region() <= case_access.valid_to))
$$;
comment on function reaches_class is 'Whether the caller may read what is of this secrecy class in a trajectory that the caller sees.';

create policy trajectories_read on trajectories for select
    using (is_own_process()
           or is_on_trajectories() and (
               programme_in_reach(programme)
               or exists (
                   select from case_access
                   where case_access.trajectory_id = trajectories.trajectory_id
                     and (case_access.worker_id = caller_worker()
                          or organisation_in_reach(case_access.organisation_id, case_access.programme))
                     and case_access.valid_from <= today_in_region()
                     and (case_access.valid_to is null or today_in_region() <= case_access.valid_to))));
create policy trajectories_open on trajectories for insert with check (is_own_process());
create policy trajectories_change on trajectories for update
    using (is_own_process() or is_on_trajectories() and (programme_in_reach(programme) or is_on_case(trajectory_id)));

create policy person_keys_read on person_keys for select
    using (is_own_process() or exists (select from trajectories where trajectories.person_id = person_keys.person_id));
create policy person_keys_make on person_keys for insert with check (is_own_process());
create policy person_keys_destroy on person_keys for update using (is_own_process());

create policy matches_read on matches for select
    using (exists (select from trajectories where trajectories.trajectory_id = matches.trajectory_id));
create policy matches_add on matches for insert with check (is_own_process());
create policy matches_end on matches for update using (is_own_process());
create policy matches_remove on matches for delete using (is_own_process());

create policy words_read on words for select
    using (is_own_process()
           or exists (select from trajectories where trajectories.trajectory_id = words.trajectory_id)
              and reaches_class(trajectory_id, domain_class));
create policy words_write on words for insert
    with check (is_on_case(trajectory_id)
                or kind in ('evaluation', 'handover')
                   and exists (select from trajectories
                               where trajectories.trajectory_id = words.trajectory_id and programme_in_reach(trajectories.programme)));
create policy words_erase on words for update using (is_own_process());

create policy closing_evaluations_read on closing_evaluations for select
    using (exists (select from trajectories where trajectories.trajectory_id = closing_evaluations.trajectory_id));
create policy closing_evaluations_add on closing_evaluations for insert
    with check (is_on_case(trajectory_id)
                or exists (select from trajectories
                           where trajectories.trajectory_id = closing_evaluations.trajectory_id and programme_in_reach(trajectories.programme)));

create policy contacts_read on contacts for select
    using (exists (select from trajectories where trajectories.trajectory_id = contacts.trajectory_id));
create policy contacts_add on contacts for insert with check (is_on_case(trajectory_id));
create policy contacts_change on contacts for update using (is_on_case(trajectory_id));

create policy contact_versions_read on contact_versions for select
    using (exists (select from contacts where contacts.contact_id = contact_versions.contact_id));
create policy contact_versions_add on contact_versions for insert
    with check (exists (select from contacts where contacts.contact_id = contact_versions.contact_id and is_on_case(contacts.trajectory_id)));

create policy goals_read on goals for select
    using (exists (select from trajectories where trajectories.trajectory_id = goals.trajectory_id));
create policy goals_add on goals for insert with check (is_on_case(trajectory_id));
create policy goals_change on goals for update using (is_on_case(trajectory_id));

create policy next_steps_read on next_steps for select
    using (exists (select from trajectories where trajectories.trajectory_id = next_steps.trajectory_id));
create policy next_steps_add on next_steps for insert with check (is_on_case(trajectory_id));
create policy next_steps_change on next_steps for update using (is_on_case(trajectory_id));

create policy measures_read on measures for select
    using (exists (select from trajectories where trajectories.trajectory_id = measures.trajectory_id));
create policy measures_add on measures for insert
    with check (is_on_case(trajectory_id)
                or exists (select from trajectories
                           where trajectories.trajectory_id = measures.trajectory_id and programme_in_reach(trajectories.programme)));

create policy measure_values_read on measure_values for select
    using (exists (select from measures where measures.measure_id = measure_values.measure_id)
           and reaches_class(trajectory_id, domain_class));
create policy measure_values_add on measure_values for insert
    with check (exists (select from measures
                        where measures.measure_id = measure_values.measure_id and measures.trajectory_id = measure_values.trajectory_id));

create policy duties_read on duties for select
    using (is_own_process() or exists (select from trajectories where trajectories.trajectory_id = duties.trajectory_id));
create policy duties_add on duties for insert
    with check (is_own_process() or exists (select from trajectories where trajectories.trajectory_id = duties.trajectory_id));
create policy duties_change on duties for update
    using (is_own_process() or is_on_case(trajectory_id)
           or exists (select from trajectories
                      where trajectories.trajectory_id = duties.trajectory_id and programme_in_reach(trajectories.programme)));

create policy visit_plans_read on visit_plans for select
    using (exists (select from trajectories where trajectories.trajectory_id = visit_plans.trajectory_id));
create policy visit_plans_add on visit_plans for insert with check (is_on_case(trajectory_id));

create policy visits_read on visits for select
    using (exists (select from trajectories where trajectories.trajectory_id = visits.trajectory_id));
create policy visits_add on visits for insert with check (is_on_case(trajectory_id));
create policy visits_change on visits for update using (is_on_case(trajectory_id));

do $$
declare
    runtime text := current_setting('bondgenoot.runtime_role');
begin
    execute format('grant select, insert on file_versions, contact_versions, closing_evaluations, measures, measure_values, visit_plans to %I', runtime);
    execute format('grant select, insert, update (region_key_id, wrapped, destroyed_at) on person_keys to %I', runtime);
    execute format('grant select, insert, update (state, closed_on, closed_at, exit_reason, exit_outcome, handover_confirmed_on, '
                   'last_reached_on, version, changed_at, changed_by) on trajectories to %I', runtime);
    execute format('grant select, insert, delete, update (last_day) on matches to %I', runtime);
    execute format('grant select, insert, delete, update (valid_to) on case_access to %I', runtime);
    execute format('grant select, insert, update (sealed) on words to %I', runtime);
    execute format('grant select, insert, update (day, outcome, time_class, minutes, domain, note_version, struck_out, version, '
                   'changed_at, changed_by) on contacts to %I', runtime);
    execute format('grant select, insert, update (state, closed_on, version, changed_at, changed_by) on goals to %I', runtime);
    execute format('grant select, insert, update (state, version, changed_at, changed_by) on next_steps to %I', runtime);
    execute format('grant select, insert, update (state, kept_on, changes_on, changed_at, changed_by) on duties to %I', runtime);
    execute format('grant select, insert, update (day, state, version, changed_at, changed_by) on visits to %I', runtime);
end $$;
