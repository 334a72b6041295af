-- What was found about the running region, and since when until when. No personal data.
set lock_timeout = '2s';

create table findings (
    finding_id uuid not null,
    code text not null,
    subject text not null,
    severity text not null,
    message text not null,
    effect text not null,
    action text not null,
    link text not null,
    since timestamptz not null,
    until timestamptz,
    constraint findings_pkey primary key (finding_id),
    constraint findings_severity_check check (severity in ('warning', 'failure')),
    constraint findings_until_check check (until >= since)
);
create unique index findings_open_key on findings (code, subject) where until is null;
create index findings_since_idx on findings (since desc, finding_id desc);
comment on table findings is 'Findings about the running region; history is kept. One open finding per code and subject, however many replicas look.';
comment on column findings.code is 'Code out of the closed set of the build that opened it; a later build may know other codes.';
comment on column findings.subject is 'Service, queue, broker or region it is about.';
comment on column findings.until is 'Null while it lasts.';

alter table findings enable row level security;
-- The service itself and operators work with all of it; an administrator of the region may read.
create policy findings_operator on findings
    using (nullif(current_setting('app.principal', true), '') = 'operator')
    with check (nullif(current_setting('app.principal', true), '') = 'operator');
create policy findings_administrator on findings for select
    using (
        nullif(current_setting('app.principal', true), '') = 'worker'
        and nullif(current_setting('app.scope', true), '') = 'region'
        and nullif(current_setting('app.purpose', true), '') = 'operations'
    );

do $$
begin
    execute format('grant select, insert, update (severity, message, until) on findings to %I',
                   current_setting('bondgenoot.runtime_role'));
end $$;
