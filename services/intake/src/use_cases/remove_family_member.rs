//! A coordinator takes a member out of a family.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;

use super::erase_person::erase;
use super::{family, step};
use crate::domain::{ErasureGround, FamilyError, PersonId, RemovalReason};
use crate::error::Error;
use crate::storage::families;
use crate::storage::family_views::MemberView;

/// Takes out. Whoever left was reached and stays known; whoever was recorded by mistake is erased, unless it is the person who was
/// referred, who is known by the referral.
#[derive(Debug, Clone)]
pub struct RemoveFamilyMember {
    /// The region.
    pub region: Arc<Region>,
    /// Whom.
    pub member: PersonId,
    /// Why.
    pub reason: RemovalReason,
}

/// The member after it.
#[derive(Debug, Clone)]
pub enum Removed {
    /// Who left.
    Left(MemberView),
    /// Who was never a member.
    Mistake {
        /// Whom.
        member: PersonId,
        /// Whether the person was erased.
        erased: bool,
    },
}

impl Command for RemoveFamilyMember {
    const NAME: &'static str = "remove_family_member";
    type Outcome = Removed;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Removed, Error> {
        let found = family::begin_change(work, self.member).await?;
        let (programme, rules, _) = family::rules(work, &self.region, &found.programme)?;
        let left_on = match self.reason {
            RemovalReason::Left if found.left => return Err(FamilyError::Left.into()),
            RemovalReason::Left => Some(work.clock().today()),
            RemovalReason::Mistake => None,
        };
        let (now, worker) = (work.now(), step::worker(work)?);
        families::remove(work.connection(), self.member, left_on, now, worker).await?;
        if left_on.is_none() && self.member != found.referred {
            erase(work, self.member, ErasureGround::Mistake).await?;
        }

        if let Some(participation) = found.participation {
            family::tell(work, participation, programme, rules).await?;
        }
        work.touches(found.referral.as_uuid());
        if left_on.is_some() {
            return Ok(Removed::Left(family::finish(work, found.referred, self.member).await?));
        }
        work.touches(self.member.as_uuid());
        Ok(Removed::Mistake { member: self.member, erased: self.member != found.referred })
    }
}
