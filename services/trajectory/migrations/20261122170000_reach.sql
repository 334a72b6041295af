-- What the policies of this database ask about a caller. The unit of work sets the settings for one transaction; a setting that
-- was never set is null and one of an earlier transaction is the empty string: both mean no.
set lock_timeout = '2s';

create function principal_is(name text) returns boolean language sql stable as
    $$ select coalesce(current_setting('app.principal', true) = name, false) $$;
comment on function principal_is is 'Whether the caller is this kind of principal.';

create function is_own_process() returns boolean language sql stable as
    $$ select coalesce(current_setting('app.principal', true) in ('consumer', 'job', 'operator'), false) $$;
comment on function is_own_process is 'Whether the service itself is at work: its consumer, its jobs, or an operator''s repair through the chassis.';

create function is_on_trajectories() returns boolean language sql stable as $$
    select coalesce(current_setting('app.principal', true) = 'worker' and current_setting('app.purpose', true) = 'trajectory', false)
$$;
comment on function is_on_trajectories is 'Whether a worker calls an RPC of trajectory.';

create function programme_in_reach(programme text) returns boolean language sql stable as $$
    select coalesce(
        current_setting('app.scope', true) in ('programme', 'region')
        and (current_setting('app.programmes', true) = '*'
             or programme = any (string_to_array(nullif(current_setting('app.programmes', true), ''), ','))),
        false)
$$;
comment on function programme_in_reach is 'Whether the caller''s mandate covers every case of this programme. A mandate for own cases never does.';

create function organisation_in_reach(organisation uuid, programme text) returns boolean language sql stable as $$
    select coalesce(
        current_setting('app.scope', true) = 'organisation'
        and organisation = nullif(current_setting('app.organisation', true), '')::uuid
        and (current_setting('app.programmes', true) = '*'
             or programme = any (string_to_array(nullif(current_setting('app.programmes', true), ''), ','))),
        false)
$$;
comment on function organisation_in_reach is 'Whether the caller''s mandate covers the cases of this organisation, which is the caller''s own, in this programme.';

create function caller_worker() returns uuid language sql stable as
    $$ select nullif(current_setting('app.worker', true), '')::uuid $$;
comment on function caller_worker is 'The worker who calls; null for everybody else.';

create function today_in_region() returns date language sql stable as
    $$ select nullif(current_setting('app.today', true), '')::date $$;
comment on function today_in_region is 'Today in the region''s time zone and business time.';
