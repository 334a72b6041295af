-- What the consumer under test does with an event: one row each time a handler ran and was committed. No unique key over
-- events on purpose: an event that takes effect twice must show.
create table effects (
    place bigint generated always as identity,
    generation bigint not null,
    event_id uuid not null,
    aggregate_id uuid not null,
    event_sequence bigint not null,
    programme text not null,
    constraint effects_pkey primary key (place),
    constraint effects_programme_check check (programme <> 'forbidden')
);
create index effects_aggregate_idx on effects (generation, aggregate_id);
alter table effects enable row level security;
create policy effects_all on effects using (true) with check (true);

do $$
begin
    execute format('grant select, insert, delete on effects to %I', current_setting('bondgenoot.runtime_role'));
end $$;
