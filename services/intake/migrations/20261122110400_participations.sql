-- Who takes part, and who is on a case.
set lock_timeout = '2s';

create table participations (
    participation_id uuid not null,
    person_id uuid not null,
    programme text not null,
    constraint participations_pkey primary key (participation_id),
    constraint participations_person_programme_key unique (person_id, programme),
    constraint participations_person_id_fkey foreign key (person_id) references persons (person_id)
);
comment on table participations is 'One person in one programme; survives re-entry. The id that cases, events and finance carry.';
alter table participations enable row level security;

create table episodes (
    episode_id uuid not null,
    participation_id uuid not null,
    referral_id uuid not null,
    began_at timestamptz not null,
    ended_at timestamptz,
    constraint episodes_pkey primary key (episode_id),
    constraint episodes_referral_id_key unique (referral_id),
    constraint episodes_participation_id_fkey foreign key (participation_id) references participations (participation_id),
    constraint episodes_referral_id_fkey foreign key (referral_id) references referrals (referral_id),
    constraint episodes_period_check check (ended_at >= began_at)
);
create unique index episodes_one_open_idx on episodes (participation_id) where ended_at is null;
comment on table episodes is 'One run from admission to exit inside a participation; at most one is open.';
alter table episodes enable row level security;

create table case_access (
    participation_id uuid not null,
    worker_id uuid not null,
    organisation_id uuid not null,
    role text not null,
    domain_class text not null,
    valid_from date not null,
    valid_to date,
    constraint case_access_pkey primary key (participation_id, worker_id, role, domain_class, valid_from),
    constraint case_access_period_check check (valid_to >= valid_from)
);
create index case_access_worker_id_idx on case_access (worker_id, participation_id);
comment on table case_access is 'Who is on which case, from when to when. Fed by events of matching; without a row that is valid today a worker with a mandate for own cases sees nothing.';
comment on column case_access.domain_class is 'Secrecy class the access reaches: normal, sensitive, special_category, criminal.';
comment on column case_access.valid_to is 'Last day, inclusive; null is open-ended.';
alter table case_access enable row level security;
