-- Proposals and the matches that follow from them.
set lock_timeout = '2s';

create table proposals (
    proposal_id uuid not null,
    episode_id uuid not null,
    participation_id uuid not null,
    person_id uuid not null,
    programme text not null,
    programme_version integer not null,
    programme_hash text not null,
    first_day date not null,
    input bytea,
    input_sha256 text,
    answer bytea,
    answer_sha256 text,
    answer_until date not null,
    proposed_at timestamptz not null,
    proposed_by uuid not null,
    match_id uuid,
    constraint proposals_pkey primary key (proposal_id),
    constraint proposals_match_id_key unique (match_id),
    constraint proposals_person_id_fkey foreign key (person_id) references person_keys (person_id),
    constraint proposals_programme_hash_fkey foreign key (programme_hash) references file_versions (hash),
    constraint proposals_kept_check check (
        (input is null) = (input_sha256 is null) and (input is null) = (answer is null)
        and (input is null) = (answer_sha256 is null)
    )
);
create index proposals_person_id_idx on proposals (person_id);
comment on table proposals is 'What was proposed, with everything that went in: the same input gives the same answer, bit for bit.';
comment on column proposals.input is 'Sealed under the person''s key: the canonical JSON of the input; null once erased, as are answer and hashes.';
comment on column proposals.input_sha256 is 'SHA-256 of the canonical JSON before it was sealed.';
comment on column proposals.match_id is 'The match that was confirmed on it; none twice.';
alter table proposals enable row level security;

create table matches (
    match_id uuid not null,
    participation_id uuid not null,
    episode_id uuid not null,
    person_id uuid not null,
    worker_id uuid not null,
    organisation_id uuid not null,
    role text not null,
    programme text not null,
    programme_version integer not null,
    programme_hash text not null,
    weight_code text not null,
    weight numeric not null,
    first_day date not null,
    last_day date,
    over_capacity boolean not null,
    overridden boolean not null,
    reason bytea,
    proposal_id uuid,
    follows_match_id uuid,
    confirmed_at timestamptz not null,
    confirmed_by uuid not null,
    ending text,
    end_reason bytea,
    version bigint not null,
    changed_at timestamptz not null,
    changed_by uuid,
    constraint matches_pkey primary key (match_id),
    constraint matches_follows_match_id_key unique (follows_match_id),
    constraint matches_follows_match_id_fkey foreign key (follows_match_id) references matches (match_id),
    constraint matches_worker_id_fkey foreign key (worker_id) references workers (worker_id),
    constraint matches_person_id_fkey foreign key (person_id) references person_keys (person_id),
    constraint matches_programme_hash_fkey foreign key (programme_hash) references file_versions (hash),
    constraint matches_proposal_id_fkey foreign key (proposal_id) references proposals (proposal_id),
    constraint matches_weight_check check (weight >= 0),
    constraint matches_period_check check (last_day >= first_day - 1),
    constraint matches_ending_check check (ending in ('trajectory_closed', 'handed_over', 'stopped')),
    constraint matches_ended_check check ((last_day is null) = (ending is null)),
    constraint matches_version_check check (version >= 1)
);
create unique index matches_one_open_idx on matches (episode_id) where last_day is null;
create index matches_page_idx on matches (programme, confirmed_at desc, match_id desc);
create index matches_worker_id_idx on matches (worker_id, programme);
create index matches_participation_id_idx on matches (participation_id, first_day);
create index matches_person_id_idx on matches (person_id);
comment on table matches is 'Who accompanies whom, from when to when. At most one of an episode is open.';
comment on column matches.weight is 'How many cases it counts for, by the programme file of the confirmation.';
comment on column matches.last_day is 'Null while it runs. The day before the first when it never began.';
comment on column matches.reason is 'Sealed under the person''s key: why another was chosen, one goes over capacity, or it was handed over; null when nothing was written, and once erased.';
comment on column matches.end_reason is 'Sealed: why it was stopped; null once erased.';
comment on column matches.changed_by is 'Worker of the latest change; null when an event of trajectory ended it.';
alter table matches enable row level security;
