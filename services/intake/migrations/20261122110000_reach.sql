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
