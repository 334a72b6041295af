-- Purchases of a programme, of which the splitting of a larger one is to be seen.
set lock_timeout = '2s';

create table purchases (
    purchase_id uuid not null,
    programme text not null,
    category text not null,
    supplier_kbo text not null,
    partner text not null,
    bought_on date not null,
    amount_cents bigint not null,
    text text not null,
    evidence text,
    reverses uuid,
    recorded_at timestamptz not null,
    recorded_by uuid not null,
    constraint purchases_pkey primary key (purchase_id),
    constraint purchases_reverses_fkey foreign key (reverses) references purchases (purchase_id),
    constraint purchases_reverses_key unique (reverses),
    constraint purchases_category_check check (category ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    constraint purchases_supplier_check check (supplier_kbo ~ '^[0-9]{10}$'),
    constraint purchases_amount_check check ((amount_cents < 0) = (reverses is not null) and amount_cents <> 0),
    constraint purchases_text_check check (char_length(text) between 1 and 200),
    constraint purchases_evidence_check check (char_length(evidence) between 1 and 200)
);
create index purchases_page_idx on purchases (programme, recorded_at desc, purchase_id desc);
create index purchases_day_idx on purchases (programme, bought_on);
comment on table purchases is 'What partners of a programme bought, without VAT. Never changed, never removed: a mistake is reversed, once.';
alter table purchases enable row level security;

create function purchases_kept() returns trigger language plpgsql as $$
begin
    raise exception 'a purchase stays as it is';
end $$;
comment on function purchases_kept is 'Purchases are added, and never changed or removed, also by the owner.';
create trigger purchases_kept before update or delete on purchases for each row execute function purchases_kept();

-- The finance officer of the programme writes (`claims`); the auditor reads as well (`claims_read`).
create policy purchases_read on purchases for select using (reads_claims(programme));
create policy purchases_add on purchases for insert
    with check (principal_is('worker') and purpose_is('claims') and programme_in_reach(programme));

do $$
begin
    execute format('grant select, insert on purchases to %I', current_setting('bondgenoot.runtime_role'));
end $$;
