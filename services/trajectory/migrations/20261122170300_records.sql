-- What is written down in a trajectory: contacts, goals, steps, measures, duties, visits.
set lock_timeout = '2s';

create table contacts (
    contact_id uuid not null,
    trajectory_id uuid not null,
    worker_id uuid not null,
    organisation_id uuid not null,
    day date not null,
    outcome text not null,
    time_class text not null,
    minutes integer not null,
    domain text,
    note_version bigint,
    struck_out boolean not null,
    version bigint not null,
    logged_at timestamptz not null,
    changed_at timestamptz not null,
    changed_by uuid not null,
    constraint contacts_pkey primary key (contact_id),
    constraint contacts_trajectory_id_fkey foreign key (trajectory_id) references trajectories (trajectory_id),
    constraint contacts_outcome_check check (outcome in ('reached', 'tried')),
    constraint contacts_time_class_check check (time_class in ('with_participant', 'around_participant')),
    constraint contacts_minutes_check check (minutes between 0 and 1440),
    constraint contacts_version_check check (version >= 1)
);
create index contacts_page_idx on contacts (trajectory_id, logged_at desc, contact_id desc);
comment on table contacts is 'The logbook. The present values; earlier ones are in contact_versions.';
comment on column contacts.note_version is 'Version of its words; null without a note.';
comment on column contacts.struck_out is 'It never took place: counts for nothing.';
alter table contacts enable row level security;

create table contact_versions (
    contact_id uuid not null,
    version bigint not null,
    day date not null,
    outcome text not null,
    time_class text not null,
    minutes integer not null,
    domain text,
    note_version bigint,
    struck_out boolean not null,
    changed_at timestamptz not null,
    changed_by uuid not null,
    constraint contact_versions_pkey primary key (contact_id, version),
    constraint contact_versions_contact_id_fkey foreign key (contact_id) references contacts (contact_id)
);
comment on table contact_versions is 'Every version of a contact before the present one. Never changed.';
alter table contact_versions enable row level security;

create table goals (
    goal_id uuid not null,
    trajectory_id uuid not null,
    domain text not null,
    state text not null,
    set_on date not null,
    set_at timestamptz not null,
    set_by uuid not null,
    closed_on date,
    version bigint not null,
    changed_at timestamptz not null,
    changed_by uuid not null,
    constraint goals_pkey primary key (goal_id),
    constraint goals_trajectory_id_fkey foreign key (trajectory_id) references trajectories (trajectory_id),
    constraint goals_state_check check (state in ('open', 'reached', 'dropped')),
    constraint goals_closed_check check ((state = 'open') = (closed_on is null))
);
create index goals_page_idx on goals (trajectory_id, set_at desc, goal_id desc);
comment on table goals is 'Goals of the participant. What they say is in words.';
alter table goals enable row level security;

create table next_steps (
    next_step_id uuid not null,
    trajectory_id uuid not null,
    day date not null,
    state text not null,
    planned_at timestamptz not null,
    planned_by uuid not null,
    version bigint not null,
    changed_at timestamptz not null,
    changed_by uuid not null,
    constraint next_steps_pkey primary key (next_step_id),
    constraint next_steps_trajectory_id_fkey foreign key (trajectory_id) references trajectories (trajectory_id),
    constraint next_steps_state_check check (state in ('planned', 'completed', 'replaced'))
);
create unique index next_steps_one_planned_idx on next_steps (trajectory_id) where state = 'planned';
comment on table next_steps is 'Steps that were planned; at most one of a trajectory is to be taken. What they say is in words.';
alter table next_steps enable row level security;

