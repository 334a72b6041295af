-- What the policies of this database ask about a caller. The unit of work sets the settings for one transaction; a setting that
-- was never set is null and one of an earlier transaction is the empty string: both mean no.
set lock_timeout = '2s';

create function principal_is(name text) returns boolean language sql stable as
    $$ select coalesce(current_setting('app.principal', true) = name, false) $$;
comment on function principal_is is 'Whether the caller is this kind of principal.';

create function purpose_is(name text) returns boolean language sql stable as
    $$ select coalesce(current_setting('app.purpose', true) = name, false) $$;
comment on function purpose_is is 'Whether the call serves this purpose, as the access rule of its RPC says; a process of the service itself has the purpose `process`.';

create function programme_in_reach(programme text) returns boolean language sql stable as $$
    select coalesce(
        current_setting('app.scope', true) in ('programme', 'region')
        and (current_setting('app.programmes', true) = '*'
             or programme = any (string_to_array(nullif(current_setting('app.programmes', true), ''), ','))),
        false)
$$;
comment on function programme_in_reach is 'Whether the caller''s mandate covers every case of this programme. A mandate for own cases never does.';

create function caller_worker() returns uuid language sql stable as
    $$ select nullif(current_setting('app.worker', true), '')::uuid $$;
comment on function caller_worker is 'The worker who calls; null for everybody else.';

create function today_in_region() returns date language sql stable as
    $$ select nullif(current_setting('app.today', true), '')::date $$;
comment on function today_in_region is 'Today in the region''s time zone and business time.';

create function caller_organisation() returns uuid language sql stable as
    $$ select nullif(current_setting('app.organisation', true), '')::uuid $$;
comment on function caller_organisation is 'The organisation of the worker who calls; null for everybody else.';

create function organisation_in_reach(organisation uuid, programme text) returns boolean language sql stable as $$
    select coalesce(
        current_setting('app.scope', true) = 'organisation'
        and organisation = nullif(current_setting('app.organisation', true), '')::uuid
        and (current_setting('app.programmes', true) = '*'
             or programme = any (string_to_array(nullif(current_setting('app.programmes', true), ''), ','))),
        false)
$$;
comment on function organisation_in_reach is 'Whether the caller''s mandate covers the cases of this organisation in this programme.';

create function whole_programmes() returns boolean language sql stable as
    $$ select coalesce(current_setting('app.scope', true) in ('programme', 'region'), false) $$;
comment on function whole_programmes is 'Whether the caller''s mandate covers whole programmes and not only some cases of them.';
