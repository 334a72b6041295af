-- A toy service for the tests of the chassis: notes that are counted and read under row-level security.
create table notes (
    note_id uuid not null,
    programme text not null,
    body text not null,
    constraint notes_pkey primary key (note_id)
);
alter table notes enable row level security;
create policy notes_reach on notes using (
    nullif(current_setting('app.programmes', true), '') = '*'
    or programme = any (string_to_array(nullif(current_setting('app.programmes', true), ''), ','))
) with check (true);

do $$
begin
    execute format('grant select, insert on notes to %I', current_setting('bondgenoot.runtime_role'));
end $$;
