-- What event delivery needs beside the kernel: generations of projections, the digest a waiting event was sent with, and who
-- a parked event waits for.
set lock_timeout = '2s';

create table chassis.projection_generations (
    one boolean default true,
    active_generation bigint not null default 1,
    building_generation bigint,
    latest_generation bigint not null default 1,
    constraint projection_generations_pkey primary key (one),
    constraint projection_generations_one_check check (one)
);
insert into chassis.projection_generations default values;
comment on table chassis.projection_generations is 'Which generation of the projections readers see. One row. Whoever applies events holds its row lock, so that one transaction at a time does, and a rebuild can switch between two of them.';
comment on column chassis.projection_generations.building_generation is 'Generation a rebuild is filling; readers never see it. Left over after a crash, and cleared by the next rebuild.';

alter table chassis.pending add column history_digest bytea not null default '';
comment on column chassis.pending.history_digest is 'Digest of the history of the producer up to and with this event, as it was sent.';
alter table chassis.parked add column history_digest bytea;
alter table chassis.parked add column waits_for uuid;
comment on column chassis.parked.waits_for is 'Aggregate that never came (reason PARENT_MISSING); when it comes after all, the event is tried again by itself.';
create index parked_waits_for_idx on chassis.parked (waits_for) where waits_for is not null and redriven_at is null;
create index parked_aggregate_idx on chassis.parked (producer, aggregate_id) where redriven_at is null;

do $$
declare
    runtime text := current_setting('bondgenoot.runtime_role');
begin
    execute format('grant select, update on chassis.projection_generations to %I', runtime);
    execute format('grant delete on chassis.parked to %I', runtime);
end $$;
