-- Who was admitted, and waits for a worker.
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
comment on table person_keys is 'Matching''s own key for each participant, wrapped by the region key: it seals needs, proposals and reasons. An erasure destroys it; the row stays, so that the person is known as erased.';
alter table person_keys enable row level security;

create table waiting (
    episode_id uuid not null,
    participation_id uuid not null,
    person_id uuid not null,
    programme text not null,
    municipality_nis text not null,
    referred_at timestamptz not null,
    admitted_at timestamptz not null,
    re_entry boolean not null,
    matched_at timestamptz,
    closed_at timestamptz,
    constraint waiting_pkey primary key (episode_id),
    constraint waiting_person_id_fkey foreign key (person_id) references person_keys (person_id),
    constraint waiting_municipality_nis_check check (municipality_nis ~ '^[0-9]{5}$')
);
create index waiting_page_idx on waiting (programme, referred_at, episode_id) where matched_at is null and closed_at is null;
create index waiting_participation_id_idx on waiting (participation_id);
create index waiting_person_id_idx on waiting (person_id);
comment on table waiting is 'Every episode that intake told. It waits while it has neither a match nor an end. Goes when the person is erased.';
comment on column waiting.referred_at is 'When the referral was received: waiting starts here.';
comment on column waiting.matched_at is 'When the match that runs was confirmed; null again when it was stopped.';
comment on column waiting.closed_at is 'When the trajectory closed.';
alter table waiting enable row level security;
