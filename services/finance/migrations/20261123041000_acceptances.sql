-- Differences of a budget that an officer accepts with a reason.
set lock_timeout = '2s';

create table acceptances (
    acceptance_id uuid not null,
    budget_id uuid not null,
    subject text not null,
    amount_cents bigint not null,
    reason text not null,
    accepted_at timestamptz not null,
    accepted_by uuid not null,
    withdrawn_at timestamptz,
    withdrawn_by uuid,
    constraint acceptances_pkey primary key (acceptance_id),
    constraint acceptances_budget_id_fkey foreign key (budget_id) references budgets (budget_id),
    constraint acceptances_subject_check check (char_length(subject) between 1 and 200),
    constraint acceptances_amount_check check (amount_cents <> 0),
    constraint acceptances_reason_check check (char_length(reason) between 10 and 500),
    constraint acceptances_withdrawn_check check ((withdrawn_at is null) = (withdrawn_by is null))
);
create unique index acceptances_subject_key on acceptances (budget_id, subject) where withdrawn_at is null;
comment on table acceptances is 'A difference of a budget that somebody accepted, at exactly its amount. When the amount changes it no longer counts. Withdrawn ones stay.';
comment on column acceptances.subject is 'The control (`control/operation`) or the finding (`finding/<code>/<component>/<source>`) it is about.';
comment on column acceptances.reason is 'Why, in words of the officer; never the name of a person.';
alter table acceptances enable row level security;

create policy acceptances_read on acceptances for select
    using (purpose_is('finance') and exists (select from budgets where budgets.budget_id = acceptances.budget_id));
create policy acceptances_add on acceptances for insert
    with check (purpose_is('finance') and withdrawn_at is null
                and exists (select from budgets where budgets.budget_id = acceptances.budget_id and budgets.state = 'draft'));
create policy acceptances_withdraw on acceptances for update
    using (purpose_is('finance') and withdrawn_at is null
           and exists (select from budgets where budgets.budget_id = acceptances.budget_id and budgets.state = 'draft'))
    with check (withdrawn_at is not null);

do $$
declare
    runtime text := current_setting('bondgenoot.runtime_role');
begin
    execute format('grant select, insert, update (withdrawn_at, withdrawn_by) on acceptances to %I', runtime);
end $$;
