-- What reporting keeps of matches, trajectories and budgets: ids, codes, days and numbers out of the events of matching,
-- trajectory and finance. Nothing waits for another producer: each table takes the facts of its own aggregate, and figures join
-- them when they are read. No person and no worker is named where no figure needs it.
set lock_timeout = '2s';

create table worker_capacities (
    generation bigint not null,
    worker_id uuid not null,
    worker_sequence bigint not null,
    programme text not null,
    cases_min numeric not null,
    cases_max numeric not null,
    valid_from date not null,
    valid_to date,
    changed_at timestamptz not null,
    constraint worker_capacities_pkey primary key (generation, worker_id, programme, valid_from),
    constraint worker_capacities_generation_check check (generation >= 1),
    constraint worker_capacities_worker_sequence_check check (worker_sequence >= 1),
    constraint worker_capacities_cases_check check (cases_min >= 0 and cases_max >= 0)
);
create index worker_capacities_programme_idx on worker_capacities (generation, programme, worker_id, valid_from);
comment on table worker_capacities is 'How many weighted cases a worker can take on, from a day on. On any day the row with the latest first day counts, if it has not ended.';
comment on column worker_capacities.valid_to is 'Last day, inclusive; null is open.';

create table match_facts (
    generation bigint not null,
    match_id uuid not null,
    match_sequence bigint not null,
    episode_id uuid not null,
    programme text not null,
    first_day date not null,
    weight text not null,
    over_capacity boolean not null,
    overridden boolean not null,
    follows_match_id uuid,
    confirmed_at timestamptz not null,
    last_day date,
    ended_why text,
    ended_at timestamptz,
    constraint match_facts_pkey primary key (generation, match_id),
    constraint match_facts_generation_check check (generation >= 1),
    constraint match_facts_match_sequence_check check (match_sequence >= 1),
    constraint match_facts_ended_why_check check (ended_why in ('trajectory_closed', 'handed_over', 'stopped')),
    constraint match_facts_end_check check (
        (ended_at is null) = (last_day is null) and (ended_at is null) = (ended_why is null)
    )
);
create index match_facts_period_idx on match_facts (generation, programme, confirmed_at);
create index match_facts_episode_idx on match_facts (generation, episode_id, confirmed_at);
create index match_facts_end_idx on match_facts (generation, programme, last_day) where last_day is not null;
comment on table match_facts is 'One row per match: what its events said. Neither the person nor the worker.';
comment on column match_facts.weight is 'Code of the case weight in the programme file; empty in a programme without weights.';
comment on column match_facts.last_day is 'May be the day before the first: a match that never held.';

create table declined_proposals (
    generation bigint not null,
    proposal_id uuid not null,
    programme text not null,
    declined_at timestamptz not null,
    constraint declined_proposals_pkey primary key (generation, proposal_id),
    constraint declined_proposals_generation_check check (generation >= 1)
);
create index declined_proposals_period_idx on declined_proposals (generation, programme, declined_at);
comment on table declined_proposals is 'One row per proposal of which another than the first worker was chosen.';

create table trajectory_facts (
    generation bigint not null,
    trajectory_id uuid not null,
    trajectory_sequence bigint not null,
    episode_id uuid not null,
    programme text not null,
    opened_on date not null,
    opened_at timestamptz not null,
    exit_reason text,
    outcome text,
    closed_on date,
    closed_at timestamptz,
    constraint trajectory_facts_pkey primary key (generation, trajectory_id),
    constraint trajectory_facts_generation_check check (generation >= 1),
    constraint trajectory_facts_trajectory_sequence_check check (trajectory_sequence >= 1),
    constraint trajectory_facts_outcome_check check (
        outcome in ('with_work', 'step_below_work', 'regular_offer', 'without_work')
    ),
    constraint trajectory_facts_exit_check check (
        (closed_at is null) = (closed_on is null)
        and (closed_at is null) = (exit_reason is null)
        and (closed_at is null) = (outcome is null)
    )
);
create index trajectory_facts_period_idx on trajectory_facts (generation, programme, opened_on);
comment on table trajectory_facts is 'One row per trajectory: when it opened, and how it closed.';
comment on column trajectory_facts.trajectory_sequence is 'Sequence of the newest of its events that changed this row; contacts, measures and duties have their own.';
comment on column trajectory_facts.closed_on is 'Last day; null while it runs.';

