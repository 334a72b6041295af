-- Who may see and change what. A second net below the use cases: with their checks taken away it still holds.
--
-- Callers: anybody may submit (purpose `public`) and reads nothing back; a coordinator works in the programmes of the mandate
-- (`intake`); a data protection officer erases (`erasure`); names are given to who coordinates the programme or is on the case
-- (`names`); the process itself forgets what was kept long enough, erases again after a restore, and stores the files it works under (job, `process`). Consumer,
-- relay, operator and participant link have no policy here, hence nothing.
-- Where a policy asks for a referral, that table's own policies apply inside it.
set lock_timeout = '2s';

create policy file_versions_read on file_versions for select using (true);
create policy file_versions_job on file_versions for insert with check (principal_is('job'));

create policy referrals_submit on referrals for insert
    with check (purpose_is('public') and state = 'submitted' and version = 1 and changed_by is null);
create policy referrals_read on referrals for select
    using ((principal_is('worker') and (purpose_is('intake') or purpose_is('erasure') or purpose_is('names')) or principal_is('job'))
           and programme_in_reach(programme));
create policy referrals_change on referrals for update
    using ((principal_is('worker') and (purpose_is('intake') or purpose_is('erasure')) or principal_is('job'))
           and programme_in_reach(programme));

create policy person_keys_submit on person_keys for insert with check (purpose_is('public') and destroyed_at is null);
create policy person_keys_read on person_keys for select
    using (exists (select from referrals where referrals.person_id = person_keys.person_id)
           or purpose_is('names') and exists (
               select from participations join case_access using (participation_id)
               where participations.person_id = person_keys.person_id));
create policy person_keys_destroy on person_keys for update
    using ((purpose_is('erasure') or principal_is('job'))
           and exists (select from referrals where referrals.person_id = person_keys.person_id));

create policy persons_submit on persons for insert
    with check (purpose_is('public') and birth_date is null and national_number is null);
create policy persons_read on persons for select
    using (exists (select from referrals where referrals.person_id = persons.person_id)
           or purpose_is('names') and exists (
               select from participations join case_access using (participation_id)
               where participations.person_id = persons.person_id));
create policy persons_change on persons for update
    using ((purpose_is('intake') or purpose_is('erasure') or principal_is('job'))
           and exists (select from referrals where referrals.person_id = persons.person_id));

create policy duplicate_keys_submit on duplicate_keys for insert
    with check (purpose_is('public')
                or purpose_is('intake') and exists (select from referrals where referrals.person_id = duplicate_keys.person_id));
create policy duplicate_keys_read on duplicate_keys for select
    using (exists (select from referrals where referrals.person_id = duplicate_keys.person_id));
create policy duplicate_keys_remove on duplicate_keys for delete
    using ((purpose_is('intake') or purpose_is('erasure') or principal_is('job'))
           and exists (select from referrals where referrals.person_id = duplicate_keys.person_id));

create policy screenings_add on screenings for insert
    with check (purpose_is('intake') and exists (select from referrals where referrals.referral_id = screenings.referral_id));
create policy screenings_read on screenings for select
    using (not purpose_is('names') and exists (select from referrals where referrals.referral_id = screenings.referral_id));
create policy screenings_erase on screenings for update
    using ((purpose_is('erasure') or principal_is('job'))
           and exists (select from referrals where referrals.referral_id = screenings.referral_id));

create policy decisions_add on decisions for insert
    with check (purpose_is('intake') and exists (select from referrals where referrals.referral_id = decisions.referral_id));
create policy decisions_read on decisions for select
    using (not purpose_is('names') and exists (select from referrals where referrals.referral_id = decisions.referral_id));
create policy decisions_erase on decisions for update
    using ((purpose_is('erasure') or principal_is('job'))
           and exists (select from referrals where referrals.referral_id = decisions.referral_id));

create policy case_access_own on case_access for select
    using (principal_is('worker') and worker_id = caller_worker()
           and valid_from <= today_in_region() and (valid_to is null or today_in_region() <= valid_to));

create policy participations_add on participations for insert
    with check (principal_is('worker') and purpose_is('intake') and programme_in_reach(programme));
create policy participations_read on participations for select
    using (principal_is('worker') and purpose_is('intake') and programme_in_reach(programme)
           or purpose_is('names') and exists (
               select from case_access where case_access.participation_id = participations.participation_id));

create policy episodes_add on episodes for insert
    with check (purpose_is('intake')
                and exists (select from participations where participations.participation_id = episodes.participation_id));
create policy episodes_read on episodes for select
    using (purpose_is('intake')
           and exists (select from participations where participations.participation_id = episodes.participation_id));

create policy erasures_add on erasures for insert with check (principal_is('worker') and purpose_is('erasure') or principal_is('job') and ground = 'retention');
create policy erasures_read on erasures for select using (purpose_is('erasure') or principal_is('job'));

do $$
declare
    runtime text := current_setting('bondgenoot.runtime_role');
begin
    execute format('grant select, insert on file_versions to %I', runtime);
    execute format('grant select, insert, update (region_key_id, wrapped, destroyed_at) on person_keys to %I', runtime);
    execute format('grant select, insert, update (name, contact, birth_date, national_number) on persons to %I', runtime);
    execute format('grant select, insert, delete on duplicate_keys to %I', runtime);
    execute format('grant select, insert, update (referrer_name, referrer_organisation, referrer_contact, note, state, version, '
                   'changed_at, changed_by) on referrals to %I', runtime);
    execute format('grant select, insert, update (answers) on screenings to %I', runtime);
    execute format('grant select, insert, update (alternative, motivation) on decisions to %I', runtime);
    execute format('grant select, insert on participations, episodes to %I', runtime);
    execute format('grant select on case_access to %I', runtime);
    execute format('grant select, insert on erasures to %I', runtime);
end $$;
