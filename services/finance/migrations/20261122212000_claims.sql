-- Claims, made from locked time sheets and the wages of the time; and the ledger they are held against.
set lock_timeout = '2s';

create table claims (
    claim_id uuid not null,
    programme text not null,
    kind text not null,
    first_month date not null,
    last_month date not null,
    created_at timestamptz not null,
    constraint claims_pkey primary key (claim_id),
    constraint claims_period_key unique (programme, first_month, last_month),
    constraint claims_kind_check check (kind in ('quarter', 'year')),
    constraint claims_period_check check (
        extract(day from first_month) = 1
        and last_month = first_month + case kind when 'quarter' then interval '2 months' else interval '11 months' end)
);
create index claims_page_idx on claims (programme, first_month desc, claim_id desc);
comment on table claims is 'What a programme asks its funders for a period.';
alter table claims enable row level security;

create table claim_revisions (
    claim_id uuid not null,
    revision integer not null,
    state text not null,
    reason text,
    version bigint not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    changed_by uuid not null,
    submitted_at timestamptz,
    submitted_by uuid,
    constraint claim_revisions_pkey primary key (claim_id, revision),
    constraint claim_revisions_claim_id_fkey foreign key (claim_id) references claims (claim_id),
    constraint claim_revisions_revision_check check (revision >= 1),
    constraint claim_revisions_state_check check (state in ('saved', 'valid', 'submitted', 'accepted', 'corrected')),
    constraint claim_revisions_reason_check check ((reason is null) = (revision = 1) and char_length(reason) between 1 and 200),
    constraint claim_revisions_submitted_check check (
        (submitted_at is null) = (state in ('saved', 'valid')) and (submitted_at is null) = (submitted_by is null)),
    constraint claim_revisions_version_check check (version >= 1)
);
create unique index claim_revisions_open_key on claim_revisions (claim_id) where state in ('saved', 'valid');
comment on table claim_revisions is 'Every version of a claim that was or will be submitted. A submitted one never changes but in how it stands.';
comment on column claim_revisions.version is 'Counts every change of the claim, over its revisions; the ETag.';
alter table claim_revisions enable row level security;

create table claim_keys (
    claim_id uuid not null,
    revision integer not null,
    region_key_id text not null,
    wrapped bytea not null,
    constraint claim_keys_pkey primary key (claim_id, revision),
    constraint claim_keys_revision_fkey foreign key (claim_id, revision) references claim_revisions (claim_id, revision)
);
comment on table claim_keys is 'The key that seals the rates and costs of a revision, wrapped by the region key.';
alter table claim_keys enable row level security;

create table claim_lines (
    claim_id uuid not null,
    revision integer not null,
    position integer not null,
    employment_id uuid not null,
    worker_id uuid not null,
    wage_id uuid not null,
    partner text not null,
    component text not null,
    month date not null,
    with_minutes bigint not null,
    around_minutes bigint not null,
    hours numeric(9, 4) not null,
    price bytea not null,
    programme_version integer not null,
    programme_hash text not null,
    constraint claim_lines_pkey primary key (claim_id, revision, position),
    constraint claim_lines_revision_fkey foreign key (claim_id, revision) references claim_revisions (claim_id, revision),
    constraint claim_lines_employment_id_fkey foreign key (employment_id) references employments (employment_id),
    constraint claim_lines_programme_hash_fkey foreign key (programme_hash) references file_versions (hash),
    constraint claim_lines_minutes_check check (with_minutes >= 0 and around_minutes >= 0)
);
comment on table claim_lines is 'The hours of an employment in a month at one wage, with the rules that priced them.';
comment on column claim_lines.price is 'Sealed under the key of the revision: rate and cost in cents. A snapshot: a wage that is corrected later changes no claim.';
comment on column claim_lines.wage_id is 'The wage it was priced with; the wage itself may have been removed since.';
alter table claim_lines enable row level security;

