-- Trajectories, who accompanies them, and every word somebody wrote.
set lock_timeout = '2s';

create table person_keys (
    person_id uuid not null,
    region_key_id text,
    wrapped bytea,
    destroyed_at timestamptz,
    constraint person_keys_pkey primary key (person_id),
    constraint person_keys_destroyed_check check (
        (wrapped is null) = (destroyed_at is not null) and (region_key_id is null) = (wrapped is null)
    )
);
comment on table person_keys is 'The key of each person, wrapped by the region key; made with the first trajectory, another than the one in intake. Erasing a person destroys it; the row stays, so that the person id is known as erased.';
alter table person_keys enable row level security;

create table trajectories (
    trajectory_id uuid not null,
    participation_id uuid not null,
    episode_id uuid not null,
    person_id uuid not null,
    programme text not null,
    programme_version integer not null,
    state text not null,
    opened_on date not null,
    opened_at timestamptz not null,
    closed_on date,
    closed_at timestamptz,
    exit_reason text,
    exit_outcome text,
    handover_confirmed_on date,
    last_reached_on date,
    version bigint not null,
    changed_at timestamptz not null,
    changed_by uuid,
    constraint trajectories_pkey primary key (trajectory_id),
    constraint trajectories_episode_id_key unique (episode_id),
    constraint trajectories_person_id_fkey foreign key (person_id) references person_keys (person_id),
    constraint trajectories_state_check check (state in ('open', 'closed')),
    constraint trajectories_closed_check check (
        (state = 'closed') = (closed_on is not null) and (closed_on is null) = (closed_at is null)
        and (closed_on is null) = (exit_reason is null) and (closed_on is null) = (exit_outcome is null)
    ),
    constraint trajectories_period_check check (closed_on >= opened_on),
    constraint trajectories_exit_outcome_check check (
        exit_outcome in ('with_work', 'step_below_work', 'regular_offer', 'without_work')
    ),
    constraint trajectories_version_check check (version >= 1)
);
create unique index trajectories_one_open_idx on trajectories (participation_id) where state = 'open';
create index trajectories_page_idx on trajectories (programme, opened_at desc, trajectory_id desc);
create index trajectories_person_id_idx on trajectories (person_id);
comment on table trajectories is 'What happens in one episode, from its first match to its exit. At most one of a participation is open.';
comment on column trajectories.programme_version is 'Version of the programme file it runs under, to its last day.';
comment on column trajectories.last_reached_on is 'Day of the latest contact that reached the participant; for lists.';
comment on column trajectories.version is 'Counts what changes the trajectory itself: handover, evaluation, close; the ETag.';
comment on column trajectories.changed_by is 'Worker of the latest change; null when an event of matching made it.';
alter table trajectories enable row level security;

create table matches (
    match_id uuid not null,
    trajectory_id uuid not null,
    worker_id uuid not null,
    organisation_id uuid not null,
    role text not null,
    first_day date not null,
    last_day date,
    constraint matches_pkey primary key (match_id),
    constraint matches_trajectory_id_fkey foreign key (trajectory_id) references trajectories (trajectory_id)
);
create index matches_trajectory_id_idx on matches (trajectory_id, first_day);
comment on table matches is 'Who accompanied or accompanies a trajectory, as matching told.';
comment on column matches.last_day is 'Last day, inclusive; null is open-ended. Before the first day when the match never began.';
alter table matches enable row level security;

create table case_access (
    match_id uuid not null,
    trajectory_id uuid not null,
    participation_id uuid not null,
    programme text not null,
    worker_id uuid not null,
    organisation_id uuid not null,
    role text not null,
    domain_class text not null,
    valid_from date not null,
    valid_to date,
    constraint case_access_pkey primary key (match_id, domain_class),
    constraint case_access_match_id_fkey foreign key (match_id) references matches (match_id),
    constraint case_access_domain_class_check check (domain_class in ('normal', 'sensitive', 'special_category', 'criminal')),
    constraint case_access_period_check check (valid_to >= valid_from)
);
create index case_access_worker_id_idx on case_access (worker_id, trajectory_id);
create index case_access_trajectory_id_idx on case_access (trajectory_id);
comment on table case_access is 'Who is on which case, from when to when, one row for each secrecy class that the role reaches. Fed by events of matching; without a row that is valid today a worker with a mandate for own cases sees nothing.';
comment on column case_access.valid_to is 'Last day, inclusive; null is open-ended.';
alter table case_access enable row level security;

create table words (
    record_id uuid not null,
    kind text not null,
    version bigint not null,
    trajectory_id uuid not null,
    domain_class text not null,
    sealed bytea,
    constraint words_pkey primary key (record_id, kind, version),
    constraint words_trajectory_id_fkey foreign key (trajectory_id) references trajectories (trajectory_id),
    constraint words_kind_check check (kind in ('contact', 'goal', 'next_step', 'evaluation', 'handover')),
    constraint words_domain_class_check check (domain_class in ('normal', 'sensitive', 'special_category', 'criminal'))
);
create index words_trajectory_id_idx on words (trajectory_id);
comment on table words is 'Every word somebody wrote, sealed under the key of the person, apart from the records they belong to: so one policy decides who reads them, by secrecy class.';
comment on column words.version is 'Version of the record that wrote it; earlier ones stay.';
comment on column words.sealed is 'Sealed and bound to its record; null once the person was erased.';
alter table words enable row level security;

create table closing_evaluations (
    trajectory_id uuid not null,
    outcome text not null,
    day date not null,
    has_note boolean not null,
    recorded_at timestamptz not null,
    recorded_by uuid not null,
    constraint closing_evaluations_pkey primary key (trajectory_id),
    constraint closing_evaluations_trajectory_id_fkey foreign key (trajectory_id) references trajectories (trajectory_id),
    constraint closing_evaluations_outcome_check check (outcome in ('held', 'refused'))
);
comment on table closing_evaluations is 'The closing evaluation with the family, held or refused: one for each trajectory, never changed.';
alter table closing_evaluations enable row level security;
