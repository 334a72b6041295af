-- Who is on a case is asked by nearly every policy. PostgreSQL plans the body of an SQL function anew in each statement that calls
-- it and cannot inline one that reads a table; a session keeps the plans of PL/pgSQL.
set lock_timeout = '2s';

create or replace function is_on_case(trajectory uuid) returns boolean language plpgsql stable as $$
begin
    return exists (
        select from case_access
        where case_access.trajectory_id = trajectory and case_access.worker_id = caller_worker()
          and case_access.valid_from <= today_in_region()
          and (case_access.valid_to is null or today_in_region() <= case_access.valid_to));
end
$$;

create or replace function reaches_class(trajectory uuid, class text) returns boolean language plpgsql stable as $$
begin
    return class = 'normal' or exists (
        select from case_access
        where case_access.trajectory_id = trajectory and case_access.worker_id = caller_worker()
          and case_access.domain_class = class
          and case_access.valid_from <= today_in_region()
          and (case_access.valid_to is null or today_in_region() <= case_access.valid_to));
end
$$;
