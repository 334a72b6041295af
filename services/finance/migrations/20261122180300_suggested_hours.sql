-- The projection of trajectory's contacts: time that is suggested for time sheets.
set lock_timeout = '2s';

create table suggested_hours (
    generation bigint not null,
    contact_id uuid not null,
    trajectory_id uuid not null,
    trajectory_sequence bigint not null,
    worker_id uuid not null,
    organisation_id uuid not null,
    programme text not null,
    day date not null,
    month date not null generated always as (date_trunc('month', day::timestamp)::date) stored,
    time_class text not null,
    minutes integer not null,
    struck_out boolean not null,
    constraint suggested_hours_pkey primary key (generation, contact_id),
    constraint suggested_hours_generation_check check (generation >= 1),
    constraint suggested_hours_sequence_check check (trajectory_sequence >= 1),
    constraint suggested_hours_time_class_check check (time_class in ('with_participant', 'around_participant')),
    constraint suggested_hours_minutes_check check (minutes between 0 and 1440)
);
create index suggested_hours_page_idx on suggested_hours (generation, programme, month desc, worker_id desc);
create index suggested_hours_trajectory_idx on suggested_hours (generation, trajectory_id);
comment on table suggested_hours is 'One row per contact: who, for which organisation and programme, on which day, how long, in which class of time. Nothing about the participant.';
comment on column suggested_hours.generation is 'Generation of the projections; a rebuild fills the next one while readers stay on theirs.';
comment on column suggested_hours.trajectory_sequence is 'Sequence of the newest event in this row; an older or equal one changes nothing.';
comment on column suggested_hours.struck_out is 'It never took place and counts for nothing; the row stays, so that a repeat of an earlier event does not bring it back.';
alter table suggested_hours enable row level security;
