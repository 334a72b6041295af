//! A coordinator records who belongs to a family.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use region::Region;

use super::{family, step};
use crate::domain::text::Name;
use crate::domain::{MemberDetails, PersonId, ReferralError, ReferralId, check_addition};
use crate::error::Error;
use crate::storage::families::{self, NewMember};
use crate::storage::family_views::{self, MemberView};
use crate::storage::{persons, referrals};

/// Who is added.
#[derive(Debug, Clone)]
pub enum Added {
    /// The person who was referred, whose name is known.
    Referred,
    /// Somebody else: a new person.
    Another(Name),
}

/// Adds a member while the referral waits or its case runs.
#[derive(Debug, Clone)]
pub struct AddFamilyMember {
    /// The region.
    pub region: Arc<Region>,
    /// For which referral.
    pub referral: ReferralId,
    /// Who.
    pub who: Added,
    /// What is known.
    pub details: MemberDetails,
}

impl Command for AddFamilyMember {
    const NAME: &'static str = "add_family_member";
    type Outcome = MemberView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<MemberView, Error> {
        let (referred, _) =
            referrals::subject(work.connection(), self.referral).await?.ok_or(Error::ReferralNotFound)?;
        family::lock(work, referred).await?;
        let locked =
            referrals::lock(work.connection(), self.referral).await?.ok_or(Error::ReferralNotFound)?;
        let referral = locked.referral;
        if !work.grant().programmes.contains(referral.programme().as_str()) {
            return Err(Error::ReferralNotFound);
        }
        let (programme, rules, origin) = family::rules(work, &self.region, referral.programme().as_str())?;
        let (ids, now, worker, vault) = (work.ids(), work.now(), step::worker(work)?, work.vault().clone());
        let connection = work.connection();
        let case = families::participation(connection, self.referral).await?;
        let participation = case.map(|(participation, _)| participation);
        let members = family_views::members(connection, &vault, Some(referred), participation).await?;
        let present = members.iter().filter(|member| !member.left).count();
        check_addition(rules, referral.state(), case.is_some_and(|(_, runs)| runs), present)?;
        // A family without the person it is known by takes nobody in: it is about to be forgotten.
        let key = persons::key(connection, &vault, referred).await?.ok_or(ReferralError::Erased)?;

        let mut violations = family::check_school(rules, &self.details);
        let is_there = members.iter().any(|member| member.is_referred && !member.left);
        if matches!(self.who, Added::Referred) && is_there {
            violations.push(Violation::new(
                "is_referred_person",
                "REFERRED_TWICE",
                "the person who was referred is a member already",
                "correct that member, or leave the field false for somebody else",
            ));
        }
        if !violations.is_empty() {
            return Err(Error::Invalid(violations));
        }

        let (person, key) = match &self.who {
            Added::Referred => (referred, key),
            Added::Another(name) => {
                let person = PersonId::generate(ids);
                let (key, wrapped) = vault.new_person_key(person.as_uuid())?;
                persons::insert_member(connection, person, &wrapped, &key, name, self.details.birth).await?;
                (person, key)
            }
        };
        let member = NewMember { person, referred, participation, details: &self.details };
        families::insert(connection, &member, &key, &origin, now, worker).await?;

        if let Some(participation) = participation {
            family::tell(work, participation, programme, rules).await?;
        }
        work.touches(self.referral.as_uuid());
        family::finish(work, referred, person).await
    }
}
