-- Who belongs to a family: each member is a person under a key of their own, recorded for the person who was referred.
set lock_timeout = '2s';

create table family_members (
    person_id uuid not null,
    referred_person_id uuid not null,
    participation_id uuid,
    programme text not null,
    programme_version integer not null,
    programme_hash text not null,
    relation text not null,
    school_year text,
    school bytea,
    recorded_at timestamptz not null,
    version bigint not null,
    changed_at timestamptz not null,
    changed_by uuid,
    removed_why text,
    left_on date,
    constraint family_members_pkey primary key (person_id),
    constraint family_members_person_id_fkey foreign key (person_id) references persons (person_id),
    constraint family_members_referred_person_id_fkey foreign key (referred_person_id) references persons (person_id),
    constraint family_members_participation_id_fkey foreign key (participation_id) references participations (participation_id),
    constraint family_members_programme_hash_fkey foreign key (programme_hash) references file_versions (hash),
    constraint family_members_relation_check check (relation in ('parent', 'child', 'other')),
    constraint family_members_school_check check (relation = 'child' or school_year is null and school is null),
    constraint family_members_version_check check (version >= 1),
    constraint family_members_removed_check check (removed_why in ('left', 'mistake')),
    constraint family_members_left_check check ((left_on is not null) = (removed_why is not distinct from 'left'))
);
create index family_members_referred_person_id_idx on family_members (referred_person_id);
create index family_members_participation_id_idx on family_members (participation_id) where participation_id is not null;
comment on table family_members is 'The members of families in programmes for families. Name and birth date are those of the person.';
comment on column family_members.referred_person_id is 'The person for whose family the member was recorded; the member itself when it is the person who was referred.';
comment on column family_members.participation_id is 'The participation of the family; null before the admission.';
comment on column family_members.programme_hash is 'The programme file whose school years were used at the latest change.';
comment on column family_members.school is 'Sealed under the key of the member; null once erased.';
comment on column family_members.version is 'Counts every change; the ETag.';
comment on column family_members.changed_by is 'Worker of the latest change; null when it was the process itself.';
comment on column family_members.removed_why is '`left`: was reached, and counts. `mistake`: was never a member, and counts nowhere. Null for who belongs to the family.';
comment on column family_members.left_on is 'Day on which they left, in the region''s calendar.';
alter table family_members enable row level security;

-- Coordinators of the programme, the data protection officer, the process itself; and whoever is on the case today.
create policy family_members_read on family_members for select
    using ((principal_is('worker')
            and (purpose_is('intake') or purpose_is('family') or purpose_is('names') or purpose_is('erasure'))
            or principal_is('job'))
           and programme_in_reach(programme)
           or principal_is('worker') and (purpose_is('family') or purpose_is('names')) and exists (
               select from case_access where case_access.participation_id = family_members.participation_id));
create policy family_members_add on family_members for insert
    with check (principal_is('worker') and purpose_is('intake') and programme_in_reach(programme)
                and exists (select from referrals where referrals.person_id = family_members.referred_person_id));
create policy family_members_change on family_members for update
    using ((principal_is('worker') and (purpose_is('intake') or purpose_is('erasure')) or principal_is('job'))
           and programme_in_reach(programme));

-- A member has no referral: what the policies of persons and keys ask of a referral they ask here of the family.
create policy person_keys_of_member_add on person_keys for insert
    with check (principal_is('worker') and purpose_is('intake') and destroyed_at is null);
create policy person_keys_of_member_read on person_keys for select
    using (exists (select from family_members where family_members.person_id = person_keys.person_id));
create policy person_keys_of_member_destroy on person_keys for update
    using ((purpose_is('erasure') or principal_is('job'))
           and exists (select from family_members where family_members.person_id = person_keys.person_id)
           -- Recorded by mistake: never the key of a person who was referred.
           or purpose_is('intake') and exists (
               select from family_members
               where family_members.person_id = person_keys.person_id
                 and family_members.person_id <> family_members.referred_person_id
                 and family_members.removed_why = 'mistake'));
create policy persons_of_member_add on persons for insert
    with check (principal_is('worker') and purpose_is('intake') and contact is null and national_number is null);
create policy persons_of_member_read on persons for select
    using (exists (select from family_members where family_members.person_id = persons.person_id));
create policy persons_of_member_change on persons for update
    using ((purpose_is('intake') or purpose_is('erasure') or principal_is('job'))
           and exists (select from family_members where family_members.person_id = persons.person_id));
create policy erasures_of_member_add on erasures for insert
    with check (principal_is('worker') and purpose_is('intake') and ground = 'mistake' and exists (
        select from family_members
        where family_members.person_id = erasures.person_id
          and family_members.person_id <> family_members.referred_person_id
          and family_members.removed_why = 'mistake'));
create policy erasures_of_member_read on erasures for select
    using (purpose_is('intake') and exists (select from family_members where family_members.person_id = erasures.person_id));

-- Whoever is on the case reads the family of the participation.
create policy participations_read_family on participations for select
    using (principal_is('worker') and purpose_is('family')
           and (programme_in_reach(programme)
                or exists (select from case_access where case_access.participation_id = participations.participation_id)));

do $$
begin
    execute format('grant select, insert, update (participation_id, programme_version, programme_hash, relation, school_year, school, '
                   'version, changed_at, changed_by, removed_why, left_on) on family_members to %I',
                   current_setting('bondgenoot.runtime_role'));
end $$;
