//! What became of a visit is recorded.

use std::sync::Arc;

use chassis::database::{Command, Work};
use jiff::civil::Date;
use region::Region;

use super::{list_visits, step};
use crate::domain::{FreeDays, VisitError, VisitId, VisitState};
use crate::error::{Error, Thing};
use crate::storage::Change;
use crate::storage::visits::{self, VisitView};

/// Records that a visit was held, missed or cancelled. A record may be corrected until another visit is planned in its place.
#[derive(Debug, Clone)]
pub struct RecordVisit {
    /// The region.
    pub region: Arc<Region>,
    /// Which visit.
    pub visit: VisitId,
    /// Held, missed or cancelled.
    pub state: VisitState,
    /// When it was held on another day than planned.
    pub moved_to: Option<Date>,
}

impl Command for RecordVisit {
    const NAME: &'static str = "record_visit";
    type Outcome = VisitView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<VisitView, Error> {
        let not_found = || Error::NotFound(Thing::Visit);
        let trajectory = visits::trajectory_of(work.connection(), self.visit).await?.ok_or_else(not_found)?;
        let step = step::begin(work, trajectory, Thing::Visit).await?;
        step.on_case()?;
        step.trajectory.check_open()?;
        let known = list_visits::read(work, trajectory).await?;
        let view = known.visits.into_iter().find(|view| view.visit.id == self.visit).ok_or_else(not_found)?;
        let Change { at, by } = view.changed;
        step::check_tag(work, view.visit.etag(), (at, Some(by)))?;
        let own = known.plan.map(|plan| plan.school_free_days).unwrap_or_default();
        let free = FreeDays::new(&self.region.school_calendar, &own);
        let days = (step.trajectory.opened_on(), work.clock().today());
        let mut visit = view.visit;
        visit.record(self.state, self.moved_to, days, view.caught_up_by.is_some(), &free).map_err(refused)?;

        visits::update(work.connection(), &visit, step.change).await?;
        work.touches(self.visit.as_uuid());
        Ok(VisitView { visit, caught_up_by: view.caught_up_by, changed: step.change })
    }
}

/// A day that is wrong is a violation, a state that is wrong is not.
pub(super) fn refused(error: VisitError) -> Error {
    if error.is_of_day() { Error::field("day", &error) } else { Error::Visit(error) }
}
