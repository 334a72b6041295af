-- What keeps the hours of a claim looks at a statement and no more at each of its rows: a claim of a million hours is one insert.
set lock_timeout = '2s';

create function claimed_entries_kept() returns trigger language plpgsql as $$
begin
    if exists (
        select from (select distinct claim_id, revision from touched) as touched
        where not exists (
            select from claim_revisions
            where claim_revisions.claim_id = touched.claim_id and claim_revisions.revision = touched.revision and state = 'saved')) then
        raise exception 'the content of a claim that is not saved stays as it is';
    end if;
    return null;
end $$;
comment on function claimed_entries_kept is 'Hours are claimed while a revision is saved, and never after; as claim_content_kept, for many rows at once.';

create function claimed_entries_fixed() returns trigger language plpgsql as $$
begin
    raise exception 'an hour that is claimed is not moved';
end $$;
comment on function claimed_entries_fixed is 'Rows come and go with their revision; none is changed.';

drop trigger claimed_entries_kept on claimed_entries;
create trigger claimed_entries_added after insert on claimed_entries
    referencing new table as touched for each statement execute function claimed_entries_kept();
create trigger claimed_entries_removed after delete on claimed_entries
    referencing old table as touched for each statement execute function claimed_entries_kept();
create trigger claimed_entries_fixed before update on claimed_entries for each row execute function claimed_entries_fixed();
