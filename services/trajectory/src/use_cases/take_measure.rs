//! A measure is taken.

use std::sync::Arc;

use chassis::database::{Command, Work};
use jiff::civil::Date;
use region::{InstrumentCode, Region};

use super::{duty_work, step};
use crate::domain::{Measure, MeasureId, TrajectoryError, TrajectoryId, TrajectoryState};
use crate::error::{Error, Thing, unknown_code, violation};
use crate::events::published;
use crate::storage::measures::{self, MeasureView};

/// Takes a measure with an instrument of the programme; it keeps the duties that ask for it. Whether its day lies ahead is
/// checked at the edge.
#[derive(Debug, Clone)]
pub struct TakeMeasure {
    /// The region.
    pub region: Arc<Region>,
    /// In which trajectory.
    pub trajectory: TrajectoryId,
    /// With which instrument.
    pub instrument: InstrumentCode,
    /// On which day; `None` is today.
    pub day: Option<Date>,
    /// Item and number.
    pub values: Vec<(String, i32)>,
}

impl Command for TakeMeasure {
    const NAME: &'static str = "take_measure";
    type Outcome = MeasureView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<MeasureView, Error> {
        let step = step::begin(work, self.trajectory, Thing::Trajectory).await?;
        let programme = step::programme(&self.region, &step.trajectory)?;
        let mut book = duty_work::open(work, programme, &step.trajectory).await?;
        match step.trajectory.standing().state {
            TrajectoryState::Open => {
                step.on_case()?;
            }
            // What follows the exit is often measured by the coordinator: nobody is on the case any more.
            TrajectoryState::Closed if book.waits_for(self.instrument.as_str()) => {}
            TrajectoryState::Closed => return Err(TrajectoryError::Closed.into()),
        }
        let today = work.clock().today();
        let measure = self.check(programme, self.day.unwrap_or(today), step.trajectory.opened_on())?;

        let id = MeasureId::generate(work.ids());
        measures::insert(work.connection(), id, self.trajectory, &measure, step.change).await?;
        let event = published::measure_taken(&step.trajectory, id, &measure, step.change.at);
        work.publish(self.trajectory.as_uuid(), &event);
        book.settle(&measures::days(work.connection(), self.trajectory).await?);
        duty_work::store(work, &book, &step.trajectory, Some(step.change.by)).await?;
        work.touches(id.as_uuid());
        let view = measures::view(work.connection(), id).await?;
        view.ok_or_else(|| Error::inconsistent("measures", format!("{id} cannot be read")))
    }
}

impl TakeMeasure {
    fn check(&self, programme: &region::Programme, day: Date, opened_on: Date) -> Result<Measure, Error> {
        let mut wrong = Vec::new();
        if day < opened_on {
            wrong.push(chassis::error::Violation::new(
                "day",
                "TOO_EARLY",
                format!("this day lies before {opened_on}, the first day of the trajectory"),
                format!("give a day from {opened_on} on"),
            ));
        }
        let Some(instrument) = programme.instrument(&self.instrument) else {
            let known: Vec<&str> =
                programme.instruments.iter().map(|instrument| instrument.code.as_str()).collect();
            wrong.push(unknown_code("instrument", "UNKNOWN_INSTRUMENT", "instrument", &known));
            return Err(Error::Invalid(wrong));
        };
        match Measure::take(programme, instrument, day, &self.values) {
            Ok(measure) if wrong.is_empty() => Ok(measure),
            Ok(_) => Err(Error::Invalid(wrong)),
            Err(errors) => {
                wrong.extend(errors.into_iter().map(|(field, error)| violation(field, &error)));
                Err(Error::Invalid(wrong))
            }
        }
    }
}
