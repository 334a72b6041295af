//! A visit is planned in place of one that was lost.

use std::sync::Arc;

use chassis::database::{Command, Work};
use jiff::civil::Date;
use region::Region;

use super::{list_visits, record_visit, step};
use crate::domain::{FreeDays, VisitId, VisitState};
use crate::error::{Error, Thing};
use crate::storage::visits::{self, VisitView};

/// Plans a visit in place of one that was missed or cancelled: on the day given, or the first school day from today without
/// another visit.
#[derive(Debug, Clone)]
pub struct ProposeCatchUp {
    /// The region.
    pub region: Arc<Region>,
    /// In place of which visit.
    pub visit: VisitId,
    /// On which day; `None` is the first that is free.
    pub day: Option<Date>,
}

impl Command for ProposeCatchUp {
    const NAME: &'static str = "propose_catch_up";
    type Outcome = VisitView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<VisitView, Error> {
        let not_found = || Error::NotFound(Thing::Visit);
        let trajectory = visits::trajectory_of(work.connection(), self.visit).await?.ok_or_else(not_found)?;
        let step = step::begin(work, trajectory, Thing::Visit).await?;
        step.on_case()?;
        step.trajectory.check_open()?;
        let known = list_visits::read(work, trajectory).await?;
        let own = known.plan.map(|plan| plan.school_free_days).unwrap_or_default();
        let free = FreeDays::new(&self.region.school_calendar, &own);
        let taken: Vec<Date> = known
            .visits
            .iter()
            .filter(|view| matches!(view.visit.state(), VisitState::Planned | VisitState::Held))
            .map(|view| view.visit.day())
            .collect();
        let lost = known.visits.iter().find(|view| view.visit.id == self.visit).ok_or_else(not_found)?;
        let today = work.clock().today();
        let day = lost
            .visit
            .catch_up_day(self.day, today, &taken, lost.caught_up_by.is_some(), &free)
            .map_err(record_visit::refused)?;

        let visit = lost.visit.in_its_place(VisitId::generate(work.ids()), day);
        visits::insert(work.connection(), &visit, step.change).await?;
        work.touches(visit.id.as_uuid());
        Ok(VisitView { visit, caught_up_by: None, changed: step.change })
    }
}