create table claim_totals (
    claim_id uuid not null,
    revision integer not null,
    component text not null,
    position smallint not null,
    staff_cents bigint not null,
    flat_rate_cents bigint not null,
    constraint claim_totals_pkey primary key (claim_id, revision, component),
    constraint claim_totals_revision_fkey foreign key (claim_id, revision) references claim_revisions (claim_id, revision)
);
comment on table claim_totals is 'What each component of a claim comes to. Who may see totals only reads these, and no line.';
alter table claim_totals enable row level security;

create table claimed_entries (
    entry_id uuid not null,
    claim_id uuid not null,
    revision integer not null,
    constraint claimed_entries_pkey primary key (entry_id),
    constraint claimed_entries_entry_id_fkey foreign key (entry_id) references time_entries (entry_id),
    constraint claimed_entries_revision_fkey foreign key (claim_id, revision) references claim_revisions (claim_id, revision)
);
create index claimed_entries_revision_idx on claimed_entries (claim_id, revision);
comment on table claimed_entries is 'In which claim an hour stands: its primary key is what lets it stand in one only.';
comment on column claimed_entries.revision is 'The revision that claimed it first.';
alter table claimed_entries enable row level security;

create table ledger_entries (
    entry_id uuid not null,
    programme text not null,
    month date not null,
    component text not null,
    partner text not null,
    kind text not null,
    account text not null,
    amount_cents bigint not null,
    document text not null,
    reverses uuid,
    booked_at timestamptz not null,
    booked_by uuid not null,
    constraint ledger_entries_pkey primary key (entry_id),
    constraint ledger_entries_reverses_fkey foreign key (reverses) references ledger_entries (entry_id),
    constraint ledger_entries_reverses_key unique (reverses),
    constraint ledger_entries_month_check check (extract(day from month) = 1),
    constraint ledger_entries_kind_check check (kind in ('staff', 'flat_rate')),
    constraint ledger_entries_account_check check (account ~ '^[A-Za-z0-9][A-Za-z0-9.-]{0,19}$'),
    constraint ledger_entries_amount_check check ((amount_cents < 0) = (reverses is not null) and amount_cents <> 0),
    constraint ledger_entries_document_check check (char_length(document) between 1 and 200)
);
create index ledger_entries_page_idx on ledger_entries (programme, booked_at desc, entry_id desc);
create index ledger_entries_month_idx on ledger_entries (programme, month);
comment on table ledger_entries is 'What was booked under the separate accounting code. Never changed, never removed: a mistake is reversed, once.';
alter table ledger_entries enable row level security;

-- What was submitted stays as it is, also for the owner.
create function claim_content_kept() returns trigger language plpgsql as $$
declare
    of_claim uuid := coalesce(new.claim_id, old.claim_id);
    of_revision integer := coalesce(new.revision, old.revision);
begin
    if not exists (select from claim_revisions where claim_id = of_claim and revision = of_revision and state = 'saved') then
        raise exception 'the content of a claim that is not saved stays as it is';
    end if;
    return coalesce(new, old);
end $$;
comment on function claim_content_kept is 'Lines, totals, keys and hours are written while a revision is saved, and never after.';
create trigger claim_lines_kept before insert or update or delete on claim_lines for each row execute function claim_content_kept();
create trigger claim_totals_kept before insert or update or delete on claim_totals for each row execute function claim_content_kept();
create trigger claim_keys_kept before insert or update or delete on claim_keys for each row execute function claim_content_kept();
create trigger claimed_entries_kept before insert or update or delete on claimed_entries for each row execute function claim_content_kept();

create function claim_revisions_kept() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'a revision of a claim stays';
    end if;
    if (new.claim_id, new.revision, new.reason, new.created_at) is distinct from (old.claim_id, old.revision, old.reason, old.created_at)
       or (old.state, new.state) not in (('saved', 'saved'), ('saved', 'valid'), ('valid', 'saved'), ('valid', 'submitted'),
                                         ('submitted', 'accepted'), ('submitted', 'corrected'), ('accepted', 'corrected'))
       or (old.submitted_at is not null
           and (new.submitted_at, new.submitted_by) is distinct from (old.submitted_at, old.submitted_by)) then
        raise exception 'a claim does not go from % to %', old.state, new.state;
    end if;
    return new;
