-- What people had operations do: written down before it is done, and then what became of it. Nothing is changed or removed.
set lock_timeout = '2s';

create table actions (
    action_id uuid not null,
    worker_id uuid not null,
    idempotency_key text,
    kind text not null,
    subject text not null,
    period text not null,
    again boolean not null,
    parked_ids uuid[] not null,
    reason text not null,
    asked_at timestamptz not null,
    constraint actions_pkey primary key (action_id),
    constraint actions_kind_check
        check (kind in ('run_export', 'suspend_export', 'resume_export', 'redrive_parked')),
    constraint actions_reason_check check (char_length(reason) between 1 and 200)
);
create unique index actions_request_key on actions (worker_id, kind, idempotency_key)
    where idempotency_key is not null;
create index actions_asked_at_idx on actions (asked_at desc, action_id desc);
comment on table actions is 'What was asked of operations, before it was done. Append-only.';
comment on column actions.action_id is 'Names what the action starts in Kubernetes, so that trying again starts nothing twice.';
comment on column actions.idempotency_key is 'Of the request: a repeat finds the action. Null without one.';
comment on column actions.subject is 'Schedule of an export, or a service.';
comment on column actions.reason is 'Why, as the person wrote it; the contract asks for no names.';

create table action_outcomes (
    outcome_id uuid not null,
    action_id uuid not null,
    outcome text not null,
    ended_at timestamptz not null,
    error text not null,
    job text not null,
    applied bigint not null,
    parked_again bigint not null,
    constraint action_outcomes_pkey primary key (outcome_id),
    constraint action_outcomes_action_id_fkey foreign key (action_id) references actions (action_id),
    constraint action_outcomes_outcome_check check (outcome in ('done', 'refused', 'failed'))
);
create unique index action_outcomes_done_key on action_outcomes (action_id) where outcome = 'done';
create index action_outcomes_action_id_idx on action_outcomes (action_id, ended_at desc, outcome_id desc);
comment on table action_outcomes is 'What became of each attempt at an action; at most one was done. Append-only. No row: not known.';

alter table actions enable row level security;
alter table action_outcomes enable row level security;
-- Administrators of the region write what they ask themselves and read everything; operators read.
create policy actions_operator on actions for select
    using (nullif(current_setting('app.principal', true), '') = 'operator');
create policy actions_administrator on actions for select
    using (
        nullif(current_setting('app.principal', true), '') = 'worker'
        and nullif(current_setting('app.scope', true), '') = 'region'
        and nullif(current_setting('app.purpose', true), '') = 'operations'
    );
create policy actions_ask on actions for insert
    with check (
        nullif(current_setting('app.principal', true), '') = 'worker'
        and nullif(current_setting('app.scope', true), '') = 'region'
        and nullif(current_setting('app.purpose', true), '') = 'operations'
        and worker_id::text = current_setting('app.worker', true)
    );
create policy action_outcomes_operator on action_outcomes for select
    using (nullif(current_setting('app.principal', true), '') = 'operator');
create policy action_outcomes_administrator on action_outcomes for select
    using (
        nullif(current_setting('app.principal', true), '') = 'worker'
        and nullif(current_setting('app.scope', true), '') = 'region'
        and nullif(current_setting('app.purpose', true), '') = 'operations'
    );
create policy action_outcomes_end on action_outcomes for insert
    with check (
        exists (
            select from actions
            where actions.action_id = action_outcomes.action_id
              and actions.worker_id::text = current_setting('app.worker', true)
        )
    );

do $$
begin
    execute format('grant select, insert on actions, action_outcomes to %I', current_setting('bondgenoot.runtime_role'));
end $$;
