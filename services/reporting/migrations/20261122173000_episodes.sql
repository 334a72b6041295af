-- An admission is the beginning of an episode: it remembers from when the person waited, whether it is a re-entry, and the end
-- of the episode. What was admitted before gets the same from what is here; a rebuild gives it from the events.
set lock_timeout = '2s';

alter table admissions
    add column re_entry boolean not null default false,
    add column referred_at timestamptz,
    add column ended_on date,
    add column ended_at timestamptz,
    add constraint admissions_end_check check ((ended_on is null) = (ended_at is null));
comment on column admissions.re_entry is 'Whether the person took part before: the same participation, another episode.';
comment on column admissions.referred_at is 'When the referral that led to it was received; null for an admission applied before this column, whose referral is not known.';
comment on column admissions.ended_on is 'Last day of the episode, a day of the region; null while it runs.';
comment on column admissions.participation_sequence is 'Sequence of the newest event of the participation in this row.';

update admissions
set referred_at = fact.submitted_at
from referral_facts as fact
where fact.generation = admissions.generation
  and fact.referral_id = admissions.referral_id;
update admissions
set re_entry = true
where exists (
    select 1
    from admissions as earlier
    where earlier.generation = admissions.generation
      and earlier.participation_id = admissions.participation_id
      and earlier.participation_sequence < admissions.participation_sequence
);

create index admissions_period_idx on admissions (generation, programme, admitted_at);
create index admissions_episode_idx on admissions (generation, episode_id);

do $$
begin
    execute format('grant update (participation_sequence, ended_on, ended_at) on admissions to %I',
                   current_setting('bondgenoot.runtime_role'));
end $$;