create table measures (
    measure_id uuid not null,
    trajectory_id uuid not null,
    instrument text not null,
    item_version integer not null,
    day date not null,
    value_count integer not null,
    taken_at timestamptz not null,
    taken_by uuid not null,
    constraint measures_pkey primary key (measure_id),
    constraint measures_trajectory_id_fkey foreign key (trajectory_id) references trajectories (trajectory_id)
);
create index measures_page_idx on measures (trajectory_id, taken_at desc, measure_id desc);
comment on table measures is 'Measures. Never changed.';
comment on column measures.value_count is 'How many numbers it has: a caller who may not read all of them sees how many are hidden.';
alter table measures enable row level security;

create table measure_values (
    measure_id uuid not null,
    item text not null,
    trajectory_id uuid not null,
    domain_class text not null,
    value integer not null,
    constraint measure_values_pkey primary key (measure_id, item),
    constraint measure_values_measure_id_fkey foreign key (measure_id) references measures (measure_id),
    constraint measure_values_domain_class_check check (domain_class in ('normal', 'sensitive', 'special_category', 'criminal'))
);
comment on table measure_values is 'The numbers of a measure. They stay after an erasure: numbers without a name.';
comment on column measure_values.item is 'Item of the instrument or life domain; empty for a scale without items.';
comment on column measure_values.domain_class is 'Secrecy class of the life domain; normal for an item of the instrument.';
alter table measure_values enable row level security;

create table duties (
    duty_id uuid not null,
    trajectory_id uuid not null,
    code text not null,
    occurrence integer not null,
    announced_on date not null,
    due_on date not null,
    grace_until date not null,
    counts_until date,
    instruments text[] not null,
    state text not null,
    kept_on date,
    changes_on date,
    changed_at timestamptz not null,
    changed_by uuid,
    constraint duties_pkey primary key (duty_id),
    constraint duties_occurrence_key unique (trajectory_id, code, occurrence),
    constraint duties_trajectory_id_fkey foreign key (trajectory_id) references trajectories (trajectory_id),
    constraint duties_state_check check (state in ('planned', 'announced', 'due', 'missed', 'kept', 'kept_late', 'lapsed')),
    constraint duties_kept_check check ((kept_on is not null) = (state in ('kept', 'kept_late')))
);
create index duties_changes_on_idx on duties (changes_on) where changes_on is not null;
create index duties_overdue_idx on duties (trajectory_id) where state in ('due', 'missed');
comment on table duties is 'Duties of the programme file as each trajectory has them; always one ahead of what was announced.';
comment on column duties.counts_until is 'Last day on which something done counts for this time and not for the next; null for the last time.';
comment on column duties.changes_on is 'When it changes by itself: what the sweep looks for.';
alter table duties enable row level security;

create table visit_plans (
    trajectory_id uuid not null,
    first_day date not null,
    ends_on date not null,
    visits integer not null,
    school_free_days date[] not null,
    planned_at timestamptz not null,
    planned_by uuid not null,
    constraint visit_plans_pkey primary key (trajectory_id),
    constraint visit_plans_trajectory_id_fkey foreign key (trajectory_id) references trajectories (trajectory_id)
);
comment on table visit_plans is 'The plan of visits of a trajectory; one, around the free days of the one school of the family.';
alter table visit_plans enable row level security;

create table visits (
    visit_id uuid not null,
    trajectory_id uuid not null,
    number integer not null,
    week integer not null,
    day date not null,
    state text not null,
    catches_up uuid,
    version bigint not null,
    changed_at timestamptz not null,
    changed_by uuid not null,
    constraint visits_pkey primary key (visit_id),
    constraint visits_catches_up_key unique (catches_up),
    constraint visits_trajectory_id_fkey foreign key (trajectory_id) references visit_plans (trajectory_id),
    constraint visits_catches_up_fkey foreign key (catches_up) references visits (visit_id),
    constraint visits_state_check check (state in ('planned', 'held', 'missed', 'cancelled')),
    constraint visits_version_check check (version >= 1)
);
create index visits_trajectory_id_idx on visits (trajectory_id, day);
comment on table visits is 'Visits of a plan, and those in their place.';
alter table visits enable row level security;
