-- Lines of a claim come in one statement, as its hours do: what keeps them looks at the statement and no more at each row.
set lock_timeout = '2s';

alter function claimed_entries_kept() rename to claim_rows_kept;
comment on function claim_rows_kept is 'Hours and lines are written while a revision is saved, and never after; as claim_content_kept, for many rows at once.';
create or replace function claimed_entries_fixed() returns trigger language plpgsql as $$
begin
    raise exception 'what stands in a claim is not changed';
end $$;
alter function claimed_entries_fixed() rename to claim_rows_fixed;

drop trigger claim_lines_kept on claim_lines;
create trigger claim_lines_added after insert on claim_lines
    referencing new table as touched for each statement execute function claim_rows_kept();
create trigger claim_lines_removed after delete on claim_lines
    referencing old table as touched for each statement execute function claim_rows_kept();
create trigger claim_lines_fixed before update on claim_lines for each row execute function claim_rows_fixed();

-- claimed_entries_export_idx begins with the same column.
drop index claimed_entries_revision_idx;
