-- Referrals, their screenings, and the one decision on each.
set lock_timeout = '2s';

create table referrals (
    referral_id uuid not null,
    receipt_number text not null,
    person_id uuid not null,
    programme text not null,
    programme_version integer not null,
    programme_hash text not null,
    channel text not null,
    municipality_nis text not null,
    reasons text[] not null,
    referrer_name bytea,
    referrer_organisation bytea,
    referrer_contact bytea,
    note bytea,
    state text not null,
    submitted_at timestamptz not null,
    version bigint not null,
    changed_at timestamptz not null,
    changed_by uuid,
    constraint referrals_pkey primary key (referral_id),
    constraint referrals_receipt_number_key unique (receipt_number),
    constraint referrals_person_id_fkey foreign key (person_id) references persons (person_id),
    constraint referrals_programme_hash_fkey foreign key (programme_hash) references file_versions (hash),
    constraint referrals_municipality_nis_check check (municipality_nis ~ '^[0-9]{5}$'),
    constraint referrals_reasons_check check (cardinality(reasons) between 1 and 10),
    constraint referrals_state_check check (state in ('submitted', 'screened', 'admitted', 'refused', 'withdrawn')),
    constraint referrals_version_check check (version >= 1)
);
create index referrals_page_idx on referrals (programme, submitted_at desc, referral_id desc);
create index referrals_person_id_idx on referrals (person_id);
comment on table referrals is 'Somebody was referred to a programme. Personal columns are sealed under the key of the person who was referred.';
comment on column referrals.receipt_number is 'Random; the referrer''s only handle, reveals nothing.';
comment on column referrals.programme_hash is 'The programme file the referral was taken under.';
comment on column referrals.municipality_nis is 'NIS code as valid on the day of submission; not rewritten at mergers.';
comment on column referrals.referrer_name is 'Sealed, as are organisation, contact and note; null once the person is erased.';
comment on column referrals.version is 'Counts every change; the ETag.';
comment on column referrals.changed_by is 'Worker of the latest change; null when it was the referrer or the process itself.';
alter table referrals enable row level security;

create table screenings (
    referral_id uuid not null,
    version bigint not null,
    outcome text not null,
    rules jsonb not null,
    answers bytea,
    programme_version integer not null,
    programme_hash text not null,
    screened_at timestamptz not null,
    screened_by uuid not null,
    constraint screenings_pkey primary key (referral_id, version),
    constraint screenings_referral_id_fkey foreign key (referral_id) references referrals (referral_id),
    constraint screenings_programme_hash_fkey foreign key (programme_hash) references file_versions (hash),
    constraint screenings_outcome_check check (outcome in ('eligible', 'manual', 'not_eligible'))
);
comment on table screenings is 'Every screening of a referral; the one with the highest version counts.';
comment on column screenings.version is 'Version of the referral that the screening made.';
comment on column screenings.rules is 'Every rule of the programme with its result and the explanation the coordinator saw.';
comment on column screenings.answers is 'Sealed JSON: the answers by question id; null once erased.';
alter table screenings enable row level security;

create table decisions (
    referral_id uuid not null,
    kind text not null,
    reason text,
    alternative bytea,
    motivation bytea,
    reply_until date,
    programme_version integer not null,
    programme_hash text not null,
    decided_at timestamptz not null,
    decided_by uuid not null,
    constraint decisions_pkey primary key (referral_id),
    constraint decisions_referral_id_fkey foreign key (referral_id) references referrals (referral_id),
    constraint decisions_programme_hash_fkey foreign key (programme_hash) references file_versions (hash),
    constraint decisions_kind_check check (kind in ('admitted', 'refused', 'withdrawn')),
    constraint decisions_reason_check check ((reason is null) = (kind = 'admitted')),
    constraint decisions_reply_until_check check ((reply_until is not null) = (kind = 'refused'))
);
comment on table decisions is 'The one decision on a referral: its primary key makes a second impossible.';
comment on column decisions.alternative is 'Sealed: where the person can go instead; null when none was named, and once erased.';
comment on column decisions.motivation is 'Sealed: why a failing rule was set aside; null when none did, and once erased.';
comment on column decisions.reply_until is 'Last day of reply ("weerwoord"), in the region''s calendar.';
alter table decisions enable row level security;
