-- What reporting keeps of referrals and admissions: ids, codes and times out of intake's events. Each table belongs to one
-- kind of aggregate, so that an aggregate can be forgotten and told again without touching another's. Every row carries the
-- generation of the projections it belongs to: a rebuild fills the next one while readers stay on theirs.
set lock_timeout = '2s';

create table referral_facts (
    generation bigint not null,
    referral_id uuid not null,
    referral_sequence bigint not null,
    person_id uuid,
    programme text not null,
    programme_version text not null,
    channel text not null,
    municipality_nis text not null,
    submitted_at timestamptz not null,
    screening_outcome text,
    screened_at timestamptz,
    refusal_reason text,
    alternative_named boolean,
    reply_until date,
    refused_at timestamptz,
    withdrawal_reason text,
    withdrawn_at timestamptz,
    state text not null generated always as (
        case
            when withdrawn_at is not null then 'withdrawn'
            when refused_at is not null then 'refused'
            when screened_at is not null then 'screened'
            else 'submitted'
        end
    ) stored,
    constraint referral_facts_pkey primary key (generation, referral_id),
    constraint referral_facts_generation_check check (generation >= 1),
    constraint referral_facts_referral_sequence_check check (referral_sequence >= 1),
    constraint referral_facts_municipality_nis_check check (municipality_nis ~ '^[0-9]{5}$'),
    constraint referral_facts_screening_outcome_check check (screening_outcome in ('eligible', 'manual', 'not_eligible')),
    constraint referral_facts_screening_check check ((screening_outcome is null) = (screened_at is null)),
    constraint referral_facts_refusal_check check (
        (refused_at is null) = (refusal_reason is null)
        and (refused_at is null) = (reply_until is null)
        and (refused_at is null) = (alternative_named is null)
    ),
    constraint referral_facts_withdrawal_check check ((withdrawn_at is null) = (withdrawal_reason is null)),
    constraint referral_facts_one_end_check check (refused_at is null or withdrawn_at is null)
);
create index referral_facts_period_idx on referral_facts (generation, programme, submitted_at);
create index referral_facts_person_idx on referral_facts (generation, person_id) where person_id is not null;
comment on table referral_facts is 'One row per referral: what its events said. Ids, codes and times; nothing personal.';
comment on column referral_facts.referral_sequence is 'Sequence of the newest event of the referral in this row; an older or equal one changes nothing.';
comment on column referral_facts.person_id is 'Person as named at submission; null once that person was erased. The referral keeps counting.';
comment on column referral_facts.municipality_nis is 'NIS code as valid on the day of submission; never moved along with a merger.';
comment on column referral_facts.reply_until is 'Last day of the right of reply, a day of the region.';
comment on column referral_facts.state is 'By the events of the referral alone; a row in admissions makes it admitted.';

create table referral_reasons (
    generation bigint not null,
    referral_id uuid not null,
    reason text not null,
    programme text not null,
    constraint referral_reasons_pkey primary key (generation, referral_id, reason),
    constraint referral_reasons_referral_fkey foreign key (generation, referral_id)
        references referral_facts (generation, referral_id) on delete cascade
);
comment on table referral_reasons is 'Why somebody was referred: one row per referral and reason.';
comment on column referral_reasons.programme is 'Programme of the referral, for row-level security.';

create table admissions (
    generation bigint not null,
    referral_id uuid not null,
    participation_id uuid not null,
    participation_sequence bigint not null,
    episode_id uuid not null,
    programme text not null,
    programme_version text not null,
    admitted_at timestamptz not null,
    constraint admissions_pkey primary key (generation, referral_id),
    constraint admissions_generation_check check (generation >= 1),
    constraint admissions_participation_sequence_check check (participation_sequence >= 1)
);
create index admissions_participation_idx on admissions (generation, participation_id);
comment on table admissions is 'One row per admission, by the referral that led to it. Belongs to the participation: it outlives a forgotten referral, which is why it has no foreign key.';
comment on column admissions.participation_id is 'Survives re-entry: a participation has an admission per referral that led to one.';

create table erased_persons (
    generation bigint not null,
    person_id uuid not null,
    erased_at timestamptz not null,
    constraint erased_persons_pkey primary key (generation, person_id),
    constraint erased_persons_generation_check check (generation >= 1)
);
comment on table erased_persons is 'Persons whose data intake erased: a referral of theirs that arrives later, or is told again, keeps no person id.';

alter table referral_facts enable row level security;
alter table referral_reasons enable row level security;
alter table admissions enable row level security;
alter table erased_persons enable row level security;

-- Workers read by programme, as far as their mandate reaches. An empty or missing setting reaches nothing.
create policy referral_facts_read on referral_facts for select using (
    (select nullif(current_setting('app.principal', true), '')) = 'worker'
    and ((select nullif(current_setting('app.programmes', true), '')) = '*'
         or programme = any (string_to_array((select nullif(current_setting('app.programmes', true), '')), ',')))
);
create policy referral_reasons_read on referral_reasons for select using (
    (select nullif(current_setting('app.principal', true), '')) = 'worker'
    and ((select nullif(current_setting('app.programmes', true), '')) = '*'
         or programme = any (string_to_array((select nullif(current_setting('app.programmes', true), '')), ',')))
);
create policy admissions_read on admissions for select using (
    (select nullif(current_setting('app.principal', true), '')) = 'worker'
    and ((select nullif(current_setting('app.programmes', true), '')) = '*'
         or programme = any (string_to_array((select nullif(current_setting('app.programmes', true), '')), ',')))
);

-- The consumer writes; an operator rebuilds and forgets.
create policy referral_facts_keep on referral_facts
    using ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'))
    with check ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'));
create policy referral_reasons_keep on referral_reasons
    using ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'))
    with check ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'));
create policy admissions_keep on admissions
    using ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'))
    with check ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'));
create policy erased_persons_keep on erased_persons
    using ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'))
    with check ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'));

do $$
declare
    runtime text := current_setting('bondgenoot.runtime_role');
begin
    execute format(
        'grant select, insert, delete,
               update (referral_sequence, person_id, screening_outcome, screened_at, refusal_reason, alternative_named,
                       reply_until, refused_at, withdrawal_reason, withdrawn_at)
         on referral_facts to %I', runtime);
    execute format('grant select, insert, delete on referral_reasons, admissions, erased_persons to %I', runtime);
end $$;
