-- Wages of employments, with dates. Sealed under a key each; what an hour costs is computed and never stored.
set lock_timeout = '2s';

create table wages (
    wage_id uuid not null,
    employment_id uuid not null,
    valid_from date not null,
    valid_to date,
    basis text not null,
    amount bytea not null,
    constraint wages_pkey primary key (wage_id),
    constraint wages_employment_id_fkey foreign key (employment_id) references employments (employment_id),
    constraint wages_valid_check check (valid_from <= valid_to),
    constraint wages_basis_check check (basis in ('gross_month', 'annual_cost', 'documented_hour'))
);
create index wages_employment_idx on wages (employment_id, valid_from);
comment on table wages is 'What the hours of an employment are priced by, from a first day to a last one. Periods of one employment never overlap: checked under the lock of the person, and by a trigger.';
comment on column wages.amount is 'Sealed under the key of the wage, in euro.';
alter table wages enable row level security;

create table employment_wage_keys (
    wage_id uuid not null,
    region_key_id text not null,
    wrapped bytea not null,
    constraint employment_wage_keys_pkey primary key (wage_id),
    constraint employment_wage_keys_wage_id_fkey foreign key (wage_id) references wages (wage_id) on delete cascade
);
comment on table employment_wage_keys is 'The key that seals a wage, wrapped by the region key. Goes with the wage.';
alter table employment_wage_keys enable row level security;

create function wages_apart() returns trigger language plpgsql as $$
begin
    if exists (select from wages where employment_id = new.employment_id and wage_id <> new.wage_id
               and valid_from <= coalesce(new.valid_to, 'infinity') and new.valid_from <= coalesce(valid_to, 'infinity')) then
        raise exception 'wages of an employment overlap';
    end if;
    return new;
end $$;
comment on function wages_apart is 'Wages of one employment share no day.';
create trigger wages_apart before insert or update on wages for each row execute function wages_apart();

-- The finance officer of the organisation or of the programme (`wages`); a claim is made with them by the officer of the programme.
create policy wages_read on wages for select
    using ((purpose_is('wages') or purpose_is('claims'))
           and exists (select from employments where employments.employment_id = wages.employment_id));
create policy wages_add on wages for insert
    with check (purpose_is('wages') and exists (select from employments where employments.employment_id = wages.employment_id));
create policy wages_change on wages for update
    using (purpose_is('wages') and exists (select from employments where employments.employment_id = wages.employment_id));
create policy wages_remove on wages for delete
    using (purpose_is('wages') and exists (select from employments where employments.employment_id = wages.employment_id));

create policy employment_wage_keys_read on employment_wage_keys for select
    using ((purpose_is('wages') or purpose_is('claims'))
           and exists (select from wages where wages.wage_id = employment_wage_keys.wage_id));
create policy employment_wage_keys_add on employment_wage_keys for insert
    with check (purpose_is('wages') and exists (select from wages where wages.wage_id = employment_wage_keys.wage_id));
create policy employment_wage_keys_change on employment_wage_keys for update
    using (purpose_is('wages') and exists (select from wages where wages.wage_id = employment_wage_keys.wage_id));

do $$
declare
    runtime text := current_setting('bondgenoot.runtime_role');
begin
    execute format('grant select, insert, delete, update (valid_from, valid_to, basis, amount) on wages to %I', runtime);
    execute format('grant select, insert, update (region_key_id, wrapped) on employment_wage_keys to %I', runtime);
end $$;
