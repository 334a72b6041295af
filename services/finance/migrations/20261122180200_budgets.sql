-- Budgets: lines of staff with sealed wages, who pays, and the totals that a board may see.
set lock_timeout = '2s';

create table budgets (
    budget_id uuid not null,
    programme text not null,
    programme_version integer not null,
    programme_hash text not null,
    year smallint not null,
    name text not null,
    state text not null,
    version bigint not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    changed_by uuid not null,
    approved_at timestamptz,
    approved_by uuid,
    constraint budgets_pkey primary key (budget_id),
    constraint budgets_name_key unique (programme, year, name),
    constraint budgets_programme_hash_fkey foreign key (programme_hash) references file_versions (hash),
    constraint budgets_year_check check (year between 1900 and 2999),
    constraint budgets_name_check check (char_length(name) between 1 and 80),
    constraint budgets_state_check check (state in ('draft', 'approved')),
    constraint budgets_approved_check check (
        (approved_at is not null) = (state = 'approved') and (approved_at is null) = (approved_by is null)),
    constraint budgets_version_check check (version >= 1)
);
create index budgets_page_idx on budgets (programme, created_at desc, budget_id desc);
comment on table budgets is 'A budget of a programme for a year. An approved one does not change any more.';
comment on column budgets.programme_hash is 'The programme file whose rules hold for it, for good: a result remembers the rules it came from.';
comment on column budgets.name is 'What tells budgets of a year apart; never the name of a person.';
comment on column budgets.version is 'Counts every change, also of lines and funding; the ETag.';
alter table budgets enable row level security;

create table staff_lines (
    line_id uuid not null,
    budget_id uuid not null,
    row_key text not null,
    component text not null,
    partner text not null,
    partner_kind text not null,
    worker_id uuid,
    wage bytea not null,
    hours numeric(9, 4) not null,
    constraint staff_lines_pkey primary key (line_id),
    constraint staff_lines_row_key_key unique (budget_id, row_key),
    constraint staff_lines_budget_id_fkey foreign key (budget_id) references budgets (budget_id),
    constraint staff_lines_row_key_check check (row_key ~ '^[a-z0-9][a-z0-9-]{0,19}$'),
    constraint staff_lines_partner_kind_check check (
        partner_kind in ('civil_society', 'public_employment_service', 'support_body', 'local_authority', 'school')),
    constraint staff_lines_hours_check check (hours > 0)
);
comment on table staff_lines is 'Somebody''s hours in a budget, recruited or still to be.';
comment on column staff_lines.partner_kind is 'Kind of the partner when the line was written: it decides how the line counts, also when the region file changes.';
comment on column staff_lines.worker_id is 'Worker of matching; null while nobody is recruited.';
comment on column staff_lines.wage is 'Sealed under the key of the line: what the hours are priced by, in euro. Rate and cost are computed and never stored.';
alter table staff_lines enable row level security;

create table wage_keys (
    line_id uuid not null,
    region_key_id text not null,
    wrapped bytea not null,
    constraint wage_keys_pkey primary key (line_id),
    constraint wage_keys_line_id_fkey foreign key (line_id) references staff_lines (line_id) on delete cascade
);
comment on table wage_keys is 'The key that seals the wage of a line, wrapped by the region key. Goes with the line: what a backup still holds of the wage cannot be read without it.';
alter table wage_keys enable row level security;

create table funding_lines (
    budget_id uuid not null,
    component text not null,
    source text not null,
    position smallint not null,
    amount_cents bigint not null,
    in_kind_cents bigint not null,
    stated_cents bigint,
    basis text,
    constraint funding_lines_pkey primary key (budget_id, component, source),
    constraint funding_lines_budget_id_fkey foreign key (budget_id) references budgets (budget_id),
    constraint funding_lines_source_check check (source in ('esf', 'vcf', 'local', 'vdab', 'subsidy', 'own')),
    constraint funding_lines_amount_check check (amount_cents >= 0 and in_kind_cents between 0 and amount_cents),
    constraint funding_lines_stated_check check (stated_cents >= 0),
    constraint funding_lines_basis_check check (basis in ('cost', 'yearly_maximum', 'agreed'))
);
comment on table funding_lines is 'What one source pays of one component of a budget.';
comment on column funding_lines.position is 'Order of the programme file: components, and sources within.';
comment on column funding_lines.in_kind_cents is 'The part of the amount that is staff instead of money.';
comment on column funding_lines.stated_cents is 'What the text of the application says; null when it says nothing.';
comment on column funding_lines.basis is 'What the share was computed from; null when nobody said.';
alter table funding_lines enable row level security;

create table contributions (
    budget_id uuid not null,
    partner text not null,
    position smallint not null,
    amount_cents bigint not null,
    constraint contributions_pkey primary key (budget_id, partner),
    constraint contributions_budget_id_fkey foreign key (budget_id) references budgets (budget_id),
    constraint contributions_amount_check check (amount_cents >= 0)
);
comment on table contributions is 'What each local authority contributes to the source `local` of a budget, under the body of the time: a later merger changes nothing here.';
alter table contributions enable row level security;

create table budget_totals (
    budget_id uuid not null,
    component text not null,
    position smallint not null,
    staff_cents bigint not null,
    flat_rate_cents bigint not null,
    funding_cents bigint not null,
    constraint budget_totals_pkey primary key (budget_id, component),
    constraint budget_totals_budget_id_fkey foreign key (budget_id) references budgets (budget_id)
);
comment on table budget_totals is 'What each component of a budget comes to, written with every change of it: who may see totals only reads these, and no line.';
alter table budget_totals enable row level security;
