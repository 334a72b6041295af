//! A coordinator corrects what is known of a member of a family.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use region::Region;

use super::{family, step};
use crate::domain::text::Name;
use crate::domain::{MemberDetails, PersonId, ReferralError};
use crate::error::Error;
use crate::storage::family_views::MemberView;
use crate::storage::{families, persons};

/// Corrects: what is not given becomes unknown. Also after the case ended.
#[derive(Debug, Clone)]
pub struct CorrectFamilyMember {
    /// The region.
    pub region: Arc<Region>,
    /// Whom.
    pub member: PersonId,
    /// Name; `None` for the person who was referred.
    pub name: Option<Name>,
    /// What else is known.
    pub details: MemberDetails,
}

impl Command for CorrectFamilyMember {
    const NAME: &'static str = "correct_family_member";
    type Outcome = MemberView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<MemberView, Error> {
        let found = family::begin_change(work, self.member).await?;
        let (programme, rules, origin) = family::rules(work, &self.region, &found.programme)?;
        let is_referred = found.referred == self.member;
        let mut violations = family::check_school(rules, &self.details);
        violations.extend(check_name(is_referred, self.name.as_ref(), &self.details));
        if !violations.is_empty() {
            return Err(Error::Invalid(violations));
        }

        let (now, worker, vault) = (work.now(), step::worker(work)?, work.vault().clone());
        let connection = work.connection();
        let key = persons::key(connection, &vault, self.member).await?.ok_or(ReferralError::Erased)?;
        if let Some(name) = &self.name {
            persons::update_member(connection, self.member, &key, name, self.details.birth).await?;
        }
        families::update(connection, self.member, &self.details, &key, &origin, now, worker).await?;

        if let Some(participation) = found.participation {
            family::tell(work, participation, programme, rules).await?;
        }
        work.touches(found.referral.as_uuid());
        family::finish(work, found.referred, self.member).await
    }
}

fn check_name(is_referred: bool, name: Option<&Name>, details: &MemberDetails) -> Vec<Violation> {
    let known = |field: &str| {
        Violation::new(
            field,
            "KNOWN_FROM_REFERRAL",
            "this is known of the person who was referred",
            "leave it empty; a birth date is corrected by another screening",
        )
    };
    match (is_referred, name) {
        (false, None) => {
            vec![Violation::new("name", "REQUIRED", "this is empty", "fill in this field")]
        }
        (true, name) => {
            let mut violations = Vec::new();
            violations.extend(name.map(|_| known("name")));
            violations.extend(details.birth.map(|_| known("birth_date")));
            violations
        }
        (false, Some(_)) => Vec::new(),
    }
}