end $$;
comment on function claim_revisions_kept is 'A revision goes the way of claims and no other.';
create trigger claim_revisions_kept before update or delete on claim_revisions for each row execute function claim_revisions_kept();

-- The finance officer of the programme writes (`claims`); the auditor reads as well (`claims_read`); a board and a coordinator read
-- totals (`finance_totals`) and no line, key, hour or booking.
create function reads_claims(programme text) returns boolean language sql stable as
    $$ select principal_is('worker') and programme_in_reach(programme) and (purpose_is('claims') or purpose_is('claims_read')) $$;
comment on function reads_claims is 'Whether the caller may see lines of claims and the ledger.';

create policy claims_read on claims for select
    using (reads_claims(programme) or (principal_is('worker') and purpose_is('finance_totals') and programme_in_reach(programme)));
create policy claims_add on claims for insert
    with check (principal_is('worker') and purpose_is('claims') and programme_in_reach(programme));

create policy claim_revisions_read on claim_revisions for select
    using (exists (select from claims where claims.claim_id = claim_revisions.claim_id));
create policy claim_revisions_add on claim_revisions for insert
    with check (purpose_is('claims') and state = 'saved'
                and exists (select from claims where claims.claim_id = claim_revisions.claim_id));
create policy claim_revisions_change on claim_revisions for update
    using (purpose_is('claims') and exists (select from claims where claims.claim_id = claim_revisions.claim_id));

create policy claim_totals_read on claim_totals for select
    using (exists (select from claims where claims.claim_id = claim_totals.claim_id));
create policy claim_totals_write on claim_totals for insert
    with check (purpose_is('claims') and exists (select from claims where claims.claim_id = claim_totals.claim_id));
create policy claim_totals_remove on claim_totals for delete
    using (purpose_is('claims') and exists (select from claims where claims.claim_id = claim_totals.claim_id));

create policy claim_keys_read on claim_keys for select
    using (exists (select from claims where claims.claim_id = claim_keys.claim_id and reads_claims(claims.programme)));
create policy claim_keys_write on claim_keys for insert
    with check (purpose_is('claims') and exists (select from claims where claims.claim_id = claim_keys.claim_id));
create policy claim_keys_remove on claim_keys for delete
    using (purpose_is('claims') and exists (select from claims where claims.claim_id = claim_keys.claim_id));

create policy claim_lines_read on claim_lines for select
    using (exists (select from claims where claims.claim_id = claim_lines.claim_id and reads_claims(claims.programme)));
create policy claim_lines_write on claim_lines for insert
    with check (purpose_is('claims') and exists (select from claims where claims.claim_id = claim_lines.claim_id));
create policy claim_lines_remove on claim_lines for delete
    using (purpose_is('claims') and exists (select from claims where claims.claim_id = claim_lines.claim_id));

create policy claimed_entries_read on claimed_entries for select
    using (exists (select from claims where claims.claim_id = claimed_entries.claim_id and reads_claims(claims.programme)));
create policy claimed_entries_write on claimed_entries for insert
    with check (purpose_is('claims') and exists (select from claims where claims.claim_id = claimed_entries.claim_id));
create policy claimed_entries_remove on claimed_entries for delete
    using (purpose_is('claims') and exists (select from claims where claims.claim_id = claimed_entries.claim_id));

create policy ledger_entries_read on ledger_entries for select using (reads_claims(programme));
create policy ledger_entries_add on ledger_entries for insert
    with check (principal_is('worker') and purpose_is('claims') and programme_in_reach(programme));

do $$
declare
    runtime text := current_setting('bondgenoot.runtime_role');
begin
    execute format('grant select, insert on claims, ledger_entries to %I', runtime);
    execute format('grant select, insert, update (state, version, changed_at, changed_by, submitted_at, submitted_by) '
                   'on claim_revisions to %I', runtime);
    execute format('grant select, insert, delete on claim_lines, claim_totals, claim_keys, claimed_entries to %I', runtime);
end $$;
