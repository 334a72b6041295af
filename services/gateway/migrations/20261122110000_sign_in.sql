-- Who signed in, and what they may do. The gateway finds out who somebody is, so nobody is known yet when it reads these
-- tables: row-level security admits its runtime role as a whole and nobody else.
set lock_timeout = '2s';

create table mandates (
    mandate_id uuid not null,
    worker_id uuid not null,
    oidc_subject text not null,
    organisation_id uuid not null,
    organisation_name text not null,
    role text not null,
    programme text,
    scope text not null,
    valid_from date not null,
    valid_to date,
    revoked_at timestamptz,
    revoked_reason text,
    imported_at timestamptz not null,
    constraint mandates_pkey primary key (mandate_id),
    constraint mandates_role_check check (role in ('coordinator', 'coach', 'social_worker', 'bridge_figure', 'student',
        'volunteer', 'finance_officer', 'board_member', 'administrator', 'data_protection_officer')),
    constraint mandates_scope_check check (scope in ('own_cases', 'organisation', 'programme', 'region')),
    constraint mandates_valid_check check (valid_to is null or valid_from <= valid_to),
    constraint mandates_revoked_check check ((revoked_at is null) = (revoked_reason is null))
);
create index mandates_oidc_subject_idx on mandates (oidc_subject);
comment on table mandates is 'What workers may do, dated: the copy the gateway needs. The owner will be matching; until then `gateway import-people` feeds it.';
comment on column mandates.oidc_subject is 'Who the worker is at the identity provider of the region (`sub`).';
comment on column mandates.programme is 'Code of the programme; null is every programme of the region.';
comment on column mandates.valid_to is 'Last day, inclusive, in the time zone of the region; null is open-ended.';

create table sessions (
    session_hash bytea not null,
    worker_id uuid not null,
    organisation_id uuid not null,
    mandate_ids uuid[] not null,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    constraint sessions_pkey primary key (session_hash),
    constraint sessions_session_hash_check check (length(session_hash) = 32)
);
create index sessions_last_seen_at_idx on sessions (last_seen_at);
comment on table sessions is 'Who is signed in. A session ends by signing out, after idle time, or after its longest life; ended ones are removed.';
comment on column sessions.session_hash is 'SHA-256 of the cookie; the cookie itself is nowhere.';
comment on column sessions.mandate_ids is 'Mandates chosen at sign-in; each counts while it is valid and not revoked.';
comment on column sessions.last_seen_at is 'Written at most once a minute.';

create table sign_ins (
    state_hash bytea not null,
    browser_hash bytea not null,
    nonce text not null,
    pkce_verifier text not null,
    return_to text not null,
    started_at timestamptz not null,
    constraint sign_ins_pkey primary key (state_hash),
    constraint sign_ins_hashes_check check (length(state_hash) = 32 and length(browser_hash) = 32)
);
create index sign_ins_started_at_idx on sign_ins (started_at);
comment on table sign_ins is 'Sign-ins that went to the identity provider and did not come back yet: at most ten minutes, each used once.';
comment on column sign_ins.browser_hash is 'SHA-256 of a cookie: the answer must come back to the browser that asked.';

alter table mandates enable row level security;
alter table sessions enable row level security;
alter table sign_ins enable row level security;

do $$
declare
    runtime text := current_setting('bondgenoot.runtime_role');
begin
    execute format('create policy mandates_gateway on mandates to %I using (true) with check (true)', runtime);
    execute format('create policy sessions_gateway on sessions to %I using (true) with check (true)', runtime);
    execute format('create policy sign_ins_gateway on sign_ins to %I using (true) with check (true)', runtime);
    execute format('grant select, insert, update on mandates to %I', runtime);
    execute format('grant select, insert, update, delete on sessions to %I', runtime);
    execute format('grant select, insert, delete on sign_ins to %I', runtime);
end $$;
