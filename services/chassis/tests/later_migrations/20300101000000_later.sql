-- What a later build needs.
create table later (id uuid primary key);
alter table later enable row level security;
