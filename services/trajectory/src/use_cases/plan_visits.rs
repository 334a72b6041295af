//! Every visit of a trajectory is planned, around the holidays.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use jiff::civil::{Date, Weekday};
use region::Region;
use region::programme::{Capacity, VisitPlan as Size};

use super::list_visits::{self, Visits};
use super::step;
use crate::domain::{FreeDays, PlanError, TrajectoryId, Visit, VisitId, VisitPlan};
use crate::error::{Error, Thing, violation};
use crate::storage::visits;

/// Plans every visit; once.
#[derive(Debug, Clone)]
pub struct PlanVisits {
    /// The region.
    pub region: Arc<Region>,
    /// In which trajectory.
    pub trajectory: TrajectoryId,
    /// Any day of the first school week.
    pub first_day: Date,
    /// Days of the week.
    pub weekdays: Vec<Weekday>,
    /// Further free days of the one school of the family.
    pub school_free_days: Vec<Date>,
}

impl Command for PlanVisits {
    const NAME: &'static str = "plan_visits";
    type Outcome = Visits;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Visits, Error> {
        let step = step::begin(work, self.trajectory, Thing::Trajectory).await?;
        step.on_case()?;
        step.trajectory.check_open()?;
        let size = visits_of(&self.region, &step)?;
        if visits::plan(work.connection(), self.trajectory).await?.is_some() {
            return Err(Error::VisitsPlanned);
        }
        let opened_on = step.trajectory.opened_on();
        if self.first_day < opened_on {
            return Err(Error::Invalid(vec![Violation::new(
                "first_day",
                "TOO_EARLY",
                format!("this day lies before {opened_on}, the first day of the trajectory"),
                format!("give a day from {opened_on} on"),
            )]));
        }
        let free = FreeDays::new(&self.region.school_calendar, &self.school_free_days);
        let plan =
            VisitPlan::make(size, self.first_day, &self.weekdays, &free).map_err(|error| refused(&error))?;

        let ids = work.ids();
        let planned: Vec<Visit> = (1..)
            .zip(&plan.visits)
            .map(|(number, (week, day))| {
                Visit::planned(VisitId::generate(ids), self.trajectory, number, *week, *day)
            })
            .collect();
        let (own, change) = (&self.school_free_days, step.change);
        visits::insert_plan(work.connection(), self.trajectory, &plan, &planned, own, change).await?;
        list_visits::read(work, self.trajectory).await
    }
}

/// How many visits the programme of a trajectory plans.
pub(super) fn visits_of(region: &Region, step: &step::Step) -> Result<Size, Error> {
    match step::programme(region, &step.trajectory)?.capacity {
        Capacity::Visits(size) => Ok(size),
        Capacity::Caseload(_) => Err(Error::VisitsNotCounted),
    }
}

fn refused(error: &PlanError) -> Error {
    let field = match error {
        PlanError::Weekend
        | PlanError::Free { .. }
        | PlanError::CalendarEnds { .. }
        | PlanError::DoesNotFit => "first_day",
        PlanError::Weekdays { .. } => "weekdays",
    };
    Error::Invalid(vec![violation(field, error)])
}
