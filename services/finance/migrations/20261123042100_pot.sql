-- The shared pot: the part of the flat rate that the partnership manages together, what it decided and what was spent.
set lock_timeout = '2s';

create table pot_contributions (
    budget_id uuid not null,
    programme text not null,
    year smallint not null,
    partner text not null,
    amount_cents bigint not null,
    constraint pot_contributions_pkey primary key (budget_id, partner),
    constraint pot_contributions_budget_id_fkey foreign key (budget_id) references budgets (budget_id),
    constraint pot_contributions_amount_check check (amount_cents >= 0)
);
create index pot_contributions_pot_idx on pot_contributions (programme, year);
comment on table pot_contributions is 'What each organisation gives to the pot by an approved budget. Written with the approval; such a budget never changes, so neither does this. The budget of a year that was approved last holds.';
alter table pot_contributions enable row level security;

create table pot_entries (
    entry_id uuid not null,
    programme text not null,
    year smallint not null,
    kind text not null,
    decision_id uuid not null,
    reverses uuid,
    day date not null,
    organ text,
    partner text,
    subject text not null,
    amount_cents bigint not null,
    evidence text,
    account text,
    booked_at timestamptz not null,
    booked_by uuid not null,
    constraint pot_entries_pkey primary key (entry_id),
    constraint pot_entries_decision_id_fkey foreign key (decision_id) references pot_entries (entry_id),
    constraint pot_entries_reverses_fkey foreign key (reverses) references pot_entries (entry_id),
    constraint pot_entries_reverses_key unique (reverses),
    constraint pot_entries_kind_check check (kind in ('decision', 'spending', 'release')),
    constraint pot_entries_decision_check check ((kind = 'decision' and reverses is null) = (decision_id = entry_id)),
    constraint pot_entries_amount_check check (
        case when reverses is null then amount_cents > 0 or (kind = 'release' and amount_cents = 0)
             else amount_cents < 0 or (kind = 'release' and amount_cents = 0) end),
    constraint pot_entries_organ_check check ((organ is not null) = (kind = 'decision') and char_length(organ) between 1 and 200),
    constraint pot_entries_spending_check check (
        (partner is not null) = (kind = 'spending') and (evidence is not null) = (kind = 'spending')
        and (account is not null) = (kind = 'spending')),
    constraint pot_entries_subject_check check (char_length(subject) between 1 and 200),
    constraint pot_entries_evidence_check check (char_length(evidence) between 1 and 200),
    constraint pot_entries_account_check check (account ~ '^[A-Za-z0-9][A-Za-z0-9.-]{0,19}$')
);
create index pot_entries_page_idx on pot_entries (programme, year, booked_at desc, entry_id desc);
create index pot_entries_decision_idx on pot_entries (decision_id);
comment on table pot_entries is 'Decisions, spending and releases of the pot of a programme and year. Never changed, never removed: a mistake is reversed beside it, once. Texts are about things and never about persons.';
comment on column pot_entries.decision_id is 'The decision it falls under; a decision falls under itself.';
comment on column pot_entries.subject is 'What was decided or bought; of a counter-entry, why. No name of a person.';
alter table pot_entries enable row level security;

create function pot_kept() returns trigger language plpgsql as $$
begin
    raise exception 'an entry of the pot stays as it is: book beside it';
end $$;
comment on function pot_kept is 'What was contributed or booked stays, also for the owner.';
create trigger pot_entries_kept before update or delete on pot_entries for each row execute function pot_kept();
create trigger pot_contributions_kept before update or delete on pot_contributions for each row execute function pot_kept();

-- The finance officer of the programme writes (`finance`). Auditors read everything (`pot_read`), coordinators what was decided and
-- spent (`pot_entries`). Who sees sums only (`pot_totals`) goes through a function that gives sums: what one organisation gives is a
-- tenth of its wages, and with one worker there that is a wage.
create function reads_pot(programme text) returns boolean language sql stable as
    $$ select principal_is('worker') and programme_in_reach(programme) and (purpose_is('finance') or purpose_is('pot_read')) $$;
comment on function reads_pot is 'Whether the caller may see what each organisation gives to the pot.';

create policy pot_contributions_read on pot_contributions for select using (reads_pot(programme));
create policy pot_contributions_add on pot_contributions for insert
    with check (purpose_is('finance')
                and exists (select from budgets where budgets.budget_id = pot_contributions.budget_id and budgets.state = 'draft'
                                                  and budgets.programme = pot_contributions.programme
                                                  and budgets.year = pot_contributions.year));

create policy pot_entries_read on pot_entries for select
    using (reads_pot(programme)
           or (principal_is('worker') and programme_in_reach(programme) and purpose_is('pot_entries')));
create policy pot_entries_add on pot_entries for insert
    with check (principal_is('worker') and purpose_is('finance') and programme_in_reach(programme));

create function pot_in_reach(programme text) returns boolean language sql stable as $$
    select principal_is('worker') and programme_in_reach(programme)
       and (purpose_is('finance') or purpose_is('pot_read') or purpose_is('pot_entries') or purpose_is('pot_totals'))
$$;
comment on function pot_in_reach is 'Whether the caller may see the sums of a pot.';

create function pot_budgets(of_programme text, of_year smallint) returns table (budget_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    select budget_id from budgets
    where programme = of_programme and year = of_year and state = 'approved' and pot_in_reach(of_programme)
    order by approved_at desc, budget_id desc
    limit 2
$$;
comment on function pot_budgets is 'The budget that holds for a pot, which is the one approved last, and the one before it. Runs as the owner; gives ids only.';
revoke all on function pot_budgets from public;

create function pot_sums(of_programme text, of_year smallint)
returns table (decision_id uuid, day date, organ text, subject text, contributed_cents bigint, reserved_cents bigint,
               spent_cents bigint, released_cents bigint, is_closed boolean)
language sql stable security definer set search_path = public, pg_temp as $$
    select null::uuid, null::date, null::text, null::text, coalesce(sum(amount_cents), 0)::bigint, 0::bigint, 0::bigint, 0::bigint, false
    from pot_contributions
    where budget_id = (select budgets.budget_id from pot_budgets(of_programme, of_year) budgets limit 1)
    union all
    select decision.entry_id, decision.day, decision.organ, decision.subject, 0::bigint,
           coalesce(sum(booked.amount_cents) filter (where booked.kind = 'decision'), 0)::bigint,
           coalesce(sum(booked.amount_cents) filter (where booked.kind = 'spending'), 0)::bigint,
           coalesce(sum(booked.amount_cents) filter (where booked.kind = 'release'), 0)::bigint,
           coalesce(sum(case when booked.reverses is null then 1 else -1 end) filter (where booked.kind = 'release'), 0) > 0
    from pot_entries decision
    join pot_entries booked on booked.decision_id = decision.entry_id
    where decision.programme = of_programme and decision.year = of_year and decision.decision_id = decision.entry_id
      and pot_in_reach(of_programme)
    group by decision.entry_id, decision.day, decision.organ, decision.subject
$$;
comment on function pot_sums is 'The sums of a pot: one row for what is contributed, one for each decision. Runs as the owner; gives sums and what was decided, also to who may see no entry.';
revoke all on function pot_sums from public;

do $$
declare
    runtime text := current_setting('bondgenoot.runtime_role');
begin
    execute format('grant select, insert on pot_contributions, pot_entries to %I', runtime);
    execute format('grant execute on function pot_sums, pot_budgets to %I', runtime);
end $$;
