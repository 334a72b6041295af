-- How the contradictory total of a call is read: who decided what, when and why. Only ever added to; the newest counts.
set lock_timeout = '2s';

create table term_readings (
    term_reading_id uuid not null,
    programme text not null,
    reading text,
    reason text not null,
    decided_at timestamptz not null,
    decided_by uuid not null,
    constraint term_readings_pkey primary key (term_reading_id),
    constraint term_readings_reading_check check (reading in ('every_year', 'stated_total')),
    constraint term_readings_reason_check check (char_length(reason) between 1 and 200)
);
create index term_readings_newest_idx on term_readings (programme, decided_at desc, term_reading_id desc);
comment on table term_readings is 'Decisions about how the total of a grant is read. Never changed, never removed: the newest of a programme counts.';
comment on column term_readings.reading is 'Null when the decision before was taken back: then both readings are shown again.';
alter table term_readings enable row level security;

create policy term_readings_read on term_readings for select
    using (principal_is('worker') and (purpose_is('finance') or purpose_is('finance_totals')) and programme_in_reach(programme));
create policy term_readings_add on term_readings for insert
    with check (principal_is('worker') and purpose_is('finance') and programme_in_reach(programme));

do $$
begin
    execute format('grant select, insert on term_readings to %I', current_setting('bondgenoot.runtime_role'));
end $$;
