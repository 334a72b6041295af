//! What many use cases begin with.

use chassis::database::Work;
use jiff::Timestamp;
use jiff::civil::Date;
use region::programme::Role;
use region::{NisCode, Programme, ProgrammeCode, Region};
use uuid::Uuid;

use crate::domain::Etag;
use crate::error::{Error, Record};

/// The worker who calls. The access rules let nobody else through.
pub(super) fn caller(work: &Work) -> Result<Uuid, Error> {
    work.caller().worker.ok_or(Error::NotFound(Record::Worker))
}

/// Checks that the caller reaches a programme that the region has: one out of reach and one that is not there are the same.
pub(super) fn reach<'r>(
    work: &Work,
    region: &'r Region,
    programme: &ProgrammeCode,
) -> Result<&'r Programme, Error> {
    let found = region.programme(programme).filter(|_| work.grant().programmes.contains(programme.as_str()));
    found.ok_or(Error::NotFound(Record::Programme))
}

/// The programme file that decides today.
pub(super) fn programme<'r>(
    work: &Work,
    region: &'r Region,
    programme: &ProgrammeCode,
) -> Result<&'r Programme, Error> {
    region.programme_at(programme, work.clock().today()).ok_or(Error::ProgrammeNotRunning)
}

/// Whether a programme runs on a day, by its own first and last day.
pub(super) fn runs_on(programme: &Programme, day: Date) -> bool {
    programme.starts_on.is_none_or(|first| first <= day) && programme.ends_on.is_none_or(|last| day <= last)
}

/// The roles of a programme that accompany.
pub(super) fn accompanying(programme: &Programme) -> Vec<Role> {
    programme.roles.iter().filter(|rule| rule.accompanies).map(|rule| rule.role).collect()
}

/// Checks that the caller read this version.
pub(super) fn check_etag(
    work: &Work,
    current: Etag,
    changed_at: Timestamp,
    changed_by: Option<Uuid>,
) -> Result<(), Error> {
    if current.is(work.if_match()) { Ok(()) } else { Err(Error::Stale { changed_by, changed_at, current }) }
}

/// The municipality that a code stands for on a day: the code itself, or what it merged into. `None` when the region has neither.
pub(super) fn municipality_on(region: &Region, nis: NisCode, day: Date) -> Option<NisCode> {
    let mut next = Some(nis);
    // Every step leads to another municipality, so there are never more steps than municipalities.
    for _ in 0..=region.municipalities.len() {
        let found = region.municipalities.iter().find(|candidate| Some(candidate.nis) == next)?;
        if found.is_valid_on(day) {
            return Some(found.nis);
        }
        next = found.merged_into;
    }
    None
}
