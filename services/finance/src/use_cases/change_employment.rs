//! The last day and the part of a full time of an employment are changed.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use region::Region;

use super::create_employment::{check_order, check_overlap, hold, last_day};
use super::step;
use crate::domain::{Employment, EmploymentId, Fte, Period};
use crate::error::Error;
use crate::fields::Fields;
use crate::refusal::Refusal;
use crate::storage::employments::{self, Found};
use crate::storage::{missing_sheets, time_entries};

/// Changes what may change of an employment.
#[derive(Debug, Clone)]
pub struct ChangeEmployment {
    /// The region.
    pub region: Arc<Region>,
    /// Which.
    pub employment: EmploymentId,
    /// Last day, as it was typed.
    pub to: String,
    /// Part of a full time, as it was typed.
    pub fte: String,
}

/// Reads an employment in reach.
pub(super) async fn find(work: &mut Work, id: EmploymentId) -> Result<Found, Error> {
    let found = employments::find(work.connection(), id).await?.ok_or_else(Refusal::employment_not_found)?;
    if !work.grant().programmes.contains(found.employment.programme.as_str()) {
        return Err(Refusal::employment_not_found().into());
    }
    work.touches(id.as_uuid());
    Ok(found)
}

/// Refuses a caller who read another version.
pub(super) fn check_tag(work: &Work, found: &Found) -> Result<(), Error> {
    let current = found.employment.etag();
    if current.is(work.if_match()) {
        Ok(())
    } else {
        Err(Error::Stale { changed_by: found.changed_by, changed_at: found.changed_at, current })
    }
}

impl Command for ChangeEmployment {
    const NAME: &'static str = "change_employment";
    type Outcome = Employment;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Employment, Error> {
        let seen = find(work, self.employment).await?.employment;
        let mut fields = Fields::default();
        let to = last_day(&mut fields, &self.to);
        let fte = fields.take("fte", Fte::parse(&self.fte));
        if let Some(to) = to {
            check_order(&mut fields, Period { to, ..seen.period });
        }
        let (to, fte) = fields.finish(to.zip(fte))?;
        let period = Period { to, ..seen.period };

        hold(work, &Employment { period, ..seen }).await?;
        let found = find(work, self.employment).await?;
        check_tag(work, &found)?;
        let version = found.employment.version + 1;
        let employment = Employment { period, fte, version, ..found.employment };
        check_overlap(work, &employment, "valid_to").await?;
        if let Some(last) = to
            && time_entries::are_after(work.connection(), employment.id, last).await?
        {
            let message = "the person has hours after this day";
            let remedy = "choose a later day, or correct the time sheets first";
            let violation = Violation::new("valid_to", "HOURS_AFTER_END", message, remedy);
            return Err(Error::Invalid(vec![violation]));
        }
        let (now, worker, ids) = (work.now(), step::worker(work)?, work.ids());
        employments::update(work.connection(), &employment, now, worker).await?;
        missing_sheets::fill(work.connection(), &employment, ids, (now, worker)).await?;
        Ok(employment)
    }
}
