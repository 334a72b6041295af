-- Who people are. Every personal column is sealed under the person's own key and bound to its table, column and row.
set lock_timeout = '2s';

create table person_keys (
    person_id uuid not null,
    region_key_id text,
    wrapped bytea,
    destroyed_at timestamptz,
    constraint person_keys_pkey primary key (person_id),
    constraint person_keys_destroyed_check check (
        (wrapped is null) = (destroyed_at is not null) and (region_key_id is null) = (wrapped is null)
    )
);
comment on table person_keys is 'The key of each person, wrapped by the region key. Erasing a person destroys it; the row stays, so that the person id is known as erased.';
alter table person_keys enable row level security;

create table persons (
    person_id uuid not null,
    name bytea,
    contact bytea,
    birth_date bytea,
    national_number bytea,
    constraint persons_pkey primary key (person_id),
    constraint persons_person_id_fkey foreign key (person_id) references person_keys (person_id)
);
comment on table persons is 'What is known of a person. Two referrals of one human being are two persons until a coordinator joins them.';
comment on column persons.name is 'Sealed; null once erased, as all personal columns.';
comment on column persons.birth_date is 'Sealed; as far as known: `1987`, `1987-06` or `1987-06-14`.';
comment on column persons.national_number is 'Sealed; eleven digits. Optional, never a key.';
alter table persons enable row level security;

create table duplicate_keys (
    ground text not null,
    key bytea not null,
    person_id uuid not null,
    constraint duplicate_keys_pkey primary key (ground, key, person_id),
    constraint duplicate_keys_person_id_fkey foreign key (person_id) references persons (person_id),
    constraint duplicate_keys_ground_check check (ground in ('national_number', 'contact', 'name_and_municipality'))
);
create index duplicate_keys_person_id_idx on duplicate_keys (person_id);
comment on table duplicate_keys is 'Blind indexes: two persons with one key look like one human being. Rows go with an erasure.';
comment on column duplicate_keys.key is 'HMAC-SHA-256 of the normalised value under the index key of the region.';
alter table duplicate_keys enable row level security;
