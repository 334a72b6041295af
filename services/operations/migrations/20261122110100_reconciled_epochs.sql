-- Up to which producer epoch the histories of a service were seen to agree with those of its neighbours.
set lock_timeout = '2s';

create table reconciled_epochs (
    service text not null,
    epoch bigint not null,
    reconciled_at timestamptz not null,
    constraint reconciled_epochs_pkey primary key (service),
    constraint reconciled_epochs_epoch_check check (epoch >= 1)
);
comment on table reconciled_epochs is 'A service in a higher epoch than this one was restored from a backup and not seen reconciled since. No row is epoch 1.';

alter table reconciled_epochs enable row level security;
create policy reconciled_epochs_operator on reconciled_epochs
    using (nullif(current_setting('app.principal', true), '') = 'operator')
    with check (nullif(current_setting('app.principal', true), '') = 'operator');

do $$
begin
    execute format('grant select, insert, update (epoch, reconciled_at) on reconciled_epochs to %I',
                   current_setting('bondgenoot.runtime_role'));
end $$;
