-- Exports as lists. An operator learns which submitted revisions are exported and nothing else of a claim, so there is a function and
-- no policy: a policy on claims would let totals through, whose policy asks for the claim only.
set lock_timeout = '2s';

create index exports_recorded_idx on exports (recorded_at desc, export_id desc);

create function export_runs()
returns table (programme text, first_month date, last_month date, claim_id uuid, revision integer, submitted_at timestamptz,
               export_id uuid, completed_at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    select claims.programme, claims.first_month, claims.last_month, claim_revisions.claim_id, claim_revisions.revision,
           claim_revisions.submitted_at, exports.export_id, exports.completed_at
    from claim_revisions
    join claims on claims.claim_id = claim_revisions.claim_id
    left join exports on exports.claim_id = claim_revisions.claim_id and exports.revision = claim_revisions.revision
    where claim_revisions.submitted_at is not null
      -- One that was corrected before a run saw it is not exported any more.
      and (claim_revisions.state <> 'corrected' or exports.export_id is not null)
      and current_setting('app.principal', true) = 'operator'
$$;
comment on function export_runs is 'Submitted revisions with whether they are exported, for operators: no amount, no person.';
revoke all on function export_runs from public;

do $$
declare
    runtime text := current_setting('bondgenoot.runtime_role');
begin
    execute format('grant execute on function export_runs to %I', runtime);
end $$;