create table contact_facts (
    generation bigint not null,
    contact_id uuid not null,
    trajectory_id uuid not null,
    trajectory_sequence bigint not null,
    programme text not null,
    day date not null,
    outcome text not null,
    time_class text not null,
    minutes integer not null,
    struck_out boolean not null default false,
    told_at timestamptz not null,
    constraint contact_facts_pkey primary key (generation, contact_id),
    constraint contact_facts_generation_check check (generation >= 1),
    constraint contact_facts_trajectory_sequence_check check (trajectory_sequence >= 1),
    constraint contact_facts_outcome_check check (outcome in ('reached', 'tried')),
    constraint contact_facts_time_class_check check (time_class in ('with_participant', 'around_participant')),
    constraint contact_facts_minutes_check check (minutes between 0 and 1440)
);
create index contact_facts_period_idx on contact_facts (generation, programme, day);
create index contact_facts_trajectory_idx on contact_facts (generation, trajectory_id);
comment on table contact_facts is 'One row per contact, as it was corrected last. Not who had it.';
comment on column contact_facts.minutes is 'Minutes it took.';
comment on column contact_facts.told_at is 'When it was logged, or corrected last.';

create table measure_facts (
    generation bigint not null,
    measure_id uuid not null,
    trajectory_id uuid not null,
    programme text not null,
    instrument text not null,
    day date not null,
    taken_at timestamptz not null,
    constraint measure_facts_pkey primary key (generation, measure_id),
    constraint measure_facts_generation_check check (generation >= 1)
);
create index measure_facts_period_idx on measure_facts (generation, programme, day);
create index measure_facts_trajectory_idx on measure_facts (generation, trajectory_id);
comment on table measure_facts is 'One row per measure that was taken; its values stay in trajectory.';

create table duty_facts (
    generation bigint not null,
    duty_id uuid not null,
    trajectory_id uuid not null,
    trajectory_sequence bigint not null,
    programme text not null,
    duty text not null,
    due_on date not null,
    state text not null,
    changed_at timestamptz not null,
    constraint duty_facts_pkey primary key (generation, duty_id),
    constraint duty_facts_generation_check check (generation >= 1),
    constraint duty_facts_trajectory_sequence_check check (trajectory_sequence >= 1),
    constraint duty_facts_state_check check (state in ('due', 'kept', 'missed', 'kept_late'))
);
create index duty_facts_period_idx on duty_facts (generation, programme, due_on);
create index duty_facts_trajectory_idx on duty_facts (generation, trajectory_id);
comment on table duty_facts is 'One row per duty of a trajectory that fell due or was done, in its newest state.';

create table approved_budgets (
    generation bigint not null,
    budget_id uuid not null,
    programme text not null,
    year integer not null,
    staff_cost_cents bigint not null,
    flat_rate_cents bigint not null,
    total_cents bigint not null,
    approved_at timestamptz not null,
    constraint approved_budgets_pkey primary key (generation, budget_id),
    constraint approved_budgets_generation_check check (generation >= 1)
);
create index approved_budgets_year_idx on approved_budgets (generation, programme, year);
comment on table approved_budgets is 'One row per approved budget, which does not change any more. Whole cents.';

create table budget_sources (
    generation bigint not null,
    budget_id uuid not null,
    source text not null,
    programme text not null,
    amount_cents bigint not null,
    constraint budget_sources_pkey primary key (generation, budget_id, source),
    constraint budget_sources_budget_fkey foreign key (generation, budget_id)
        references approved_budgets (generation, budget_id) on delete cascade
);
comment on table budget_sources is 'What each source pays of an approved budget, in whole cents.';
comment on column budget_sources.programme is 'Programme of the budget, for row-level security.';

alter table worker_capacities enable row level security;
alter table match_facts enable row level security;
alter table declined_proposals enable row level security;
alter table trajectory_facts enable row level security;
alter table contact_facts enable row level security;
alter table measure_facts enable row level security;
alter table duty_facts enable row level security;
alter table approved_budgets enable row level security;
alter table budget_sources enable row level security;

