-- What the policies of this database ask about a caller. The unit of work sets the settings for one transaction; a setting that
-- was never set is null and one of an earlier transaction is the empty string: both mean no.
set lock_timeout = '2s';

create function principal_is(name text) returns boolean language sql stable as
    $$ select coalesce(current_setting('app.principal', true) = name, false) $$;
comment on function principal_is is 'Whether the caller is this kind of principal.';

create function purpose_is(name text) returns boolean language sql stable as
    $$ select coalesce(current_setting('app.purpose', true) = name, false) $$;
comment on function purpose_is is 'Whether the call serves this purpose, as the access rule of its RPC says: `finance` for the finance officer, `finance_totals` for everybody who may see totals.';

create function programme_in_reach(programme text) returns boolean language sql stable as $$
    select coalesce(
        current_setting('app.scope', true) in ('programme', 'region')
        and (current_setting('app.programmes', true) = '*'
             or programme = any (string_to_array(nullif(current_setting('app.programmes', true), ''), ','))),
        false)
$$;
comment on function programme_in_reach is 'Whether the caller''s mandate covers this programme.';
