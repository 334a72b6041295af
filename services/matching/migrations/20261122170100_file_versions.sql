-- Which region and programme files this service has worked under.
set lock_timeout = '2s';

create table file_versions (
    hash text not null,
    kind text not null,
    code text not null,
    number integer not null,
    valid_from date not null,
    content text not null,
    first_used_at timestamptz not null,
    constraint file_versions_pkey primary key (hash),
    constraint file_versions_hash_check check (hash ~ '^[0-9a-f]{64}$'),
    constraint file_versions_kind_check check (kind in ('region', 'programme')),
    constraint file_versions_number_check check (number >= 1)
);
comment on table file_versions is 'Every region and programme file that a process of this service was started with, by content hash. Records remember the hash they were made under. Never changed, never removed.';
comment on column file_versions.hash is 'SHA-256 of the meaning of the file: layout and comments do not count.';
comment on column file_versions.content is 'The file as it was read.';
alter table file_versions enable row level security;

create table programmes (
    programme text not null,
    confirmations bigint not null default 0,
    constraint programmes_pkey primary key (programme),
    constraint programmes_confirmations_check check (confirmations >= 0)
);
comment on table programmes is 'One row per programme. Its lock orders those who count the running matches of the programme before they add one.';
comment on column programmes.confirmations is 'Matches that ever began, handovers included; raising it takes the lock.';
alter table programmes enable row level security;
