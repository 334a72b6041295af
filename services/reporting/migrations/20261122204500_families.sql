-- Who belongs to the families that take part: how many, what they are in the family, the school year of children. No person is
-- named: nothing here has to be erased.
set lock_timeout = '2s';

create table family_facts (
    generation bigint not null,
    participation_id uuid not null,
    participation_sequence bigint not null,
    programme text not null,
    relations text[] not null,
    school_years text[] not null,
    in_focus boolean[] not null,
    left_on date[] not null,
    recorded_at timestamptz not null,
    constraint family_facts_pkey primary key (generation, participation_id),
    constraint family_facts_generation_check check (generation >= 1),
    constraint family_facts_participation_sequence_check check (participation_sequence >= 1),
    constraint family_facts_relations_check check (relations <@ array['parent', 'child', 'other']),
    constraint family_facts_members_check check (
        cardinality(school_years) = cardinality(relations) and cardinality(in_focus) = cardinality(relations)
        and cardinality(left_on) = cardinality(relations)
    )
);
create index family_facts_programme_idx on family_facts (generation, programme);
comment on table family_facts is 'One row per family that takes part, as its newest event told it: one place in each list per member.';
comment on column family_facts.participation_sequence is 'Sequence of the newest event about the family.';
comment on column family_facts.school_years is 'Codes of the programme file; empty text when there is none.';
comment on column family_facts.in_focus is 'Whether the programme is there for this school year first of all, by the file of the day.';
comment on column family_facts.left_on is 'Day on which the member left; null for who belongs to the family.';
alter table family_facts enable row level security;

create policy family_facts_read on family_facts for select using (
    (select nullif(current_setting('app.principal', true), '')) = 'worker'
    and ((select nullif(current_setting('app.programmes', true), '')) = '*'
         or programme = any (string_to_array((select nullif(current_setting('app.programmes', true), '')), ',')))
);
create policy family_facts_keep on family_facts
    using ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'))
    with check ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'));

do $$
declare
    runtime text := current_setting('bondgenoot.runtime_role');
begin
    execute format('grant select, insert, delete on family_facts to %I', runtime);
    execute format(
        'grant update (participation_sequence, programme, relations, school_years, in_focus, left_on, recorded_at) on family_facts to %I',
        runtime);
end $$;
