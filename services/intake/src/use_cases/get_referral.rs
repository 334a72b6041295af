//! One referral is read.

use chassis::database::{Command, Work};

use crate::domain::ReferralId;
use crate::error::Error;
use crate::storage::duplicates::{self, Duplicate};
use crate::storage::views::{self, ReferralView};

/// Reads one referral with possible duplicates: two statements.
#[derive(Debug, Clone, Copy)]
pub struct GetReferral {
    /// Which.
    pub referral: ReferralId,
}

/// A referral with others that look like the same person.
#[derive(Debug, Clone)]
pub struct FoundReferral {
    /// The referral.
    pub referral: ReferralView,
    /// Others, newest first, not all when there are many.
    pub duplicates: Vec<Duplicate>,
}

impl Command for GetReferral {
    const NAME: &'static str = "get_referral";
    type Outcome = FoundReferral;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<FoundReferral, Error> {
        read(work, self.referral).await
    }
}

/// Reads a referral inside an open unit of work; also what every step answers with.
pub(super) async fn read(work: &mut Work, id: ReferralId) -> Result<FoundReferral, Error> {
    let vault = work.vault().clone();
    let referral = views::referral(work.connection(), &vault, id).await?.ok_or(Error::ReferralNotFound)?;
    if !work.grant().programmes.contains(&referral.programme) {
        return Err(Error::ReferralNotFound);
    }
    let duplicates = duplicates::of(work.connection(), referral.person).await?;
    work.touches(id.as_uuid());
    work.touches(referral.person.as_uuid());
    Ok(FoundReferral { referral, duplicates })
}
