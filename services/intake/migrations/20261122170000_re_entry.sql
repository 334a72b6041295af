-- The same human being comes back: a coordinator joins the new person to the earlier one, episodes end when their trajectory
-- closes, and the events of matching say who is on which case.
set lock_timeout = '2s';

create table person_joins (
    person_id uuid not null,
    joined_to uuid not null,
    joined_at timestamptz not null,
    joined_by uuid not null,
    constraint person_joins_pkey primary key (person_id),
    constraint person_joins_person_id_fkey foreign key (person_id) references persons (person_id),
    constraint person_joins_joined_to_fkey foreign key (joined_to) references persons (person_id),
    constraint person_joins_other_check check (person_id <> joined_to)
);
create index person_joins_joined_to_idx on person_joins (joined_to);
comment on table person_joins is 'Persons whom a coordinator knows to be the same human being as an earlier one, whose participation goes on. Erasing one erases all of them.';
comment on column person_joins.joined_to is 'The person of the participation; joined to nobody.';
alter table person_joins enable row level security;

alter table episodes add column ended_on date;
alter table episodes add constraint episodes_ended_check check ((ended_on is null) or (ended_at is not null));
comment on column episodes.ended_on is 'Last day, as trajectory tells it.';
alter table case_access add column match_id uuid;
create index case_access_match_id_idx on case_access (match_id) where match_id is not null;
comment on column case_access.match_id is 'The match that gives the access.';

create policy person_joins_add on person_joins for insert
    with check (principal_is('worker') and purpose_is('intake')
                and exists (select from referrals where referrals.person_id = person_joins.person_id)
                and exists (select from referrals where referrals.person_id = person_joins.joined_to));
create policy person_joins_read on person_joins for select
    using ((principal_is('worker') and (purpose_is('intake') or purpose_is('erasure')) or principal_is('job'))
           and exists (select from referrals where referrals.person_id = person_joins.person_id));

create policy episodes_read_by_consumer on episodes for select using (principal_is('consumer'));
create policy episodes_end on episodes for update using (principal_is('consumer'));
create policy case_access_begin on case_access for insert with check (principal_is('consumer'));
create policy case_access_read_by_consumer on case_access for select using (principal_is('consumer'));
create policy case_access_end on case_access for update using (principal_is('consumer'));

do $$
declare
    runtime text := current_setting('bondgenoot.runtime_role');
begin
    execute format('grant select, insert on person_joins to %I', runtime);
    execute format('grant update (ended_at, ended_on) on episodes to %I', runtime);
    execute format('grant insert, update (valid_to, match_id) on case_access to %I', runtime);
end $$;
