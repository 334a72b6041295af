//! What every step on a family begins and ends with.

use chassis::database::Work;
use chassis::error::Violation;
use region::programme::Family;
use region::{Programme, Region, SchoolYearCode};

use crate::domain::{Etag, FamilyError, MemberDetails, Origin, ParticipationId, PersonId, check_change};
use crate::error::Error;
use crate::events::published;
use crate::storage::families::{self, FoundMember};
use crate::storage::family_views::{self, MemberView};
use crate::storage::person_joins;

/// A family and who reads it is not told more than that.
#[derive(Debug, Clone)]
pub struct FoundFamily {
    /// Participation, once there is one.
    pub participation: Option<ParticipationId>,
    /// Programme.
    pub programme: String,
    /// Members; who left stands last.
    pub members: Vec<MemberView>,
}

/// Locks every family that is, by the joins of coordinators, the family of this person.
pub(super) async fn lock(work: &mut Work, referred: PersonId) -> Result<(), Error> {
    let persons = person_joins::all_of(work.connection(), referred).await?;
    families::lock(work.connection(), &persons).await
}

/// The programme file that holds today, with what it asks of families.
pub(super) fn rules<'r>(
    work: &Work,
    region: &'r Region,
    programme: &str,
) -> Result<(&'r Programme, &'r Family, Origin), Error> {
    let code = programme.parse().map_err(|_| Error::ProgrammeNotRunning)?;
    let programme = region.programme_at(&code, work.clock().today()).ok_or(Error::ProgrammeNotRunning)?;
    let family = programme.family.as_ref().ok_or(FamilyError::NotAFamily)?;
    Ok((programme, family, Origin::of(programme)))
}

/// The member of a family that is locked from now on, in reach and as the caller read it.
pub(super) async fn begin_change(work: &mut Work, member: PersonId) -> Result<FoundMember, Error> {
    let found = families::find(work.connection(), member).await?.ok_or(Error::MemberNotFound)?;
    lock(work, found.referred).await?;
    let found = families::find(work.connection(), member).await?.ok_or(Error::MemberNotFound)?;
    if !work.grant().programmes.contains(&found.programme) {
        return Err(Error::MemberNotFound);
    }
    let current = Etag::of(found.version);
    if !current.is(work.if_match()) {
        return Err(Error::Stale { changed_by: found.changed_by, changed_at: found.changed_at, current });
    }
    check_change(found.state)?;
    Ok(found)
}

/// What is wrong with the school of a member, by the programme and the relation.
pub(super) fn check_school(family: &Family, details: &MemberDetails) -> Vec<Violation> {
    let Some(year) = details.school_year.as_ref() else { return Vec::new() };
    if family.school_year(year).is_some() {
        return Vec::new();
    }
    let known: Vec<&str> = family.school_years.iter().map(|year| year.code.as_str()).collect();
    vec![unknown_school_year(&known)]
}

/// The violation of a school year that the programme does not have.
fn unknown_school_year(known: &[&str]) -> Violation {
    let remedy = if known.is_empty() {
        "leave the school year empty: the programme asks none".to_owned()
    } else {
        format!("choose one of these codes: {}", known.join(", "))
    };
    Violation::new("school_year", "UNKNOWN_SCHOOL_YEAR", "the programme has no such school year", remedy)
}

/// Stored codes that the file of today no longer has are in no focus.
fn is_in_focus(family: &Family, year: &str) -> bool {
    SchoolYearCode::parse(year).ok().and_then(|code| family.school_year(&code)).is_some_and(|year| year.focus)
}

/// Tells the others who belongs to the family that takes part, all of them.
pub(super) async fn tell(
    work: &mut Work,
    participation: ParticipationId,
    programme: &Programme,
    family: &Family,
) -> Result<(), Error> {
    let members = families::recorded(work.connection(), participation).await?;
    let now = work.now();
    let event =
        published::family_recorded(participation, programme, &members, |year| is_in_focus(family, year), now);
    work.publish(participation.as_uuid(), &event);
    Ok(())
}

/// The member after a step; what the answer is about.
pub(super) async fn finish(
    work: &mut Work,
    referred: PersonId,
    member: PersonId,
) -> Result<MemberView, Error> {
    let vault = work.vault().clone();
    let members = family_views::members(work.connection(), &vault, Some(referred), None).await?;
    work.touches(member.as_uuid());
    work.answer_is_about(member.as_uuid());
    members.into_iter().find(|view| view.person == member).ok_or(Error::MemberNotFound)
}
