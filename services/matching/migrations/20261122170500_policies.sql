-- Who may see and change what. A second net below the use cases: with their checks taken away it still holds.
--
-- Callers: who coordinates a programme keeps its workers (purpose `workers`) and its matches (`matching`); who accompanies somebody
-- sees the own matches that run today or later, and with a mandate for an organisation those of that organisation; names of workers
-- (`names`) go to who coordinates, to the worker, and to who is on a case together. The consumer keeps who waits, ends matches
-- and erases; the process stores the files it works under (job). Relay, operator, anybody and participant link have no policy.
-- Where a policy asks for a row of another table, that table's own policies apply inside it.
set lock_timeout = '2s';

create policy file_versions_read on file_versions for select using (true);
create policy file_versions_job on file_versions for insert with check (principal_is('job'));

create policy programmes_job on programmes for insert with check (principal_is('job'));
create policy programmes_read on programmes for select
    using (principal_is('job') or principal_is('worker') and purpose_is('matching') and programme_in_reach(programme));
create policy programmes_count on programmes for update
    using (principal_is('worker') and purpose_is('matching') and programme_in_reach(programme));

create policy mandates_read on mandates for select
    using (principal_is('worker') and (purpose_is('workers') or purpose_is('matching') or purpose_is('names'))
           and whole_programmes() and (programme is null or programme_in_reach(programme)));
create policy mandates_grant on mandates for insert
    with check (principal_is('worker') and purpose_is('workers') and whole_programmes()
                and (programme is null and current_setting('app.programmes', true) = '*' or programme_in_reach(programme)));
create policy mandates_end on mandates for update
    using (principal_is('worker') and purpose_is('workers') and whole_programmes()
           and (programme is null and current_setting('app.programmes', true) = '*' or programme_in_reach(programme)));

create policy matches_read on matches for select
    using (principal_is('consumer')
           or principal_is('worker') and (purpose_is('matching') or purpose_is('workers')) and programme_in_reach(programme)
           or principal_is('worker') and (purpose_is('matching') or purpose_is('names'))
              and (last_day is null or last_day >= today_in_region())
              and (worker_id = caller_worker() or purpose_is('matching') and organisation_in_reach(organisation_id, programme)));
create policy matches_begin on matches for insert
    with check (principal_is('worker') and purpose_is('matching') and programme_in_reach(programme));
create policy matches_change on matches for update
    using (principal_is('consumer') or principal_is('worker') and purpose_is('matching') and programme_in_reach(programme));

-- Whom a worker accompanied is in no other reach of a colleague, so this asks as the owner; RLS does not bind owners here.
create function shares_a_case(worker uuid) returns boolean language sql stable security definer set search_path = public as $$
    select exists (
        select from matches as own
        join matches as other on other.participation_id = own.participation_id
        where own.worker_id = caller_worker() and other.worker_id = worker
          and (own.last_day is null or own.last_day >= today_in_region()))
$$;
comment on function shares_a_case is 'Whether the caller accompanies, today or later, somebody whom this worker accompanies or accompanied. Runs as the owner: whom others accompanied is in no other reach of the caller.';

create policy workers_add on workers for insert
    with check (principal_is('worker') and purpose_is('workers') and programme_in_reach(programme));
create policy workers_read on workers for select
    using (principal_is('worker')
           and ((purpose_is('workers') or purpose_is('matching') or purpose_is('names'))
                and (programme_in_reach(programme)
                     or exists (select from mandates where mandates.worker_id = workers.worker_id))
                or purpose_is('names') and (worker_id = caller_worker() or shares_a_case(worker_id))));
create policy workers_change on workers for update
    using (principal_is('worker') and (purpose_is('workers') or purpose_is('matching'))
           and (programme_in_reach(programme)
                or exists (select from mandates where mandates.worker_id = workers.worker_id)));

create policy worker_keys_add on worker_keys for insert with check (principal_is('worker') and purpose_is('workers') and whole_programmes());
create policy worker_keys_read on worker_keys for select
    using (exists (select from workers where workers.worker_id = worker_keys.worker_id));

create policy capacities_read on capacities for select
    using (not purpose_is('names') and exists (select from workers where workers.worker_id = capacities.worker_id));
create policy capacities_set on capacities for insert
    with check (principal_is('worker') and purpose_is('workers') and programme_in_reach(programme));
create policy capacities_change on capacities for update
    using (principal_is('worker') and purpose_is('workers') and programme_in_reach(programme));

create policy waiting_keep on waiting using (principal_is('consumer')) with check (principal_is('consumer'));
create policy waiting_read on waiting for select
    using (principal_is('worker') and purpose_is('matching') and programme_in_reach(programme));
create policy waiting_match on waiting for update
    using (principal_is('worker') and purpose_is('matching') and programme_in_reach(programme));

create policy proposals_add on proposals for insert
    with check (principal_is('worker') and purpose_is('matching') and programme_in_reach(programme));
create policy proposals_read on proposals for select
    using (principal_is('consumer') or principal_is('worker') and purpose_is('matching') and programme_in_reach(programme));
create policy proposals_change on proposals for update
    using (principal_is('consumer') or principal_is('worker') and purpose_is('matching') and programme_in_reach(programme));

create policy person_keys_keep on person_keys using (principal_is('consumer')) with check (principal_is('consumer'));
create policy person_keys_read on person_keys for select
    using (principal_is('worker') and purpose_is('matching') and whole_programmes()
           and (exists (select from waiting where waiting.person_id = person_keys.person_id)
                or exists (select from proposals where proposals.person_id = person_keys.person_id)
                or exists (select from matches where matches.person_id = person_keys.person_id)));

do $$
declare
    runtime text := current_setting('bondgenoot.runtime_role');
begin
    execute format('grant select, insert on file_versions, worker_keys to %I', runtime);
    execute format('grant select, insert, update (confirmations) on programmes to %I', runtime);
    execute format('grant select, insert, update (name, organisation_id, languages, municipalities, expertise, gender, starter_gate, '
                   'version, changed_at, changed_by) on workers to %I', runtime);
    execute format('grant select, insert, update (valid_to, ended_at, ended_by) on mandates to %I', runtime);
    execute format('grant select, insert, update (share, valid_to, set_at, set_by) on capacities to %I', runtime);
    execute format('grant select, insert, update (region_key_id, wrapped, destroyed_at) on person_keys to %I', runtime);
    execute format('grant select, insert, delete, update (matched_at, closed_at) on waiting to %I', runtime);
    execute format('grant select, insert, update (input, input_sha256, answer, answer_sha256, match_id) on proposals to %I', runtime);
    execute format('grant select, insert, update (last_day, reason, ending, end_reason, version, changed_at, changed_by) on matches to %I', runtime);
end $$;