-- Workers read by programme, as far as their mandate reaches. An empty or missing setting reaches nothing.
create policy worker_capacities_read on worker_capacities for select using (
    (select nullif(current_setting('app.principal', true), '')) = 'worker'
    and ((select nullif(current_setting('app.programmes', true), '')) = '*'
         or programme = any (string_to_array((select nullif(current_setting('app.programmes', true), '')), ',')))
);
create policy match_facts_read on match_facts for select using (
    (select nullif(current_setting('app.principal', true), '')) = 'worker'
    and ((select nullif(current_setting('app.programmes', true), '')) = '*'
         or programme = any (string_to_array((select nullif(current_setting('app.programmes', true), '')), ',')))
);
create policy declined_proposals_read on declined_proposals for select using (
    (select nullif(current_setting('app.principal', true), '')) = 'worker'
    and ((select nullif(current_setting('app.programmes', true), '')) = '*'
         or programme = any (string_to_array((select nullif(current_setting('app.programmes', true), '')), ',')))
);
create policy trajectory_facts_read on trajectory_facts for select using (
    (select nullif(current_setting('app.principal', true), '')) = 'worker'
    and ((select nullif(current_setting('app.programmes', true), '')) = '*'
         or programme = any (string_to_array((select nullif(current_setting('app.programmes', true), '')), ',')))
);
create policy contact_facts_read on contact_facts for select using (
    (select nullif(current_setting('app.principal', true), '')) = 'worker'
    and ((select nullif(current_setting('app.programmes', true), '')) = '*'
         or programme = any (string_to_array((select nullif(current_setting('app.programmes', true), '')), ',')))
);
create policy measure_facts_read on measure_facts for select using (
    (select nullif(current_setting('app.principal', true), '')) = 'worker'
    and ((select nullif(current_setting('app.programmes', true), '')) = '*'
         or programme = any (string_to_array((select nullif(current_setting('app.programmes', true), '')), ',')))
);
create policy duty_facts_read on duty_facts for select using (
    (select nullif(current_setting('app.principal', true), '')) = 'worker'
    and ((select nullif(current_setting('app.programmes', true), '')) = '*'
         or programme = any (string_to_array((select nullif(current_setting('app.programmes', true), '')), ',')))
);
create policy approved_budgets_read on approved_budgets for select using (
    (select nullif(current_setting('app.principal', true), '')) = 'worker'
    and ((select nullif(current_setting('app.programmes', true), '')) = '*'
         or programme = any (string_to_array((select nullif(current_setting('app.programmes', true), '')), ',')))
);
create policy budget_sources_read on budget_sources for select using (
    (select nullif(current_setting('app.principal', true), '')) = 'worker'
    and ((select nullif(current_setting('app.programmes', true), '')) = '*'
         or programme = any (string_to_array((select nullif(current_setting('app.programmes', true), '')), ',')))
);

-- The consumer writes; an operator rebuilds and forgets.
create policy worker_capacities_keep on worker_capacities
    using ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'))
    with check ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'));
create policy match_facts_keep on match_facts
    using ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'))
    with check ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'));
create policy declined_proposals_keep on declined_proposals
    using ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'))
    with check ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'));
create policy trajectory_facts_keep on trajectory_facts
    using ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'))
    with check ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'));
create policy contact_facts_keep on contact_facts
    using ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'))
    with check ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'));
create policy measure_facts_keep on measure_facts
    using ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'))
    with check ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'));
create policy duty_facts_keep on duty_facts
    using ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'))
    with check ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'));
create policy approved_budgets_keep on approved_budgets
    using ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'))
    with check ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'));
create policy budget_sources_keep on budget_sources
    using ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'))
    with check ((select nullif(current_setting('app.principal', true), '')) in ('consumer', 'operator'));

do $$
declare
    runtime text := current_setting('bondgenoot.runtime_role');
begin
    execute format(
        'grant select, insert, delete
         on worker_capacities, match_facts, declined_proposals, trajectory_facts, contact_facts, measure_facts, duty_facts,
            approved_budgets, budget_sources
         to %I', runtime);
    execute format(
        'grant update (worker_sequence, cases_min, cases_max, valid_to, changed_at) on worker_capacities to %I', runtime);
    execute format('grant update (match_sequence, last_day, ended_why, ended_at) on match_facts to %I', runtime);
    execute format(
        'grant update (trajectory_sequence, exit_reason, outcome, closed_on, closed_at) on trajectory_facts to %I', runtime);
    execute format(
        'grant update (trajectory_sequence, day, outcome, time_class, minutes, struck_out, told_at) on contact_facts to %I',
        runtime);
    execute format('grant update (trajectory_sequence, due_on, state, changed_at) on duty_facts to %I', runtime);
end $$;
