//! A family is read: by its coordinator for a referral, by whoever is on the case for a participation.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::{ProgrammeCode, Region};

use super::family::FoundFamily;
use crate::domain::{FamilyError, ParticipationId, ReferralId};
use crate::error::Error;
use crate::storage::{families, family_views, referrals};

/// Reads the family of a referral.
#[derive(Debug, Clone)]
pub struct GetFamily {
    /// The region.
    pub region: Arc<Region>,
    /// Which referral.
    pub referral: ReferralId,
}

/// Reads the family that takes part. Who may is decided by the policies of the database.
#[derive(Debug, Clone)]
pub struct GetParticipatingFamily {
    /// The region.
    pub region: Arc<Region>,
    /// Which participation.
    pub participation: ParticipationId,
}

impl Command for GetFamily {
    const NAME: &'static str = "get_family";
    type Outcome = FoundFamily;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<FoundFamily, Error> {
        let vault = work.vault().clone();
        let connection = work.connection();
        let (person, programme) =
            referrals::subject(connection, self.referral).await?.ok_or(Error::ReferralNotFound)?;
        if !work.grant().programmes.contains(&programme) {
            return Err(Error::ReferralNotFound);
        }
        check_family(&self.region, &programme)?;
        let connection = work.connection();
        let case = families::participation(connection, self.referral).await?;
        let participation = case.map(|(participation, _)| participation);
        let members = family_views::members(connection, &vault, Some(person), participation).await?;
        work.touches(self.referral.as_uuid());
        Ok(seen(work, FoundFamily { participation, programme, members }))
    }
}

impl Command for GetParticipatingFamily {
    const NAME: &'static str = "get_participating_family";
    type Outcome = FoundFamily;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<FoundFamily, Error> {
        let vault = work.vault().clone();
        let connection = work.connection();
        let programme = family_views::programme_of(connection, self.participation)
            .await?
            .ok_or(Error::ParticipationNotFound)?;
        check_family(&self.region, &programme)?;
        let members = family_views::members(connection, &vault, None, Some(self.participation)).await?;
        work.touches(self.participation.as_uuid());
        Ok(seen(work, FoundFamily { participation: Some(self.participation), programme, members }))
    }
}

/// The audit row names everybody who was seen.
fn seen(work: &mut Work, family: FoundFamily) -> FoundFamily {
    for member in &family.members {
        work.touches(member.person.as_uuid());
    }
    family
}

fn check_family(region: &Region, programme: &str) -> Result<(), Error> {
    let code = ProgrammeCode::parse(programme).map_err(|_| Error::ProgrammeNotFound)?;
    let programme = region.programme(&code).ok_or(Error::ProgrammeNotFound)?;
    if programme.family.is_some() { Ok(()) } else { Err(FamilyError::NotAFamily.into()) }
}
